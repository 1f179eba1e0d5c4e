// SPDX-License-Identifier: Apache-2.0
// The one thread that writes (named "store"), so that everything that happens at the same time
// shares one fsync: it takes all work that is queued, runs it inside one transaction, and tells
// each piece how it went after the commit. A piece that fails with an error of its own takes
// nothing with it but itself; when the store is unavailable or a commit fails, every piece of that
// turn hears the error, and `healthy` is false until a probe write works again. Work runs in the
// order of submission. Submit is safe from any thread, also from done callbacks; work and done run
// on the writer's thread and must not block. Borrows the store.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/store/store.h"

namespace warden {

// Whether the store can be written now: writes something and takes it away again.
[[nodiscard]] Result<void> Probe(Store& store);

class StoreWriter {
 public:
  using Work = std::move_only_function<Result<void>(Transaction&)>;
  using Done = std::move_only_function<void(const Result<void>&)>;

  explicit StoreWriter(Store& store);
  ~StoreWriter();  // finishes what is queued
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void Submit(Work work, Done done);
  // Submits and waits. Never from the writer's own thread.
  Result<void> Run(Work work);
  // Refuses new work (done hears unavailable), finishes what is queued, joins.
  void Stop();

  // False from a failed commit until a probe write has worked; the probe runs every
  // `probe_interval`.
  [[nodiscard]] bool healthy() const { return healthy_.load(); }
  // Why it is not healthy; empty when it is.
  [[nodiscard]] std::string trouble() const;
  // Called on the writer's thread after a probe has worked, before healthy() turns true: reload
  // what a rollback outdated.
  void OnRecovery(std::function<Result<void>()> recover) { recover_ = std::move(recover); }

  [[nodiscard]] std::int64_t commits() const { return commits_.load(); }
  [[nodiscard]] std::int64_t failures() const { return failures_.load(); }

 private:
  struct Item {
    Work work;
    Done done;
  };
  void Loop();
  void Turn(std::vector<Item>& items);
  Result<void> RunAll(std::vector<Item>& items, std::vector<Result<void>>& results);
  void TryAgain();
  // Logs what keeps it from writing, once until that changes.
  void SetTrouble(std::string_view what, std::string trouble);

  Store& store_;
  std::function<Result<void>()> recover_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> queue_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::string trouble_;      // guarded by mutex_
  std::atomic<bool> healthy_{true};
  std::atomic<std::int64_t> commits_{0};
  std::atomic<std::int64_t> failures_{0};
  std::thread thread_;
};

}  // namespace warden

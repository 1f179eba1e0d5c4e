// SPDX-License-Identifier: Apache-2.0
// Takes messages in, from webhooks and from our own watches, and answers each once its decision is
// on disk. Everything that arrives while the store is busy shares the next transaction (group
// commit); the queue is bounded, so that overload is a cheap refusal and never a loss. Owns triage
// and its image, which live on the store's thread only. Submit, Quarantine, SetConfig and the looks
// are safe from any thread; `done` runs on the store's thread and must not block. A thread of its
// own (named "flush") wakes it when an incident's time has come. Borrows store, writer and clock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/alert/alert.h"
#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/config/config.h"
#include "server/intake/ledger.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "server/triage/tally.h"
#include "server/triage/triage.h"

namespace warden {

// What others want to hear of: all run on the store's thread and must not block.
struct IntakeEvents {
  std::function<void()> deliveries_added;
  std::function<void(const Notification&)> notified;
};

class Intake {
 public:
  using Done = std::move_only_function<void(const Result<Receipt>&)>;
  // Of messages that are not answered yet.
  static constexpr std::size_t kMostBytes = std::size_t{256} << 20;

  Intake(Store& store, StoreWriter& writer, const Clock& clock,
         std::shared_ptr<const Config> config, IntakeEvents events);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Loads what the store knows. Once, before anything is submitted.
  Result<void> Start();
  // Refuses new messages, decides what is queued, joins. The writer must still run.
  void Stop();

  // unavailable: full, stopping, or the store cannot be written. Then nothing of the message was
  // kept.
  void Submit(WebhookMessage message, Done done);
  void Quarantine(QuarantineRow row, Done done);
  // Whether a message would be taken now: asked before a body is read.
  [[nodiscard]] bool accepts() const;
  [[nodiscard]] std::size_t queued() const { return queued_.load(); }
  [[nodiscard]] std::size_t queued_bytes() const { return bytes_.load(); }

  void SetConfig(std::shared_ptr<const Config> config);
  // Forgets what copies are recognised by; waits.
  Result<void> ClearMemory();
  [[nodiscard]] AlertCounts counts() const;
  // For rows that others add; on the store's thread, inside a transaction.
  [[nodiscard]] DeliveryId NewDeliveryId() { return triage_->NewDeliveryId(); }
  // Lets incidents whose time has come speak; waits. For tests: the flush thread does it by itself.
  Result<void> FlushNow();

 private:
  struct Item {
    std::optional<WebhookMessage> message;  // else a quarantine row
    QuarantineRow quarantine;
    Done done;
    Receipt receipt;
    std::size_t bytes = 0;
  };
  void Enqueue(Item item);
  void ScheduleTurn();
  Result<void> Turn(Transaction& transaction, std::vector<Item>& items);
  void Gather(std::unique_lock<std::mutex>& lock);
  Result<void> HouseKeep(Transaction& transaction, Instant now);
  void EndTurn(const Result<void>& result, std::vector<Item>& items);
  void RefuseQueue(const Error& error);
  void Recover();
  void Publish();
  Result<void> Reload();
  void FlushLoop();

  Store& store_;
  StoreWriter& writer_;
  const Clock& clock_;
  const IntakeEvents events_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> queue_;                    // guarded by mutex_
  std::shared_ptr<const Config> next_config_;  // guarded by mutex_: taken over at the next turn
  bool turn_scheduled_ = false;                // guarded by mutex_
  std::condition_variable gathered_;
  std::size_t gathered_at_ =
      0;                      // guarded by mutex_: queue length a turn waits for, 0 when none does
  std::size_t answered_ = 0;  // guarded by mutex_: messages of the last turn
  std::chrono::steady_clock::time_point answered_at_;  // guarded by mutex_
  bool stopping_ = false;                              // guarded by mutex_
  std::optional<Instant> next_flush_;                  // guarded by mutex_
  Duration skipped_{0};  // guarded by mutex_: time that the wall clock left out
  std::atomic<std::size_t> queued_{0};
  std::atomic<std::size_t> bytes_{0};  // of what is queued or being decided
  std::atomic<std::size_t> max_queued_;

  // On the store's thread only.
  std::shared_ptr<const Config> config_;
  std::unique_ptr<Triage> triage_;
  int turns_without_gathering_ = 0;
  bool is_lost_ = false;  // the image is not what the store has
  Changes changes_;
  Ledger ledger_;
  Instant housekept_at_;
  Tally tally_;

  mutable std::mutex counts_mutex_;
  AlertCounts counts_;  // guarded by counts_mutex_
  std::thread flush_thread_;
};

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/store/writer.h"

#include <pthread.h>

#include <future>
#include <optional>
#include <utility>

#include "server/base/log.h"

namespace warden {
namespace {

constexpr auto kProbeInterval = std::chrono::seconds{1};

// Of one piece of work, not of the store.
bool IsOwn(const Result<void>& result) {
  return !result && (result.error().code == ErrorCode::kInvalid ||
                     result.error().code == ErrorCode::kInternal);
}

}  // namespace

Result<void> Probe(Store& store) {
  auto done = store.Transact([](Transaction& transaction) {
    return transaction.PutBlob("probe", std::string(16'384, '.'));
  });
  if (!done) return done;
  return store.Transact([](Transaction& transaction) { return transaction.RemoveBlob("probe"); });
}

StoreWriter::StoreWriter(Store& store) : store_(store), thread_([this] { Loop(); }) {
  pthread_setname_np(thread_.native_handle(), "store");
}

StoreWriter::~StoreWriter() { Stop(); }

void StoreWriter::Submit(Work work, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back({std::move(work), std::move(done)});
      if (queue_.size() == 1) wake_.notify_one();
      return;
    }
  }
  if (done) done(Fail(ErrorCode::kUnavailable, "the store is shutting down"));
}

Result<void> StoreWriter::Run(Work work) {
  std::promise<Result<void>> result;
  auto future = result.get_future();
  Submit(std::move(work), [&result](const Result<void>& done) { result.set_value(done); });
  return future.get();
}

void StoreWriter::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void StoreWriter::Loop() {
  std::vector<Item> items;
  std::optional<std::chrono::steady_clock::time_point> probe_at;  // while not healthy
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !queue_.empty(); };
      if (probe_at) {
        wake_.wait_until(lock, *probe_at, ready);
      } else {
        wake_.wait(lock, ready);
      }
      items.swap(queue_);
      if (items.empty() && stopping_) return;
    }
    if (!items.empty()) Turn(items);
    items.clear();
    const auto now = std::chrono::steady_clock::now();
    // However much is asked for meanwhile: what is refused must not put off the recovery.
    if (probe_at && now >= *probe_at) {
      TryAgain();
      probe_at = now + kProbeInterval;
    }
    if (healthy_) {
      probe_at.reset();
    } else if (!probe_at) {
      probe_at = now + kProbeInterval;
    }
  }
}

void StoreWriter::Turn(std::vector<Item>& items) {
  Result<void> result;
  std::vector<Result<void>> results(items.size());
  if (healthy_) {
    result = RunAll(items, results);
    if (result) {
      ++commits_;
    } else {
      ++failures_;
      SetTrouble("cannot write to the store", result.error().message);
      healthy_ = false;
    }
  } else {
    result = Fail(ErrorCode::kUnavailable, "the store cannot be written at present");
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].done) items[i].done(result ? results[i] : result);
  }
}

// An error: the store's, and nothing was done.
Result<void> StoreWriter::RunAll(std::vector<Item>& items, std::vector<Result<void>>& results) {
  const bool is_alone = items.size() == 1;
  auto result = store_.Transact([&](Transaction& transaction) -> Result<void> {
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto& work = items[i].work;
      results[i] = is_alone ? work(transaction)
                            : transaction.Isolate([&](Transaction& inner) { return work(inner); });
      if (!results[i] && (is_alone || !IsOwn(results[i]))) return results[i];
    }
    return {};
  });
  for (const auto& own : results) {
    if (!own && own.error().code == ErrorCode::kInternal)
      Log(LogLevel::kError, "a change could not be written", {{"err", own.error().message}});
  }
  if (is_alone && IsOwn(results[0])) return {};
  return result;
}

std::string StoreWriter::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void StoreWriter::SetTrouble(std::string_view what, std::string trouble) {
  {
    const std::lock_guard lock(mutex_);
    if (trouble == trouble_) return;
    trouble_ = trouble;
  }
  Log(LogLevel::kError, what, {{"err", trouble}});
}

void StoreWriter::TryAgain() {
  if (!Probe(store_)) return;
  if (recover_) {
    if (auto recovered = recover_(); !recovered) {
      SetTrouble("cannot read the store back", recovered.error().message);
      return;
    }
  }
  healthy_ = true;
  {
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }
  Log(LogLevel::kInfo, "the store can be written again");
}

}  // namespace warden

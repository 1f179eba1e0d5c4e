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

}  // namespace

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
      Probe();
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
  if (healthy_) {
    result = store_.Transact([&items](Transaction& transaction) -> Result<void> {
      for (auto& item : items) {
        if (auto done = item.work(transaction); !done) return done;
      }
      return {};
    });
    if (result) {
      ++commits_;
    } else {
      ++failures_;
      healthy_ = false;
      Log(LogLevel::kError, "cannot write to the store", {{"err", result.error().message}});
    }
  } else {
    result = Fail(ErrorCode::kUnavailable, "the store cannot be written at present");
  }
  for (auto& item : items) {
    if (item.done) item.done(result);
  }
}

void StoreWriter::Probe() {
  const auto write = [](Transaction& transaction) {
    return transaction.PutBlob("probe", std::string(16'384, '.'));
  };
  const auto remove = [](Transaction& transaction) { return transaction.RemoveBlob("probe"); };
  if (!store_.Transact(write) || !store_.Transact(remove)) return;
  if (recover_) {
    if (auto recovered = recover_(); !recovered) {
      Log(LogLevel::kError, "cannot read the store back", {{"err", recovered.error().message}});
      return;
    }
  }
  healthy_ = true;
  Log(LogLevel::kInfo, "the store can be written again");
}

}  // namespace warden

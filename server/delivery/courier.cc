// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/courier.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "server/delivery/inbox.h"
#include "server/delivery/loop.h"

namespace warden {
namespace {

// What an orderly end may still cost after the patience is gone: one commit.
constexpr auto kLastCommit = std::chrono::seconds{2};

class Latch {
 public:
  void Open() {
    {
      const std::lock_guard lock(mutex_);
      is_open_ = true;
    }
    opened_.notify_all();
  }
  bool Wait(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, at_most, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

}  // namespace

Courier::Courier(CourierParts parts, std::shared_ptr<const Config> config)
    : inbox_(std::make_shared<Inbox>()),
      loop_(std::make_unique<Loop>(std::move(parts), inbox_, std::move(config))),
      thread_([this] { loop_->Run(); }) {
  pthread_setname_np(thread_.native_handle(), "courier");
}

Courier::~Courier() {
  if (thread_.joinable()) Drain(std::chrono::milliseconds{0});
}

void Courier::Notify() {
  inbox_->Post([loop = loop_.get()] { loop->Look(); });
}

void Courier::SetConfig(std::shared_ptr<const Config> config) {
  inbox_->Post([loop = loop_.get(), config = std::move(config)]() mutable {
    loop->SetConfig(std::move(config));
  });
}

void Courier::Replay(DeliveryId id, ReplayDone done) {
  inbox_->Post([loop = loop_.get(), id, done = std::move(done)]() mutable {
    loop->Replay(id, std::move(done));
  });
}

bool Courier::Drain(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return true;
  auto idle = std::make_shared<Latch>();
  Loop* loop = loop_.get();
  inbox_->Post([loop, idle] { loop->BeginDrain([idle] { idle->Open(); }); });
  const bool is_complete = idle->Wait(patience);
  if (!is_complete) {
    inbox_->Post([loop] { loop->Abandon(); });
    idle->Wait(kLastCommit);
  }
  inbox_->Post([loop] { loop->Stop(); });
  thread_.join();
  inbox_->Close();
  return is_complete;
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/inbox.h"

#include <utility>

namespace warden {

void Inbox::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return;
  }
  wake_.notify_one();
}

std::vector<Inbox::Task> Inbox::Wait(std::chrono::microseconds at_most) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, at_most, [this] { return !tasks_.empty(); });
  return std::exchange(tasks_, {});
}

void Inbox::Close() {
  std::vector<Task> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace warden

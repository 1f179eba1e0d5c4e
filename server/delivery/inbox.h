// SPDX-License-Identifier: Apache-2.0
// How other threads speak to the courier: they leave tasks, it runs them on its own thread, in
// order. Post is safe from any thread and at any time; what comes after Close is dropped, so a late
// answer cannot touch what is gone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace warden {

class Inbox {
 public:
  using Task = std::move_only_function<void()>;

  void Post(Task task);
  // Blocks until there is a task, at most `at_most`.
  [[nodiscard]] std::vector<Task> Wait(std::chrono::microseconds at_most);
  void Close();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> tasks_;  // guarded by mutex_
  bool closed_ = false;      // guarded by mutex_
};

}  // namespace warden

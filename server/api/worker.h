// SPDX-License-Identifier: Apache-2.0
// A thread on which handlers do what would hold up the listener. First come, first served; at most
// kMostJobs wait. Post is safe from any thread. There are two of them: "api" parses large bodies,
// renders metrics and changes things; "lists" reads what people look at, so that nothing of the
// first kind ever waits for a list.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace warden::api {

class Worker {
 public:
  using Job = std::move_only_function<void()>;
  static constexpr std::size_t kMostJobs = 256;

  explicit Worker(const char* name);  // of the thread
  ~Worker();                          // runs what is queued
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False when too much is queued already; the job is dropped then.
  [[nodiscard]] bool Post(Job job);

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace warden::api

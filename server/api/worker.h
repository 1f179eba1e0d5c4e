// SPDX-License-Identifier: Apache-2.0
// The thread (named "api") on which handlers do what would hold up the listener: reading the store,
// parsing large bodies, rendering metrics. First come, first served; at most kMostJobs wait. Post
// is safe from any thread.
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

  Worker();
  ~Worker();  // runs what is queued
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

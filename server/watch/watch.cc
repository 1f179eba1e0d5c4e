// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace warden {
namespace {

// Until the alerts of a watch that is gone are tried to be ended again.
constexpr std::chrono::seconds kEndAgain{10};
constexpr Duration kFirstWithin = std::chrono::seconds{10};
constexpr Duration kSpreadOver = std::chrono::seconds{30};

// A share of `time` that is the watch's own, by its name.
Duration Spread(const std::string& name, Duration time) {
  return time * static_cast<Duration::rep>(std::hash<std::string>{}(name) % 1000) / 1000;
}

}  // namespace

Instant NextTurn(const WatchConfig& watch, Instant after) {
  const Duration interval = watch.interval;
  const Duration shift =
      SettledAfter(watch) + Spread(watch.name, std::min<Duration>(kSpreadOver, interval / 4));
  return NewestStep(after - shift, interval, Duration{0}) + interval + shift;
}

Watcher::Watcher(WatchParts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)), config_(std::move(config)) {
  if (parts_.observer == nullptr) parts_.observer = &silent_;
  // Watches that left the configuration while nobody ran may have left something behind.
  for (const auto& name : WatchShelf::Watches(parts_.store)) JobOf(name, parts_.clock.Now());
  StartJobs();
  const std::size_t workers = std::max<std::size_t>(1, config_->prometheus.max_concurrent_queries);
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.emplace_back([this] { Work(); });
    pthread_setname_np(workers_.back().native_handle(), "watch");
  }
}

Watcher::~Watcher() { Stop(); }

void Watcher::BeginStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void Watcher::Stop() {
  BeginStop();
  auto workers = std::exchange(workers_, {});
  if (workers.empty()) return;
  for (auto& worker : workers) worker.join();
  for (const auto& [name, job] : jobs_) {
    if (!job->is_gone) job->task.Save();
  }
}

void Watcher::SetConfig(std::shared_ptr<const Config> config) {
  {
    const std::lock_guard lock(mutex_);
    config_ = std::move(config);
    StartJobs();
  }
  wake_.notify_all();
}

std::vector<WatchView> Watcher::Snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<WatchView> views;
  for (const auto& [name, job] : jobs_) {
    if (job->is_gone) continue;
    views.push_back({name, job->next_at, job->is_running, job->report});
  }
  return views;
}

Watcher::Job& Watcher::JobOf(const std::string& watch, Instant first_turn) {
  auto& job = jobs_[watch];
  if (!job) {
    job = std::make_unique<Job>(parts_, watch);
    job->watch.name = watch;
    job->next_at = first_turn;
  }
  return *job;
}

// With mutex_ held, or before the workers run.
void Watcher::StartJobs() {
  std::map<std::string, const WatchConfig*> wanted;
  if (config_->prometheus.is_set()) {
    for (const auto& watch : config_->watches) wanted.emplace(watch.name, &watch);
  }
  const Instant now = parts_.clock.Now();
  for (const auto& [name, job] : jobs_) {
    if (wanted.contains(name) || job->is_gone) continue;
    parts_.observer->OnGone(name);
    job->is_gone = true;
    job->next_at = now;  // to end what it holds open
  }
  for (const auto& [name, watch] : wanted) {
    auto& job = JobOf(name, now + Spread(name, std::min<Duration>(kFirstWithin, watch->interval)));
    job.is_gone = false;
    if (!job.is_running) job.watch = *watch;
  }
}

Watcher::Job* Watcher::NextJob() {
  Job* next = nullptr;
  for (const auto& [name, job] : jobs_) {
    if (!job->is_running && (next == nullptr || job->next_at < next->next_at)) next = job.get();
  }
  return next;
}

void Watcher::Work() {
  // The wall clock may be set: it is looked at again at least this often.
  constexpr auto kLongestNap = std::chrono::seconds{1};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    Job* job = NextJob();
    const Instant now = parts_.clock.Now();
    // Further away than any turn ever is: the clock was set back.
    if (job != nullptr && !job->is_gone && job->next_at - now > 2 * job->watch.interval)
      job->next_at = now;
    if (job == nullptr || job->next_at > now) {
      const Duration nap = job == nullptr ? Duration{kLongestNap}
                                          : std::min<Duration>(kLongestNap, job->next_at - now);
      wake_.wait_for(lock, nap);
      continue;
    }
    job->is_running = true;
    if (job->is_gone)
      End(*job, lock);
    else
      Turn(*job, lock);
  }
}

void Watcher::End(Job& job, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const bool is_over = job.task.End();
  lock.lock();
  job.is_running = false;
  job.next_at = parts_.clock.Now() + (job.is_gone ? kEndAgain : std::chrono::seconds{0});
  if (is_over && job.is_gone) jobs_.erase(std::string(job.watch.name));
}

void Watcher::Turn(Job& job, std::unique_lock<std::mutex>& lock) {
  // The newest wording of the watch, which a reload may have changed meanwhile.
  for (const auto& watch : config_->watches) {
    if (watch.name == job.watch.name) job.watch = watch;
  }
  const auto config = config_;
  lock.unlock();
  job.task.Run(config, job.watch);
  lock.lock();
  job.is_running = false;
  job.report = job.task.report();
  const Instant ended = parts_.clock.Now();
  job.next_at = NextTurn(job.watch, ended);
  if (!job.is_gone) return;
  parts_.observer->OnGone(job.watch.name);  // the run has exported it once more
  job.next_at = ended;
}

}  // namespace warden

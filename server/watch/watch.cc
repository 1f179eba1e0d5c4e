// SPDX-License-Identifier: Apache-2.0
#include "server/watch/watch.h"

#include <pthread.h>

#include <algorithm>
#include <future>
#include <utility>

#include "server/base/log.h"

namespace warden {
namespace {

constexpr std::string_view kBlobPrefix = "watch/";
// Until the alerts of a watch that is gone are tried to be ended again.
constexpr std::chrono::seconds kEndAgain{10};

std::string BlobName(const std::string& watch) { return std::string(kBlobPrefix) + watch; }

bool AnyFires(const Episodes& episodes) {
  return std::ranges::any_of(episodes, [](const auto& entry) { return entry.second.fires; });
}

WebhookMessage MessageOf(const std::string& watch, std::vector<Alert> alerts) {
  WebhookMessage message;
  message.source = kWatchSource;
  message.receiver = "promwarden";
  message.group_key = BlobName(watch);
  message.external_url = "promwarden";
  message.alerts = std::move(alerts);
  return message;
}

// Spreads the first runs over the interval, by name, so that watches do not ask all at once.
Duration FirstDelay(const WatchConfig& watch) {
  const auto slot = static_cast<Duration::rep>(std::hash<std::string>{}(watch.name) % 1000);
  const Duration spread = std::min<Duration>(watch.interval, std::chrono::seconds{10});
  return spread * slot / 1000;
}

}  // namespace

Watcher::Watcher(WatchParts parts, std::shared_ptr<const Config> config)
    : parts_(std::move(parts)),
      observer_(parts_.observer != nullptr ? *parts_.observer : silent_),
      config_(std::move(config)) {
  FindOrphans();
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
  for (auto& worker : workers_) {
    if (worker.joinable()) worker.join();
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

// Watches that left the configuration while nobody ran may have left alerts behind.
void Watcher::FindOrphans() {
  const auto names = parts_.store.BlobNames(kBlobPrefix);
  if (!names) return;
  for (const auto& blob : *names) {
    auto job = std::make_unique<Job>();
    job->watch.name = blob.substr(kBlobPrefix.size());
    job->next_at = parts_.clock.Now();
    if (const auto stored = parts_.store.FindBlob(blob); stored && *stored)
      job->episodes = DecodeEpisodes(**stored);
    auto& place = jobs_[job->watch.name];
    place = std::move(job);
  }
}

// With mutex_ held, or before the workers run.
void Watcher::StartJobs() {
  std::map<std::string, const WatchConfig*> wanted;
  if (config_->prometheus.is_set()) {
    for (const auto& watch : config_->watches) wanted.emplace(watch.name, &watch);
  }
  const Instant now = parts_.clock.Now();
  std::erase_if(jobs_, [&](auto& entry) {
    if (wanted.contains(entry.first)) return false;
    observer_.OnGone(entry.first);
    auto& job = *entry.second;
    job.is_gone = true;
    if (job.is_running) return false;
    job.next_at = now;  // to end what it holds open
    return !AnyFires(job.episodes);
  });
  for (const auto& [name, watch] : wanted) {
    auto& job = jobs_[name];
    if (!job) {
      job = std::make_unique<Job>();
      job->next_at = now + FirstDelay(*watch);
    }
    job->is_gone = false;
    if (!job->is_running) job->watch = *watch;
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
    if (job != nullptr && !job->is_gone && job->next_at - now > job->watch.interval)
      job->next_at = now;
    if (job == nullptr || job->next_at > now) {
      const Duration nap = job == nullptr ? Duration{kLongestNap}
                                          : std::min<Duration>(kLongestNap, job->next_at - now);
      wake_.wait_for(lock, nap);
      continue;
    }
    job->is_running = true;
    if (job->is_gone) {
      lock.unlock();
      const bool is_over = End(*job);
      lock.lock();
      job->is_running = false;
      job->next_at = parts_.clock.Now() + kEndAgain;
      if (is_over && job->is_gone) jobs_.erase(job->watch.name);
      continue;
    }
    // The newest wording of the watch, which a reload may have changed meanwhile.
    for (const auto& watch : config_->watches) {
      if (watch.name == job->watch.name) job->watch = watch;
    }
    lock.unlock();
    Run(*job);
    lock.lock();
    job->is_running = false;
    const Instant ended = parts_.clock.Now();
    job->next_at += job->watch.interval;
    if (job->next_at <= ended) job->next_at = ended + job->watch.interval;
    if (!job->is_gone) continue;
    observer_.OnGone(job->watch.name);  // the run may have exported it once more
    job->next_at = ended;
    if (!AnyFires(job->episodes)) jobs_.erase(job->watch.name);
  }
}

void Watcher::Run(Job& job) {
  std::shared_ptr<const Config> config;
  {
    const std::lock_guard lock(mutex_);
    config = config_;
  }
  const auto& watch = job.watch;
  const Instant now = parts_.clock.Now();
  const auto began = std::chrono::steady_clock::now();
  CheckRequest request{watch.query,      now,
                       watch.history,    watch.step,
                       watch.timeout,    watch.detector,
                       watch.tolerance,  watch.calendar,
                       watch.max_series, watch.shares_budget};
  const auto answer = Check(parts_.client(config), request);
  observer_.OnRun(watch, answer.has_value(), std::chrono::steady_clock::now() - began);
  Report(job, answer);
  if (!answer) return;
  observer_.OnChecked(watch, answer->series);
  Raise(job, answer->series, now);
}

bool Watcher::Tell(WebhookMessage message) {
  std::promise<bool> kept;
  auto is_kept = kept.get_future();
  parts_.intake.Submit(std::move(message), [&kept](const Result<Receipt>& result) {
    kept.set_value(result.has_value());
  });
  return is_kept.get();
}

// Of a watch that is gone: nobody else would ever end its alerts. False: not yet.
bool Watcher::End(Job& job) {
  WatchConfig at_once;
  at_once.resolve_after = 1;
  Episodes ended = job.episodes;
  auto alerts = Advance(at_once, {}, parts_.clock.Now(), ended);
  if (!alerts.empty() && !Tell(MessageOf(job.watch.name, std::move(alerts)))) return false;
  job.episodes.clear();
  return parts_.writer
      .Run([name = BlobName(job.watch.name)](Transaction& transaction) {
        return transaction.RemoveBlob(name);
      })
      .has_value();
}

void Watcher::Report(Job& job, const Result<CheckAnswer>& answer) {
  const bool failed = !answer;
  if (failed == std::exchange(job.failed, failed)) return;
  if (failed) {
    Log(LogLevel::kWarn, "watch cannot be checked; it is tried again at its next turn",
        {{"watch", job.watch.name}, {"err", answer.error().message}});
  } else {
    Log(LogLevel::kInfo, "watch is checked again", {{"watch", job.watch.name}});
  }
}

void Watcher::Raise(Job& job, const std::vector<SeriesCheck>& checks, Instant now) {
  const std::string before = EncodeEpisodes(job.episodes);
  Episodes moved = job.episodes;
  auto alerts = Advance(job.watch, checks, now, moved);
  if (alerts.empty()) {
    job.episodes = std::move(moved);
    return;
  }
  // Not on disk: the same step is taken again at the next turn.
  if (!Tell(MessageOf(job.watch.name, std::move(alerts)))) return;
  job.episodes = std::move(moved);
  const std::string after = EncodeEpisodes(job.episodes);
  if (after == before) return;
  [[maybe_unused]] const auto stored =
      parts_.writer.Run([name = BlobName(job.watch.name), after](Transaction& transaction) {
        return after.empty() ? transaction.RemoveBlob(name) : transaction.PutBlob(name, after);
      });
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Watches: queries checked on a schedule of our own. What is anomalious enters through Intake like
// any other alert and ends when it is normal again; every checked series exports its value and
// band. Each worker thread (named "watch") runs one watch at a time, so a slow one delays no other
// as long as a worker is free; a failing one is reported when that changes and tried again at its
// next turn. Which alerts a watch holds open is kept in the store, so that a restart neither
// repeats nor forgets them; those of a watch that left the configuration are ended. Borrows its
// parts. SetConfig and Stop are safe from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/base/clock.h"
#include "server/check/check.h"
#include "server/config/config.h"
#include "server/intake/intake.h"
#include "server/prometheus/prometheus_client.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "server/watch/episode.h"

namespace warden {

// Hears what happens, on a worker's thread; must not block.
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;
  virtual void OnChecked(const WatchConfig& /*watch*/, const std::vector<SeriesCheck>& /*series*/) {
  }
  virtual void OnRun(const WatchConfig& /*watch*/, bool /*worked*/,
                     std::chrono::duration<double> /*took*/) {}
  // The watch is no longer configured.
  virtual void OnGone(const std::string& /*watch*/) {}
};

struct WatchParts {
  Store& store;
  StoreWriter& writer;
  Intake& intake;
  const Clock& clock;
  // A client for the configuration's Prometheus; asked at every run, so rotated secrets and reloads
  // are seen.
  std::function<promapi::PrometheusClient(const std::shared_ptr<const Config>&)> client;
  WatchObserver* observer = nullptr;
};

class Watcher {
 public:
  Watcher(WatchParts parts, std::shared_ptr<const Config> config);
  ~Watcher();  // Stop
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void SetConfig(std::shared_ptr<const Config> config);
  // Begins no further run; does not wait. What a run under way finds is refused by a stopped intake
  // and found again at the next start.
  void BeginStop();
  // Waits for the runs under way, which end with their query's budget.
  void Stop();

 private:
  struct Job {
    WatchConfig watch;
    Instant next_at;
    bool is_running = false;
    bool is_gone = false;  // removed from the configuration; ends the alerts it holds open
    bool failed = false;   // the last run
    Episodes episodes;
  };
  void Work();
  void Run(Job& job);
  void Report(Job& job, const Result<CheckAnswer>& answer);
  void Raise(Job& job, const std::vector<SeriesCheck>& checks, Instant now);
  [[nodiscard]] Job* NextJob();
  void FindOrphans();
  void StartJobs();
  [[nodiscard]] bool End(Job& job);
  [[nodiscard]] bool Tell(WebhookMessage message);

  WatchParts parts_;
  WatchObserver silent_;
  WatchObserver& observer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const Config> config_;  // guarded by mutex_
  std::map<std::string, std::unique_ptr<Job>>
      jobs_;               // by watch; the map and flags guarded by mutex_, the rest by is_running
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Watches: queries checked on a schedule of our own. What is anomalous enters through Intake like
// any other alert and ends when it is normal again; every checked series exports its value and
// band. Each worker thread (named "watch") runs one watch at a time, so a slow one delays no other
// as long as a worker is free; a failing one is reported when that changes and tried again at its
// next turn. Turns begin shortly after the steps that they look at, each watch a little later than
// another. Which alerts a watch holds open is kept in the store, so that a restart neither repeats
// nor forgets them; those of a watch that left the configuration are ended. Borrows its parts.
// SetConfig, Snapshot and BeginStop are safe from any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/watch/report.h"
#include "server/watch/watch_task.h"

namespace warden {

// The first turn after `after`.
[[nodiscard]] Instant NextTurn(const WatchConfig& watch, Instant after);

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

  // All watches in order of their names, as their last runs left them.
  [[nodiscard]] std::vector<WatchView> Snapshot() const;

 private:
  struct Job {
    explicit Job(const WatchParts& parts, const std::string& name)
        : task(parts, name), report(task.report()) {}
    WatchTask task;  // of the worker that runs it, else guarded by mutex_
    WatchConfig watch;
    Instant next_at;
    bool is_running = false;
    bool is_gone = false;  // removed from the configuration; ends the alerts it holds open
    std::shared_ptr<const WatchReport> report;
  };
  void Work();
  void Turn(Job& job, std::unique_lock<std::mutex>& lock);
  void End(Job& job, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Job* NextJob();
  Job& JobOf(const std::string& watch, Instant first_turn);
  void StartJobs();

  WatchParts parts_;
  WatchObserver silent_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const Config> config_;              // guarded by mutex_
  std::map<std::string, std::unique_ptr<Job>> jobs_;  // by watch; guarded by mutex_
  bool stopping_ = false;                             // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// One watch: what it knows of its series, which alerts it holds open, and a run of it. The detector
// `auto` streams: the history is read once, then only steps that are new, and what is known of each
// series goes to the store every few minutes and at the end, so that a restart goes on where the
// last one stopped; the classic detectors and forecasts read the history at each run. Whatever was
// read is judged step by step, and an alert is told again at each run while it fires. Blocks for
// queries and the disk. Used by one thread at a time; borrows its parts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/base/clock.h"
#include "server/check/check.h"
#include "server/config/config.h"
#include "server/intake/intake.h"
#include "server/prometheus/prometheus_client.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "server/watch/anomaly_log.h"
#include "server/watch/episode.h"
#include "server/watch/report.h"
#include "server/watch/series_streams.h"
#include "server/watch/watch_shelf.h"

namespace warden {

// Hears what happens, on a worker's thread; must not block.
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;
  // After each run; the report of one that failed holds what was known before.
  virtual void OnRun(const WatchReport& /*report*/, std::chrono::duration<double> /*took*/) {}
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
  // Posts alerts, as JSON, to the configuration's Alertmanager; waits. For `raise_in`.
  std::function<Result<void>(const std::shared_ptr<const Config>&, std::string alerts)>
      to_alertmanager = nullptr;
};

// A step is taken in when it is so old: values arrive late.
[[nodiscard]] Duration SettledAfter(const WatchConfig& watch);

class WatchTask {
 public:
  WatchTask(const WatchParts& parts, std::string name);

  void Run(const std::shared_ptr<const Config>& config, const WatchConfig& watch);
  // Of a watch that left the configuration: ends its alerts, which nobody else ever would, and
  // removes what is stored. False: not yet.
  [[nodiscard]] bool End();
  // What is known of the series goes to the store now.
  void Save();

  [[nodiscard]] std::shared_ptr<const WatchReport> report() const { return report_; }

 private:
  Result<void> RunOnce(const promapi::PrometheusClient& client, Instant now);
  Result<void> RunForecast(const promapi::PrometheusClient& client, Instant now);
  Result<void> RunWhole(const promapi::PrometheusClient& client, Instant now);
  Result<void> RunStream(const promapi::PrometheusClient& client, Instant now);
  void Load();
  void ForgetUnlessNear(Instant newest);
  Result<void> LearnHistory(const promapi::PrometheusClient& client, Instant newest);
  Result<void> JudgeTail(const promapi::PrometheusClient& client, Instant newest);
  Result<GridAnswer> Fetch(const promapi::PrometheusClient& client, Instant first, Instant last);
  Result<GridAnswer> Ask(const promapi::PrometheusClient& client, const std::string& expression,
                         Instant first, Instant last);
  Result<void> LeaveChecksAlone(const promapi::PrometheusClient& client, Instant now);
  [[nodiscard]] std::size_t StepsAtOnce() const;
  void Note(const std::vector<SeriesCheck>& checks);
  void Raise(const std::vector<SeriesCheck>& checks, Instant at);
  void Tell();
  [[nodiscard]] bool Submit();
  [[nodiscard]] bool Post();
  void SaveNowAndThen(Instant now);
  void Publish(Instant began, const Result<void>& done);
  void SaySoWhenItChanges(const Result<void>& done);

  const WatchParts parts_;
  const std::string name_;
  WatchShelf shelf_;
  std::shared_ptr<const Config> config_;
  WatchConfig watch_;
  SeriesStreams streams_;
  std::uint64_t key_ = 0;  // of what the streams stand on
  bool is_loaded_ = false;
  EpisodeBook book_;
  std::string stored_episodes_;             // as they are in the store
  std::vector<Alert> untold_;               // Intake could not keep them yet
  std::unordered_set<std::uint64_t> told_;  // fingerprints of firing alerts that Intake knows
  AnomalyLog anomalies_;
  std::vector<SeriesCheck> checks_;  // of the newest step
  std::size_t left_out_ = 0;
  std::vector<std::string> warnings_;
  std::optional<Instant> saved_at_;
  std::optional<Instant> saved_last_;
  bool failed_ = false;
  std::shared_ptr<const WatchReport> report_;
};

}  // namespace warden

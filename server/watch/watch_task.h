// SPDX-License-Identifier: Apache-2.0
// One watch: what it knows of its series, which alerts it holds open, and a run of it. The detector
// `auto` streams: the history is read once, then only steps that are new, and what is known of each
// series goes to the store now and then and at the end, so that a restart goes on where the
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
#include <vector>

#include "server/check/check.h"
#include "server/config/config.h"
#include "server/prometheus/prometheus_client.h"
#include "server/watch/alert_outbox.h"
#include "server/watch/anomaly_log.h"
#include "server/watch/series_streams.h"
#include "server/watch/watch_parts.h"
#include "server/watch/watch_shelf.h"

namespace warden {

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
  Result<void> LoadBook();
  void Load();
  void ForgetUnlessNear(Instant newest);
  Result<void> LearnHistory(const promapi::PrometheusClient& client, Instant newest);
  Result<void> JudgeTail(const promapi::PrometheusClient& client, Instant newest);
  Result<void> InParts(const promapi::PrometheusClient& client, Instant first, Instant last,
                       const std::function<promapi::SeriesChoice()>& choose,
                       const std::function<void(const GridAnswer&)>& take);
  Result<GridAnswer> Fetch(const promapi::PrometheusClient& client, Instant first, Instant last,
                           const promapi::SeriesChoice& choice);
  Result<GridAnswer> Ask(const promapi::PrometheusClient& client, const std::string& expression,
                         Instant first, Instant last, const promapi::SeriesChoice& choice);
  Result<GridAnswer> Maintenance(const promapi::PrometheusClient& client, Instant first,
                                 Instant last);
  Result<void> LeaveChecksAlone(const promapi::PrometheusClient& client, Instant now);
  [[nodiscard]] std::size_t StepsAtOnce() const;
  void Note(const std::vector<SeriesCheck>& checks);
  void Raise(const WatchConfig& watch, const std::vector<SeriesCheck>& checks, Instant at);
  void Tell();
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
  bool is_book_loaded_ = false;
  EpisodeBook book_;
  std::string stored_episodes_;  // as they are in the store
  AlertOutbox outbox_;
  AnomalyLog anomalies_;
  std::optional<std::vector<SeriesCheck>> checks_;  // of the newest step that this run has judged
  std::size_t left_out_ = 0;
  std::vector<std::string> warnings_;
  std::optional<Instant> saved_at_;
  std::optional<Instant> saved_last_;
  bool failed_ = false;
  std::shared_ptr<const WatchReport> report_;
};

}  // namespace warden

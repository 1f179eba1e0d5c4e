// SPDX-License-Identifier: Apache-2.0
// One question asked in two places, when an alert arrives and on a schedule: is what this query
// returns now normal, judged by its own history? Fetches the history up to now in one range query
// and lets a detector judge the last point of each series. Blocks for the query, at most for the
// budget; safe from any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "promql/model/labels.h"
#include "server/anomaly/detector.h"
#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/config/watch_config.h"
#include "server/prometheus/prometheus_client.h"

namespace warden {

struct CheckRequest {
  std::string query;
  Instant now;
  std::chrono::milliseconds history;
  std::chrono::milliseconds step;
  std::chrono::milliseconds budget;
  DetectorConfig detector;
  Tolerance tolerance;
  CalendarConfig calendar;
  std::size_t max_series = 1000;  // more are not looked at, and that is said
  bool shares_budget = false;     // tolerance's budget is that of all series together
};

struct SeriesCheck {
  promql::LabelSet labels;  // without the metric's name
  anomaly::Verdict verdict;
  Duration learning_left{0};  // until the detector says something, if values keep coming
};

struct CheckAnswer {
  std::vector<SeriesCheck> series;
  std::size_t left_out = 0;           // beyond max_series
  std::vector<std::string> warnings;  // Prometheus' own
};

[[nodiscard]] Result<CheckAnswer> Check(const promapi::PrometheusClient& prometheus,
                                        const CheckRequest& request);

// The query alone.
[[nodiscard]] Result<promapi::QueryAnswer> AskHistory(
    const promapi::PrometheusClient& prometheus, const CheckRequest& request,
    const promapi::SeriesChoice* choice = nullptr);

// The same without the query, for series that are at hand: of the last `most` steps, at least one.
[[nodiscard]] std::vector<anomaly::Verdict> JudgeSeries(const promapi::TimeSeries& series,
                                                        const CheckRequest& request,
                                                        std::size_t most);
// Of the last.
[[nodiscard]] anomaly::Verdict CheckSeries(const promapi::TimeSeries& series,
                                           const CheckRequest& request);

// Its last step is the one at or before `now`.
[[nodiscard]] anomaly::EvenSeries GridOf(const promapi::TimeSeries& series, Duration step,
                                         Instant now);
[[nodiscard]] anomaly::DetectorParameters ParametersOf(const DetectorConfig& detector,
                                                       const Tolerance& tolerance,
                                                       const CalendarConfig& calendar);
[[nodiscard]] anomaly::DetectorKind KindOf(DetectorKind kind);

}  // namespace warden

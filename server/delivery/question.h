// SPDX-License-Identifier: Apache-2.0
// Which query stands behind a message, which of its series is the alert's own, and what the verdict
// on it says to people. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "server/alert/notification.h"
#include "server/check/check.h"
#include "server/config/config.h"

namespace warden {

// Of a watch that looks ahead.
struct Ahead {
  double threshold = 0;
  Duration horizon{0};
};

struct Question {
  promql::LabelSet alert;  // labels of the alert that asks
  std::string query;       // empty: to be made from the expression, see alert_query.h
  std::string wide;        // the query for all series of the rule; empty when `query` has them
  std::string expression;  // of the alert's rule, from its link; empty when unknown
  std::chrono::milliseconds history;
  std::chrono::milliseconds step;
  DetectorConfig detector;
  Tolerance tolerance;
  CalendarConfig calendar;
  Instant began_at;         // the alert that asks
  std::string maintenance;  // of its watch: a query; empty: none
  std::optional<Ahead> ahead;
};

// Of the first alert that fires and has one: its annotation `promwarden_query`, else the first
// entry of `anomaly.queries` that matches it. Where none has, the first that fires and whose link
// has an expression. An alert of one of `watches` is judged as that watch does.
[[nodiscard]] std::optional<Question> QuestionOf(const Message& message,
                                                 const AnomalyConfig& config,
                                                 const std::vector<WatchConfig>& watches = {});

// Whether the series has no label of the alert with another value.
[[nodiscard]] bool Agrees(const promql::LabelSet& alert, const promql::LabelSet& series);

// Series that contradict none of the alert's labels, those that share the most first; at most
// `limit`.
[[nodiscard]] std::vector<std::size_t> OwnSeries(const promql::LabelSet& alert,
                                                 const std::vector<promapi::TimeSeries>& series,
                                                 std::size_t limit);

// Without a detector's name when it could say nothing; then the summary says why.
[[nodiscard]] AnomalyVerdict Describe(const std::string& query, const anomaly::Verdict& verdict);

}  // namespace warden

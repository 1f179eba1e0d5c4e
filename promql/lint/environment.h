// SPDX-License-Identifier: Apache-2.0
// What a team states about its servers, so that checks which others run only against a live server
// run offline. What is not stated is unknown: a check that needs it stays silent, or says what it
// took for granted.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "promql/syntax/options.h"

namespace promql::lint {

using Duration = std::chrono::milliseconds;

// Of a metric, as exposition formats know them.
enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram, kSummary };

struct Environment {
  Version target = kNewestVersion;
  Features features;
  // metric_name_validation_scheme; where nothing is stated servers before 3.0 are legacy.
  std::optional<bool> legacy_names;
  std::optional<Duration> scrape_interval;
  std::map<std::string, Duration, std::less<>> scrape_interval_by_job;
  std::optional<Duration> evaluation_interval;
  std::optional<Duration> retention;
  Duration lookback_delta = std::chrono::minutes(5);
  // Names; a value where it is stated. Nothing stated is unknown, an empty map is none.
  std::optional<std::map<std::string, std::optional<std::string>, std::less<>>> external_labels;
  std::map<std::string, MetricType, std::less<>> metric_types;

  // Prometheus' own defaults where nothing is stated.
  [[nodiscard]] Duration EvaluationInterval() const {
    return evaluation_interval.value_or(std::chrono::minutes(1));
  }
};

}  // namespace promql::lint

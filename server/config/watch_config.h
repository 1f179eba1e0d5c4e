// SPDX-License-Identifier: Apache-2.0
// What is checked against what is normal: detectors with their parameters, queries that are looked
// at when an alert arrives, and watches that run on a schedule. Plain immutable values.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "promql/model/matcher.h"

namespace warden {

class TimeZone;

enum class DetectorKind : std::uint8_t {
  kAuto,
  kHoltWinters,
  kEwma,
  kZscore,
  kMad,
  kRollingPercentile,
  kSeasonal,
  kTrend,
  kLevelShift,
  kFatigue
};
// In the enumerators' order; the same names as in server/anomaly.
inline constexpr std::array<std::string_view, 10> kDetectorNames = {
    "auto",     "holt_winters", "ewma",        "zscore", "mad", "rolling_percentile",
    "seasonal", "trend",        "level_shift", "fatigue"};

[[nodiscard]] constexpr std::string_view Name(DetectorKind kind) {
  return kDetectorNames[static_cast<std::size_t>(kind)];
}

enum class Direction : std::uint8_t { kBoth, kAbove, kBelow };

// Checks with fixed limits, named where a detector is. Those of server/anomaly/domain_checks.def
// that are no detectors by themselves.
struct DomainCheckName {
  std::string_view name;
  Direction direction{};
  bool has_baseline = false;  // its limits are shares of what is expected
};
inline constexpr std::array<DomainCheckName, 6> kDomainCheckNames = {{
    {"cost_increase", Direction::kAbove, true},
    {"cost_spike", Direction::kAbove, true},
    {"drop", Direction::kBelow, true},
    {"efficiency_drop", Direction::kBelow, true},
    {"roi", Direction::kBelow, false},
    {"budget_use", Direction::kAbove, false},
}};
// Their `min_points` unless set: two weeks.
[[nodiscard]] constexpr std::size_t DomainPoints(std::chrono::milliseconds step) {
  constexpr std::chrono::milliseconds kKnown = std::chrono::days(14);
  return step.count() <= 0 ? 14 : static_cast<std::size_t>(std::max<long>(14, kKnown / step));
}
// Their `history` unless set.
inline constexpr std::chrono::milliseconds kDomainHistory = std::chrono::days(28);

struct DetectorConfig {
  DetectorKind kind = DetectorKind::kAuto;
  // One of kDomainCheckNames, which then judges, whatever `kind` is; null: none.
  const DomainCheckName* domain = nullptr;
  std::size_t period = 288;  // points a season
  double threshold = 2.5;    // standard deviations (percentiles: widths of the band); not auto's
  Direction direction = Direction::kBoth;
  std::optional<double> alpha;  // smoothing of the level, (0, 1); not set: fitted (ewma: 0.1)
  std::optional<double> beta;
  std::optional<double> gamma;
  std::size_t window = 288;  // points looked back on: zscore, mad, rolling_percentile, trend
  double lower_percentile = 1;
  double upper_percentile = 99;
  std::size_t min_points = 100;  // fewer: no verdict from this detector

  [[nodiscard]] constexpr std::string_view name() const {
    return domain != nullptr ? domain->name : Name(kind);
  }
  [[nodiscard]] constexpr bool is_auto() const {
    return domain == nullptr && kind == DetectorKind::kAuto;
  }
  friend bool operator==(const DetectorConfig&, const DetectorConfig&) = default;
};

// What may be unusual without an alert: the one knob, and limits in the metric's own unit.
struct Tolerance {
  double alerts_per_day = 1.0 / 30;  // auto: alerts that a series may cost
  Direction direction = Direction::kBoth;
  double min_deviation = 0;           // smaller distances from what is expected never count
  double min_relative_deviation = 0;  // the same, as a share of what is expected
  double range_min = -std::numeric_limits<double>::infinity();
  double range_max = std::numeric_limits<double>::infinity();  // values outside always count

  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

// By which hours and days the metric's users live.
struct CalendarConfig {
  std::string time_zone = "UTC";
  std::shared_ptr<const TimeZone> zone;         // null: UTC
  std::vector<std::chrono::sys_days> holidays;  // local dates, ascending, each once

  friend bool operator==(const CalendarConfig& a, const CalendarConfig& b) {
    return a.time_zone == b.time_zone && a.holidays == b.holidays;
  }
};

// An alert that matches is checked by this query, sent as it stands, when it arrives.
struct AnomalyQuery {
  promql::Matchers matchers;
  std::string query;
  std::chrono::milliseconds history = std::chrono::hours(7 * 24);
  std::chrono::milliseconds step = std::chrono::minutes(5);
  DetectorConfig detector;

  friend bool operator==(const AnomalyQuery&, const AnomalyQuery&) = default;
};

// Pictures in messages.
enum class ChartStyle : std::uint8_t { kNone, kLight, kDark };

struct AnomalyConfig {
  bool is_enabled = true;
  std::chrono::milliseconds budget =
      std::chrono::seconds(2);  // an alert's message waits no longer for its verdict
  // Alerts that no query is named for: whether the expression in their link to a graph has it.
  bool uses_expressions = true;
  // For alerts that name their query in the annotation `promwarden_query`, or by their expression.
  std::chrono::milliseconds history = std::chrono::hours(7 * 24);
  std::chrono::milliseconds step = std::chrono::minutes(5);
  DetectorConfig detector;
  Tolerance tolerance;
  CalendarConfig calendar;
  std::vector<AnomalyQuery> queries;  // the first that matches counts
  ChartStyle chart = ChartStyle::kLight;
  std::string deployments;        // a query; where it is not 0, something was deployed; empty: none
  std::size_t max_siblings = 50;  // of an alert's series that are looked at beside it; 0: none

  friend bool operator==(const AnomalyConfig&, const AnomalyConfig&) = default;
};

// Severity of an anomaly → value of the alert's label `severity`; empty: no alert at this level.
struct SeverityMapping {
  std::string critical = "critical";
  std::string high = "warning";
  std::string medium = "warning";
  std::string low;

  friend bool operator==(const SeverityMapping&, const SeverityMapping&) = default;
};

// What a watch looks for: values that are unusual, or a threshold that will be reached.
enum class WatchKind : std::uint8_t { kAnomaly, kForecast };

// Where alerts of watches go: into our own intake, or to the Alertmanager of `alertmanager_url`.
enum class RaiseIn : std::uint8_t { kPromwarden, kAlertmanager };

struct WatchConfig {
  std::string name;  // unique; becomes the alert's `alertname` unless `labels` has one
  std::string query;
  WatchKind kind = WatchKind::kAnomaly;
  std::optional<double> threshold;                            // kForecast: needed
  std::chrono::milliseconds horizon = std::chrono::hours(4);  // kForecast: how far ahead
  RaiseIn raise_in = RaiseIn::kPromwarden;
  std::chrono::milliseconds interval = std::chrono::minutes(5);
  std::chrono::milliseconds history = std::chrono::hours(7 * 24);
  std::chrono::milliseconds step = std::chrono::minutes(5);
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  DetectorConfig detector;
  Tolerance tolerance;
  CalendarConfig calendar;
  // The budget is that of all series together.
  bool shares_budget = false;
  SeverityMapping severity;
  std::size_t fire_after = 1;                // consecutive anomalous steps before the alert fires
  std::size_t resolve_after = 1;             // consecutive normal steps before it resolves
  std::chrono::milliseconds pending_for{0};  // anomalous for at least this long before it fires
  // A query; series that it returns with a value other than 0 are not judged at that time.
  std::string maintenance;
  std::size_t max_alerts_per_hour = 10;  // more are told as one
  std::size_t max_series = 1000;         // more are left out, and counted
  bool exports_bands = true;             // as metrics
  promql::LabelSet labels;
  promql::LabelSet annotations;

  friend bool operator==(const WatchConfig&, const WatchConfig&) = default;
};

}  // namespace warden

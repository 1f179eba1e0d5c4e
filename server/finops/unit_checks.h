// SPDX-License-Identifier: Apache-2.0
// Fixed checks of what one unit of work (a post, an order) costs and brings: cost against its
// target, growth against its baseline, and how worn a pattern is. They need no history, unlike the
// detectors. Pure.
//
//   cost     warning from 25 %, critical from 100 % above the target
//   growth   warning at 70 %, critical at 50 % of the baseline
//   fatigue  warning from 0.8, critical from 0.9
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warden::finops {

// What was measured; what is not set is not judged.
struct UnitMetrics {
  std::optional<double> cost = {};               // of one unit, not negative
  std::optional<double> growth = {};             // viral coefficient: new users that one brings
  std::optional<double> engagement = {};         // a rate
  std::optional<std::string> pattern = {};       // that the unit was made by
  std::optional<std::int64_t> usage_count = {};  // of that pattern so far
};

struct UnitThresholds {
  double cost_target = 0.02;
  double cost_warning = 0.25;  // share above the target
  double growth_baseline = 1.5;
  double growth_drop = 0.7;  // share of the baseline
  double fatigue_warning = 0.8;

  friend bool operator==(const UnitThresholds&, const UnitThresholds&) = default;
};

// Not to be set.
inline constexpr double kCriticalCostMultiplier = 2.0;
inline constexpr double kCriticalGrowthDrop = 0.5;
inline constexpr double kCriticalFatigue = 0.9;

enum class UnitMetric : std::uint8_t { kCost, kGrowth, kFatigue };
enum class UnitSeverity : std::uint8_t { kWarning, kCritical };

[[nodiscard]] std::string_view Name(UnitSeverity severity);

struct UnitAnomaly {
  UnitMetric metric = UnitMetric::kCost;
  UnitSeverity severity = UnitSeverity::kWarning;
  double current = 0;
  double baseline = 0;  // of fatigue: the threshold
  double confidence = 0;
  double percent = 0;  // cost: above the target; growth: of the baseline; fatigue: of 1
};

// `fatigue` of the pattern, 0 to 1, when there is one.
[[nodiscard]] std::vector<UnitAnomaly> CheckUnit(const UnitMetrics& metrics,
                                                 std::optional<double> fatigue,
                                                 const UnitThresholds& thresholds);

}  // namespace warden::finops

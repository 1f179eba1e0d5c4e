// SPDX-License-Identifier: Apache-2.0
// Fixed checks of what one unit of work (a post, an order) costs and brings: cost against its
// target, growth against its baseline, and how worn a pattern is. Pure. The limits are those of the
// domain checks cost_increase, drop and fatigue (server/anomaly/domain_checks.def), whose first can
// be set here; there a detector knows from a history what is usual, here a target says what should
// be, which single units without a series can be held against.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/domain_checks.h"

namespace warden::finops {

// What was measured; what is not set is not judged.
struct UnitMetrics {
  std::optional<double> cost = {};               // of one unit, not negative
  std::optional<double> growth = {};             // viral coefficient: new users that one brings
  std::optional<double> engagement = {};         // a rate
  std::optional<std::string> pattern = {};       // that the unit was made by
  std::optional<std::int64_t> usage_count = {};  // of that pattern so far
};

inline constexpr anomaly::DomainCheck kCostCheck = *anomaly::DomainCheckOf("cost_increase");
inline constexpr anomaly::DomainCheck kGrowthCheck = *anomaly::DomainCheckOf("drop");
inline constexpr anomaly::DomainCheck kFatigueCheck = *anomaly::DomainCheckOf("fatigue");

struct UnitThresholds {
  double cost_target = 0.02;
  double cost_warning = kCostCheck.limits[0] - 1;  // share above the target
  double growth_baseline = 1.5;
  double growth_drop = kGrowthCheck.limits[0];  // share of the baseline
  double fatigue_warning = kFatigueCheck.limits[0];

  friend bool operator==(const UnitThresholds&, const UnitThresholds&) = default;
};

// Not to be set.
inline constexpr double kCriticalCostMultiplier = kCostCheck.limits[2];
inline constexpr double kCriticalGrowthDrop = kGrowthCheck.limits[2];
inline constexpr double kCriticalFatigue = kFatigueCheck.limits[2];

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

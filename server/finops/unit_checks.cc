// SPDX-License-Identifier: Apache-2.0
#include "server/finops/unit_checks.h"

#include <cmath>

namespace warden::finops {
namespace {

using anomaly::IsBeyond;

UnitSeverity SeverityIf(bool is_critical) {
  return is_critical ? UnitSeverity::kCritical : UnitSeverity::kWarning;
}

// Barely out of line, clearly, or beyond doubt.
double Confidence(bool is_clear, bool is_beyond_doubt) {
  if (is_beyond_doubt) return 0.9;
  return is_clear ? 0.8 : 0.7;
}

double Percent(double share) { return std::round(share * 1e8) / 1e6; }

std::optional<UnitAnomaly> CheckCost(double cost, const UnitThresholds& limits) {
  const double share = cost / limits.cost_target;
  if (!IsBeyond(kCostCheck, share, 1 + limits.cost_warning)) return std::nullopt;
  const bool is_critical = IsBeyond(kCostCheck, share, kCriticalCostMultiplier);
  return UnitAnomaly{
      .metric = UnitMetric::kCost,
      .severity = SeverityIf(is_critical),
      .current = cost,
      .baseline = limits.cost_target,
      .confidence = Confidence(IsBeyond(kCostCheck, share, kCostCheck.limits[1]), is_critical),
      .percent = Percent(share - 1)};
}

std::optional<UnitAnomaly> CheckGrowth(double growth, const UnitThresholds& limits) {
  const double left = growth / limits.growth_baseline;
  if (!IsBeyond(kGrowthCheck, left, limits.growth_drop)) return std::nullopt;
  const bool is_critical = IsBeyond(kGrowthCheck, left, kCriticalGrowthDrop);
  const double halfway = (limits.growth_drop + kCriticalGrowthDrop) / 2;
  return UnitAnomaly{.metric = UnitMetric::kGrowth,
                     .severity = SeverityIf(is_critical),
                     .current = growth,
                     .baseline = limits.growth_baseline,
                     .confidence = Confidence(IsBeyond(kGrowthCheck, left, halfway), is_critical),
                     .percent = Percent(left)};
}

std::optional<UnitAnomaly> CheckFatigue(double fatigue, const UnitThresholds& limits) {
  if (!IsBeyond(kFatigueCheck, fatigue, limits.fatigue_warning)) return std::nullopt;
  const bool is_critical = IsBeyond(kFatigueCheck, fatigue, kCriticalFatigue);
  constexpr double kDead = 0.95;
  return UnitAnomaly{.metric = UnitMetric::kFatigue,
                     .severity = SeverityIf(is_critical),
                     .current = fatigue,
                     .baseline = limits.fatigue_warning,
                     .confidence = Confidence(is_critical, IsBeyond(kFatigueCheck, fatigue, kDead)),
                     .percent = Percent(fatigue)};
}

}  // namespace

std::string_view Name(UnitSeverity severity) {
  return severity == UnitSeverity::kCritical ? "critical" : "warning";
}

std::vector<UnitAnomaly> CheckUnit(const UnitMetrics& metrics, std::optional<double> fatigue,
                                   const UnitThresholds& thresholds) {
  std::vector<UnitAnomaly> found;
  const auto keep = [&found](const std::optional<UnitAnomaly>& anomaly) {
    if (anomaly) found.push_back(*anomaly);
  };
  if (metrics.cost) keep(CheckCost(*metrics.cost, thresholds));
  if (metrics.growth) keep(CheckGrowth(*metrics.growth, thresholds));
  if (fatigue) keep(CheckFatigue(*fatigue, thresholds));
  return found;
}

}  // namespace warden::finops

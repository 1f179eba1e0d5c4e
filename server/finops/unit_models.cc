// SPDX-License-Identifier: Apache-2.0
#include "server/finops/unit_models.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace warden::finops {
namespace {

constexpr double kUsesToTire = 20;
constexpr std::int64_t kMostUses = 1'000'000;  // in one report

std::int64_t HourOf(Instant at) {
  return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
}

std::size_t HourOfWeek(Instant at) {
  constexpr std::int64_t kWeek = kSeasonHours;
  constexpr std::int64_t kFirstMonday = 4 * 24;  // 1970 began on a Thursday
  return static_cast<std::size_t>(((HourOf(at) - kFirstMonday) % kWeek + kWeek) % kWeek);
}

double UsesAt(const PatternUsage& usage, Instant now) {
  const auto hours = std::chrono::duration<double, std::ratio<3600>>(now - usage.at).count();
  return usage.uses * std::pow(kUsageDecay, std::max(hours, 0.0));
}

// The count goes up with every use; one that is lower than before began again.
void Use(PatternUsage& usage, std::optional<std::int64_t> count, Instant now) {
  std::int64_t more = 1;
  if (count) {
    more = *count >= usage.last_count ? *count - usage.last_count : *count;
    usage.last_count = *count;
  }
  usage.uses =
      UsesAt(usage, now) + static_cast<double>(std::clamp<std::int64_t>(more, 0, kMostUses));
  usage.at = now;
}

// Makes room by forgetting the one that is used least.
void ForgetOne(std::map<std::string, PatternUsage>& patterns, Instant now) {
  const auto least = std::ranges::min_element(
      patterns, {}, [now](const auto& entry) { return UsesAt(entry.second, now); });
  patterns.erase(least);
}

}  // namespace

void UnitModels::Take(const UnitMetrics& metrics, Instant now) {
  if (metrics.cost) {
    if (costs.size() >= kCostWindow) costs.erase(costs.begin());
    costs.push_back(*metrics.cost);
  }
  const std::int64_t hour = HourOf(now);
  if (metrics.engagement) engagement[hour].Add(*metrics.engagement);
  // A clock that was set back leaves hours in the future behind: those go too.
  std::erase_if(engagement, [hour](const auto& entry) {
    return entry.first <= hour - kTrendLookback.count() || entry.first > hour;
  });
  if (metrics.growth) growth[HourOfWeek(now)].Add(*metrics.growth);
  if (!metrics.pattern) return;
  if (!patterns.contains(*metrics.pattern) && patterns.size() >= kMostPatterns)
    ForgetOne(patterns, now);
  Use(patterns.try_emplace(*metrics.pattern, PatternUsage{0, now, 0}).first->second,
      metrics.usage_count, now);
}

void UnitModels::Reset(UnitModel model) {
  switch (model) {
    case UnitModel::kStatistical:
      return costs.clear();
    case UnitModel::kTrend:
      return engagement.clear();
    case UnitModel::kSeasonal:
      return growth.clear();
    case UnitModel::kFatigue:
      return patterns.clear();
  }
}

std::optional<double> UnitModels::Fatigue(const std::string& pattern, Instant now) const {
  const auto found = patterns.find(pattern);
  if (found == patterns.end()) return std::nullopt;
  return 1 - std::exp(-UsesAt(found->second, now) / kUsesToTire);
}

Mean UnitModels::CostMean() const {
  return {std::accumulate(costs.begin(), costs.end(), 0.0),
          static_cast<std::int64_t>(costs.size())};
}

double UnitModels::CostDeviation() const {
  if (costs.empty()) return 0;
  const double mean = CostMean().value();
  double squares = 0;
  for (const double cost : costs) squares += (cost - mean) * (cost - mean);
  return std::sqrt(squares / static_cast<double>(costs.size()));
}

std::int64_t UnitModels::GrowthPoints() const {
  return std::accumulate(
      growth.begin(), growth.end(), std::int64_t{0},
      [](std::int64_t sum, const auto& entry) { return sum + entry.second.points; });
}

}  // namespace warden::finops

// SPDX-License-Identifier: Apache-2.0
// What is remembered of the units seen so far: the last costs, engagement by the hour of the last
// day, growth by the hour of the week, and how often each pattern was used. Bounded, whatever
// comes. Plain values; time is given. The detector `fatigue` is another model: it measures an even
// series of uses against what is usual there, while here uses are reported one by one, at any time,
// of patterns too new to have a usual.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/finops/unit_checks.h"

namespace warden::finops {

inline constexpr std::size_t kCostWindow = 100;
inline constexpr std::chrono::hours kTrendLookback{24};
inline constexpr std::size_t kSeasonHours = 168;  // from Monday 00:00 UTC
inline constexpr double kUsageDecay = 0.95;       // an hour
inline constexpr std::size_t kMostPatterns = 1000;

struct Mean {
  double sum = 0;
  std::int64_t points = 0;

  void Add(double value) {
    sum += value;
    ++points;
  }
  [[nodiscard]] double value() const { return points > 0 ? sum / static_cast<double>(points) : 0; }
  friend bool operator==(const Mean&, const Mean&) = default;
};

struct PatternUsage {
  double uses = 0;  // each counted less the longer ago it was
  Instant at;       // when `uses` was true
  std::int64_t last_count = 0;
  friend bool operator==(const PatternUsage&, const PatternUsage&) = default;
};

enum class UnitModel : std::uint8_t { kStatistical, kTrend, kSeasonal, kFatigue };
inline constexpr std::array<std::string_view, 4> kUnitModels{"statistical", "trend", "seasonal",
                                                             "fatigue"};

struct UnitModels {
  std::vector<double> costs;                // the newest last
  std::map<std::int64_t, Mean> engagement;  // by hours since 1970
  std::map<std::size_t, Mean> growth;       // by hour of the week
  std::map<std::string, PatternUsage> patterns;

  void Take(const UnitMetrics& metrics, Instant now);
  void Reset(UnitModel model);
  // 0 unused, towards 1: 1 - exp(-uses / 20), so that 33 uses in a short time give 0.8 and 47 give
  // 0.9; nothing for a pattern that was never named.
  [[nodiscard]] std::optional<double> Fatigue(const std::string& pattern, Instant now) const;
  [[nodiscard]] Mean CostMean() const;
  [[nodiscard]] double CostDeviation() const;  // standard deviation of all of them
  [[nodiscard]] std::int64_t GrowthPoints() const;

  friend bool operator==(const UnitModels&, const UnitModels&) = default;
};

}  // namespace warden::finops

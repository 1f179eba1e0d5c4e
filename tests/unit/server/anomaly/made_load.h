// SPDX-License-Identifier: Apache-2.0
// Series as services make them, by seed: what a detector must stay calm about. Incidents are put in
// by the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/anomaly/calendar.h"

namespace warden::anomaly {

enum class LoadKind : std::uint8_t {
  kDaily,       // day and week, correlated noise
  kDrift,       // the same around a random walk
  kCounts,      // Poisson, 1 to 15 a step
  kSparse,      // Poisson, mostly 0
  kRatio,       // between 0 and 1
  kQuantised,   // whole steps
  kHeavyTail,   // log-normal with occasional far values
  kCron,        // jobs by the hour and by the day
  kGaps,        // missing stretches
  kMultiplied,  // noise that grows with the level
  kRestless,    // no season, strongly correlated
  kWhite,       // no season, no memory
  kSquare,      // two levels by the clock
  kOffice,      // by the local clock; empty at weekends and on holidays
  kRestarts,    // the rate of a counter that starts anew now and then
};
inline constexpr int kLoadKinds = 15;
[[nodiscard]] std::string_view Name(LoadKind kind);

struct LoadShape {
  int days = 30;
  std::chrono::seconds step{300};
  Instant start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};  // a Monday
  const Calendar* calendar = nullptr;
};

struct MadeLoad {
  std::vector<double> values;  // NaN: missing
  Instant start;
  std::chrono::seconds step;
  double scale = 1;            // one deviation of its noise, as a rule
  std::vector<double> scales;  // and at each step: some noise grows with the level
  [[nodiscard]] Instant At(std::size_t i) const {
    return start + step * static_cast<std::int64_t>(i);
  }
};

[[nodiscard]] MadeLoad MakeLoad(LoadKind kind, unsigned seed, const LoadShape& shape);

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Finds the seasons of a series from its autocorrelation: the short one (a day, say) and a long one
// that is a multiple of it (a week). Costs O(n log n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace warden::anomaly {

struct Periods {
  std::size_t season = 0;       // steps; 0: none
  std::size_t long_season = 0;  // steps, a multiple of season; 0: none, or too long for the series
};

// `values` without NaN. A season must have passed two and a half times, stand out of its
// neighbourhood, and correlate beyond chance (1 %). `day`: steps a day, 0 where not known; a season
// found within 2 % of a day or a week is that.
[[nodiscard]] Periods FindPeriods(std::span<const double> values, std::size_t day = 0);

// The long season that goes with a known season: one found, or seven times as long when the series
// has seen that often enough.
[[nodiscard]] std::size_t LongSeasonOf(std::span<const double> values, std::size_t season);

// Autocorrelation at lags 0..most of the values less their straight line, each lag over the pairs
// it has; all 0 when nothing is left.
[[nodiscard]] std::vector<double> Autocorrelation(std::span<const double> values, std::size_t most);

}  // namespace warden::anomaly

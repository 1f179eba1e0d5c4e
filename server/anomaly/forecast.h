// SPDX-License-Identifier: Apache-2.0
// What a series will do next, with the range it will stay in. Several predictors (predictor.h)
// continue the series from a few recent points in its past; those that came closest to what then
// happened are averaged, by the inverse fourth power of their error (Bates & Granger 1969 weigh by
// the second; the fourth forgets the poor ones sooner), and the same past errors, by how far ahead
// and by time of season, give the interval. A trend always fades, and no forecast leaves the range
// of the past by more than half of it. Pure; cost is linear in the values but for seasons' own
// number of states.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/period.h"
#include "server/base/clock.h"

namespace warden::anomaly {

struct ForecastOptions {
  std::size_t horizon = 24;  // steps
  std::size_t season = 0;    // steps; 0: found from the values
  std::size_t day = 0;       // steps, where known: a season found near it is a day
};

// Steps of a day, where it is a whole number of them; else 0.
[[nodiscard]] constexpr std::size_t StepsOfADay(Duration step) {
  constexpr Duration kDay = std::chrono::hours(24);
  return step > Duration{0} && kDay % step == Duration{0} ? static_cast<std::size_t>(kDay / step)
                                                          : 0;
}

struct PredictorShare {
  std::string_view name;
  double weight = 0;  // all shares together 1
};

struct Forecast {
  // `horizon` values each; empty when there was no value to start from.
  std::vector<double> expected;
  std::vector<double> lower;  // 95 % of values are expected within; NaN when no error is known
  std::vector<double> upper;
  Periods periods;
  std::vector<PredictorShare> shares;  // the heaviest first
  std::string note;                    // why nothing, or little, could be said; empty otherwise
};

// `values` on an even grid, not finite where missing: gaps are filled from a season before, or
// straight. The newest 20,000 are looked at.
[[nodiscard]] Forecast ForecastSeries(std::span<const double> values,
                                      const ForecastOptions& options);

// When a forecast reaches a threshold that the last value has not.
struct Crossing {
  std::optional<std::size_t> expected;  // steps ahead, from 1: the forecast itself is there
  std::optional<std::size_t> earliest;  // an edge of the interval is
  bool rises = true;                    // from below
  bool is_beyond = false;               // already there
};
[[nodiscard]] Crossing FindCrossing(const Forecast& forecast, double last_value, double threshold);

// Gaps filled as described; leading ones are cut off.
[[nodiscard]] std::vector<double> WithoutGaps(std::span<const double> values, std::size_t season);

}  // namespace warden::anomaly

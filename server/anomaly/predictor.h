// SPDX-License-Identifier: Apache-2.0
// A way to continue a series. Forecasting asks several and trusts those that were right lately, so
// a predictor is asked again and again from different origins of the same series:
//
//   values[0] … values[origin - 1] are known ──Continue──▶ origin, origin + 1, …
//
// What it answers never depends on values at or after the origin. It keeps what it learnt for the
// next question; borrows the series, which has no gaps.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "server/anomaly/period.h"

namespace warden::anomaly {

class Predictor {
 public:
  virtual ~Predictor() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // `steps` values from `origin` on; empty when the history is too short for this predictor or does
  // not suit it. Origins must not fall from one call to the next.
  [[nodiscard]] virtual std::vector<double> Continue(std::size_t origin, std::size_t steps) = 0;
};

// All that make sense for a series of these periods.
[[nodiscard]] std::vector<std::unique_ptr<Predictor>> MakePredictors(std::span<const double> values,
                                                                     const Periods& periods);

// ---- The makers of single ones ----

enum class Scale : std::uint8_t { kPlain, kLogarithmic };

// Least squares on the values 1, 2, 3 steps and one and two seasons ago and their neighbours, a
// little ridge; forecasts feed on forecasts. On logarithms only where every value is positive.
[[nodiscard]] std::unique_ptr<Predictor> MakeLagRegression(std::span<const double> values,
                                                           const Periods& periods, Scale scale);
// Holt-Winters with additive season; its trend, if any, is damped.
enum class Trend : std::uint8_t { kNone, kDamped };
[[nodiscard]] std::unique_ptr<Predictor> MakeHoltWintersPredictor(std::span<const double> values,
                                                                  std::size_t season, Trend trend);

}  // namespace warden::anomaly

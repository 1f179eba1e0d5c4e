// SPDX-License-Identifier: Apache-2.0
// The Holt-Winters recursions (Holt 1957, Winters 1960) in component form, as in Hyndman &
// Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 8.3-8.4, with the seasonal
// update that uses the one-step base:
//
//   base = l + phi b          (multiplicative trend: l b^phi, no trend: l)
//   yhat = base + s[t-m]      (multiplicative season: base s[t-m], no season: base)
//   l'   = alpha (y - s[t-m]) + (1 - alpha) base                 (mul: y / s[t-m])
//   b'   = beta (l' - l) + (1 - beta) phi b                      (mul: beta l'/l + (1 - beta)
//   b^phi) s[t] = gamma (y - base) + (1 - gamma) s[t-m]                 (mul: y / base)
//
// computed in the equivalent error-correction form, which loses no digits when y has a large
// offset. A missing value (NaN) moves time on and changes nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warden::anomaly {

enum class Component : std::uint8_t { kNone, kAdditive, kMultiplicative };
enum class Damping : std::uint8_t { kNone, kDamped };

struct HoltWintersForm {
  Component trend = Component::kAdditive;
  Damping damping = Damping::kNone;
  Component season = Component::kAdditive;
  std::size_t period = 0;  // points per season; ignored without season
};

struct Smoothing {
  double alpha = 0.1;  // level, 0..1
  double beta = 0;     // trend, share of the level's change, 0..1
  double gamma = 0.1;  // season, 0..1-alpha
  double phi = 1;      // damping, 1 = none
};

struct HoltWintersStates {
  double level = 0;
  double trend = 0;  // per step; a factor when multiplicative; unused without trend
  std::vector<double>
      season;  // oldest first: season[0] belongs to the next point; empty without season
};

class HoltWintersModel {
 public:
  HoltWintersModel() = default;
  HoltWintersModel(const HoltWintersForm& form, const Smoothing& smoothing,
                   HoltWintersStates states);

  // The value expected `steps` (at least 1) points ahead.
  [[nodiscard]] double Forecast(std::size_t steps = 1) const;
  // Standard deviation of the error of Forecast(steps) in units of the one-step error's: the class
  // 1 formula of Hyndman et al., "Forecasting with Exponential Smoothing" (2008), 6.3; for
  // multiplicative forms a first-order guide.
  [[nodiscard]] double ErrorGrowth(std::size_t steps) const;
  // Takes in the next value and returns its one-step error (value - Forecast()); NaN gives NaN.
  double Step(double value);

  [[nodiscard]] const HoltWintersForm& form() const { return form_; }
  [[nodiscard]] const Smoothing& smoothing() const { return smoothing_; }
  // Season oldest first.
  [[nodiscard]] HoltWintersStates states() const;

 private:
  [[nodiscard]] double Growth(double power) const;

  HoltWintersForm form_;
  Smoothing smoothing_;
  HoltWintersStates states_;
  std::size_t next_ = 0;  // index in states_.season of the next point's season
};

}  // namespace warden::anomaly

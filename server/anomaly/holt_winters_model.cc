// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/holt_winters_model.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace warden::anomaly {

HoltWintersModel::HoltWintersModel(const HoltWintersForm& form, const Smoothing& smoothing,
                                   HoltWintersStates states)
    : form_(form), smoothing_(smoothing), states_(std::move(states)) {
  if (form_.season == Component::kNone) form_.period = 0;
  if (form_.damping == Damping::kNone) smoothing_.phi = 1;
  assert(states_.season.size() == form_.period);
}

double HoltWintersModel::Forecast(std::size_t steps) const {
  assert(steps >= 1);
  const double phi = smoothing_.phi;
  const auto h = static_cast<double>(steps);
  const double power = phi == 1 ? h : phi * (1 - std::pow(phi, h)) / (1 - phi);
  double base = states_.level;
  if (form_.trend == Component::kAdditive) base += power * states_.trend;
  if (form_.trend == Component::kMultiplicative) base *= std::pow(states_.trend, power);
  if (form_.season == Component::kNone) return base;
  const double season = states_.season[(next_ + steps - 1) % form_.period];
  return form_.season == Component::kAdditive ? base + season : base * season;
}

double HoltWintersModel::ErrorGrowth(std::size_t steps) const {
  const Smoothing& p = smoothing_;
  const double trend_gain = form_.trend == Component::kNone ? 0 : p.alpha * p.beta;
  double variance = 1;
  double damped = 0;  // phi + … + phi^j
  double power = 1;
  for (std::size_t j = 1; j < steps; ++j) {
    power *= p.phi;
    damped += power;
    double weight = p.alpha + trend_gain * damped;
    if (form_.period != 0 && j % form_.period == 0) weight += p.gamma;
    variance += weight * weight;
  }
  return std::sqrt(variance);
}

double HoltWintersModel::Growth(double power) const {
  if (form_.trend == Component::kNone) return 0;
  if (form_.trend == Component::kAdditive) return power * states_.trend;
  return power == 1 ? states_.trend : std::pow(states_.trend, power);
}

double HoltWintersModel::Step(double value) {
  const Smoothing& p = smoothing_;
  const double growth = Growth(p.phi);
  const bool factor = form_.trend == Component::kMultiplicative;
  const double base = factor ? states_.level * growth : states_.level + growth;
  double* const season = form_.period == 0 ? nullptr : &states_.season[next_];
  const bool seasonal_factor = season != nullptr && form_.season == Component::kMultiplicative;
  double expected = base;
  if (season != nullptr) expected = seasonal_factor ? base * *season : base + *season;

  const double error = value - expected;
  const bool missing = std::isnan(value);
  const double level_error = missing ? 0 : (seasonal_factor ? error / *season : error);
  const double season_error = missing ? 0 : (seasonal_factor ? error / base : error);
  const double trend_error = p.alpha * level_error / (factor ? states_.level : 1);
  states_.level = base + p.alpha * level_error;
  if (form_.trend != Component::kNone) states_.trend = growth + p.beta * trend_error;
  if (season != nullptr) {
    *season += p.gamma * season_error;
    next_ = next_ + 1 == form_.period ? 0 : next_ + 1;
  }
  return missing ? std::numeric_limits<double>::quiet_NaN() : error;
}

HoltWintersStates HoltWintersModel::states() const {
  HoltWintersStates states = states_;
  for (std::size_t i = 0; i < form_.period; ++i) {
    states.season[i] = states_.season[(next_ + i) % form_.period];
  }
  return states;
}

}  // namespace warden::anomaly

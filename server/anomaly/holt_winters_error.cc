// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/holt_winters_error.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <type_traits>

#include "server/anomaly/holt_winters_linear.h"

namespace warden::anomaly {
namespace {

constexpr double kLeastPhi = 0.8;
constexpr double kPhiRange = 0.195;

double Share(double angle) {
  const double s = std::sin(angle);
  return s * s;
}

double Angle(double share) { return std::asin(std::sqrt(std::clamp(share, 0.0, 1.0))); }

}  // namespace

HoltWintersError::HoltWintersError(std::span<const double> series, const HoltWintersForm& form,
                                   const FixedSmoothing& fixed)
    : series_(series), form_(form), fixed_(fixed), errors_(series.size()) {
  if (form_.season == Component::kNone) form_.period = 0;
  const bool nonlinear =
      form_.trend == Component::kMultiplicative || form_.season == Component::kMultiplicative;
  is_linear_ = !nonlinear &&
               std::none_of(series.begin(), series.end(), [](double y) { return std::isnan(y); });
  // A season that is always zero costs less than a sweep of its own.
  season_.resize(is_linear_ && form_.period == 0 ? series.size() : form_.period);
  if (form_.damping == Damping::kDamped || nonlinear) trends_.resize(series.size());
  if (nonlinear) {
    levels_.resize(series.size());
    bases_.resize(series.size());
    seasons_.resize(series.size());
  }
}

Smoothing HoltWintersError::SmoothingAt(const std::vector<double>& x) const {
  Smoothing p;
  p.alpha = fixed_.alpha.value_or(Share(x[kAlpha]));
  p.beta = form_.trend == Component::kNone ? 0 : fixed_.beta.value_or(Share(x[kBeta]));
  p.gamma = form_.season == Component::kNone
                ? 0
                : fixed_.gamma.value_or((1 - p.alpha) * Share(x[kGamma]));
  p.phi = form_.damping == Damping::kDamped ? kLeastPhi + kPhiRange * Share(x[kPhi]) : 1;
  return p;
}

void HoltWintersError::SetSmoothing(const Smoothing& p, std::vector<double>& x) {
  x[kAlpha] = Angle(p.alpha);
  x[kBeta] = Angle(p.beta);
  x[kGamma] = p.alpha < 1 ? Angle(p.gamma / (1 - p.alpha)) : 0;
  x[kPhi] = Angle((p.phi - kLeastPhi) / kPhiRange);
}

template <Component kTrendForm, Component kSeasonForm, HoltWintersError::Keep kKeep>
double HoltWintersError::Forward(const std::vector<double>& x) {
  constexpr bool kFactors =
      kTrendForm == Component::kMultiplicative || kSeasonForm == Component::kMultiplicative;
  const auto [alpha, beta, gamma, phi] = smoothing_;
  const bool damped = form_.damping == Damping::kDamped;
  const double trend_gain = alpha * beta;
  const std::size_t n = series_.size();
  double level = x[kLevel];
  double trend = x[kSlope];
  if constexpr (kSeasonForm != Component::kNone) {
    std::copy(x.begin() + kSeason, x.end(), season_.begin());
  }
  double sum = 0;
  std::size_t slot = 0;
  for (std::size_t t = 0; t < n; ++t) {
    if (kKeep == Keep::kAll && (kFactors || damped)) trends_[t] = trend;
    double growth = 0;
    double base = level;
    if constexpr (kTrendForm == Component::kAdditive) {
      growth = phi * trend;
      base = level + growth;
    } else if constexpr (kTrendForm == Component::kMultiplicative) {
      growth = damped ? std::pow(trend, phi) : trend;
      base = level * growth;
    }
    double season = 0;
    double expected = base;
    if constexpr (kSeasonForm != Component::kNone) {
      season = season_[slot];
      expected = kSeasonForm == Component::kAdditive ? base + season : base * season;
    }
    if constexpr (kFactors && kKeep == Keep::kAll) {
      levels_[t] = level;
      bases_[t] = base;
      seasons_[t] = season;
    }
    double error = series_[t] - expected;
    if (std::isnan(error)) {
      if (!std::isnan(series_[t])) return error;  // the model broke down, not the series
      error = 0;
    }
    errors_[t] = error;
    sum += error * error;
    const double level_error = kSeasonForm == Component::kMultiplicative ? error / season : error;
    if constexpr (kTrendForm == Component::kAdditive) {
      trend = growth + trend_gain * level_error;
    } else if constexpr (kTrendForm == Component::kMultiplicative) {
      trend = growth + trend_gain * level_error / level;
    }
    level = base + alpha * level_error;
    if constexpr (kSeasonForm != Component::kNone) {
      season_[slot] =
          season + gamma * (kSeasonForm == Component::kMultiplicative ? error / base : error);
      if (++slot == form_.period) slot = 0;
    }
  }
  return sum;
}

// Adjoint of Forward: `to_x` is the derivative of the sum with respect to the state x after step t,
// going back in time.
template <Component kTrendForm, Component kSeasonForm>
void HoltWintersError::Backward(const std::vector<double>& x, std::vector<double>& gradient) {
  constexpr bool kSeasonal = kSeasonForm != Component::kNone;
  constexpr bool kSeasonFactor = kSeasonForm == Component::kMultiplicative;
  constexpr bool kTrendFactor = kTrendForm == Component::kMultiplicative;
  const auto [alpha, beta, gamma, phi] = smoothing_;
  const bool damped = form_.damping == Damping::kDamped;
  double to_level = 0;
  double to_trend = 0;
  double by_alpha = 0;
  double by_beta = 0;
  double by_gamma = 0;
  double by_phi = 0;
  std::fill(gradient.begin(), gradient.end(), 0);
  double* const to_season = gradient.data() + kSeason;
  std::size_t slot = kSeasonal ? series_.size() % form_.period : 0;
  for (std::size_t t = series_.size(); t-- > 0;) {
    if constexpr (kSeasonal) slot = (slot == 0 ? form_.period : slot) - 1;
    const double error = errors_[t];
    const bool missing = std::isnan(series_[t]);
    const double seen = missing ? 0 : 1;
    double base = 1;
    double season = 1;
    double level = 1;
    if constexpr (kSeasonFactor || kTrendFactor) {
      base = bases_[t];
      level = levels_[t];
      season = seasons_[t];
    }
    const double level_error = kSeasonFactor ? error / season : error;
    const double trend_scale = kTrendFactor ? beta / level : beta;
    const double pull =
        kTrendForm == Component::kNone ? to_level : to_level + trend_scale * to_trend;
    by_alpha += level_error * pull;
    if constexpr (kTrendForm != Component::kNone) {
      by_beta += alpha * level_error * (kTrendFactor ? to_trend / level : to_trend);
    }
    double to_error = 2 * error + seen * alpha * (kSeasonFactor ? pull / season : pull);
    if constexpr (kSeasonal) {
      const double season_error = kSeasonFactor ? error / base : error;
      by_gamma += season_error * to_season[slot];
      to_error += seen * gamma * (kSeasonFactor ? to_season[slot] / base : to_season[slot]);
    }
    double to_base = to_level - (kSeasonFactor ? to_error * season : to_error);
    if constexpr (kSeasonFactor) {
      to_base -= gamma * to_season[slot] * error / (base * base);
      to_season[slot] -= to_error * base + alpha * pull * level_error / season;
    } else if constexpr (kSeasonal) {
      to_season[slot] -= to_error;
    }
    if constexpr (kTrendForm == Component::kNone) {
      to_level = to_base;
    } else if constexpr (kTrendForm == Component::kAdditive) {
      const double to_growth = to_trend + to_base;
      if (damped) by_phi += to_growth * trends_[t];
      to_level = to_base;
      to_trend = phi * to_growth;
    } else {
      const double trend = trends_[t];
      const double growth = damped ? std::pow(trend, phi) : trend;
      const double to_growth = to_trend + to_base * level;
      to_level = to_base * growth - to_trend * alpha * beta * level_error / (level * level);
      if (damped) by_phi += to_growth * growth * std::log(trend);
      to_trend = damped ? to_growth * phi * growth / trend : to_growth;
    }
  }
  gradient[kLevel] = to_level;
  gradient[kSlope] = kTrendForm == Component::kNone ? 0 : to_trend;
  SetAngleSlopes(x, by_alpha, by_beta, by_gamma, by_phi, gradient);
}

double HoltWintersError::ForwardLinear(const std::vector<double>& x, std::span<double> growths) {
  if (form_.period == 0) {
    std::fill(season_.begin(), season_.end(), 0);
  } else {
    std::copy(x.begin() + kSeason, x.end(), season_.begin());
  }
  const double trend = form_.trend == Component::kNone ? 0 : x[kSlope];
  return SweepForward(series_, smoothing_, x[kLevel], trend, season_, errors_, growths);
}

void HoltWintersError::BackwardLinear(const std::vector<double>& x, std::vector<double>& gradient) {
  const std::span<double> to_season =
      form_.period == 0 ? std::span<double>(season_) : std::span<double>(gradient).subspan(kSeason);
  const Slopes slopes = SweepBackward(smoothing_, errors_, trends_, to_season);
  gradient[kLevel] = slopes.level;
  gradient[kSlope] = form_.trend == Component::kNone ? 0 : slopes.trend;
  SetAngleSlopes(x, slopes.alpha, slopes.beta, slopes.gamma, slopes.phi, gradient);
}

void HoltWintersError::SetAngleSlopes(const std::vector<double>& x, double by_alpha, double by_beta,
                                      double by_gamma, double by_phi,
                                      std::vector<double>& gradient) const {
  if (fixed_.gamma || form_.season == Component::kNone) by_gamma = 0;
  if (fixed_.beta || form_.trend == Component::kNone) by_beta = 0;
  const double share = Share(x[kGamma]);  // gamma = (1-alpha) share
  const double to_alpha = fixed_.alpha ? 0 : by_alpha - by_gamma * share;
  gradient[kAlpha] = to_alpha * std::sin(2 * x[kAlpha]);
  gradient[kBeta] = by_beta * std::sin(2 * x[kBeta]);
  gradient[kGamma] = by_gamma * (1 - smoothing_.alpha) * std::sin(2 * x[kGamma]);
  const bool damped = form_.damping == Damping::kDamped;
  gradient[kPhi] = damped ? by_phi * kPhiRange * std::sin(2 * x[kPhi]) : 0;
}

// Calls function(trend, season) with the forms as compile-time constants.
template <class Function>
double HoltWintersError::Dispatch(Function function) const {
  const auto with_trend = [&](auto trend) {
    switch (form_.season) {
      case Component::kNone:
        return function(trend, std::integral_constant<Component, Component::kNone>{});
      case Component::kAdditive:
        return function(trend, std::integral_constant<Component, Component::kAdditive>{});
      case Component::kMultiplicative:
        break;
    }
    return function(trend, std::integral_constant<Component, Component::kMultiplicative>{});
  };
  switch (form_.trend) {
    case Component::kNone:
      return with_trend(std::integral_constant<Component, Component::kNone>{});
    case Component::kAdditive:
      return with_trend(std::integral_constant<Component, Component::kAdditive>{});
    case Component::kMultiplicative:
      break;
  }
  return with_trend(std::integral_constant<Component, Component::kMultiplicative>{});
}

double HoltWintersError::Value(const std::vector<double>& x) {
  assert(x.size() == unknowns());
  smoothing_ = SmoothingAt(x);
  if (is_linear_) return ForwardLinear(x, {});
  return Dispatch([&](auto trend, auto season) {
    return Forward<decltype(trend)::value, decltype(season)::value, Keep::kErrors>(x);
  });
}

double HoltWintersError::ValueAndGradient(const std::vector<double>& x,
                                          std::vector<double>& gradient) {
  assert(x.size() == unknowns() && gradient.size() == unknowns());
  smoothing_ = SmoothingAt(x);
  if (is_linear_) {
    const double value = ForwardLinear(x, trends_);
    if (std::isfinite(value)) BackwardLinear(x, gradient);
    return value;
  }
  return Dispatch([&](auto trend, auto season) {
    constexpr Component kTrendForm = decltype(trend)::value;
    constexpr Component kSeasonForm = decltype(season)::value;
    const double value = Forward<kTrendForm, kSeasonForm, Keep::kAll>(x);
    if (std::isfinite(value)) Backward<kTrendForm, kSeasonForm>(x, gradient);
    return value;
  });
}

}  // namespace warden::anomaly

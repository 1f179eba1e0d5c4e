// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/holt_winters_linear.h"

#include <algorithm>
#include <type_traits>

namespace warden::anomaly {

// With base = l + phi b and growth = phi b, and e = (y - s) - base:
//
//   base'   = base + phi growth + (alpha + phi alpha beta) e
//   growth' = phi (growth + alpha beta e)
double SweepForward(std::span<const double> series, const Smoothing& smoothing, double level,
                    double trend, std::span<double> season, std::span<double> errors,
                    std::span<double> growths) {
  const auto [alpha, beta, gamma, phi] = smoothing;
  const double trend_gain = alpha * beta;
  const double gain = alpha + phi * trend_gain;
  const double keep = 1 - gain;
  double growth = phi * trend;
  double base = level + growth;
  double sum = 0;
  const auto sweep = [&](std::size_t first, std::size_t count, auto keeps_growths) {
    const double* const values = series.data() + first;
    double* const seasons = season.data();
    double* const to_errors = errors.data() + first;
    for (std::size_t j = 0; j < count; ++j) {
      const double deseasoned = values[j] - seasons[j];
      const double error = deseasoned - base;
      if constexpr (keeps_growths) growths[first + j] = growth;
      to_errors[j] = error;
      seasons[j] += gamma * error;
      sum += error * error;
      base = keep * base + (phi * growth + gain * deseasoned);
      growth = phi * (growth + trend_gain * error);
    }
  };
  for (std::size_t first = 0; first < series.size(); first += season.size()) {
    const std::size_t count = std::min(season.size(), series.size() - first);
    if (growths.empty()) {
      sweep(first, count, std::false_type{});
    } else {
      sweep(first, count, std::true_type{});
    }
  }
  return sum;
}

// The adjoint: with L and B the derivatives by level and trend after a step, P the one by the trend
// after the step that follows it in time (so that B = phi (P + L)) and c = 2 e + gamma S:
//
//   L' = L - (c + alpha (L + beta B)) = (1 - alpha - phi alpha beta) L - (c + phi alpha beta P)
Slopes SweepBackward(const Smoothing& smoothing, std::span<const double> errors,
                     std::span<const double> growths, std::span<double> to_season) {
  const auto [alpha, beta, gamma, phi] = smoothing;
  const double from_trend = phi * alpha * beta;
  const double keep = 1 - alpha - from_trend;
  double to_level = 0;
  double later_trend = 0;
  double by_level = 0;   // sum of e L
  double by_trend = 0;   // sum of e B
  double by_season = 0;  // sum of e S
  double by_growth = 0;  // sum of growth (B + L')
  const auto sweep = [&](std::size_t first, std::size_t count, auto has_growths) {
    const double* const from_errors = errors.data() + first;
    double* const seasons = to_season.data();
    for (std::size_t j = count; j-- > 0;) {
      const double error = from_errors[j];
      const double season = seasons[j];
      const double pull = 2 * error + gamma * season;
      const double to_trend = phi * (later_trend + to_level);
      const double to_base = keep * to_level - (pull + from_trend * later_trend);
      by_level += error * to_level;
      by_trend += error * to_trend;
      by_season += error * season;
      if constexpr (has_growths) by_growth += growths[first + j] * (to_trend + to_base);
      seasons[j] = season - (to_level - to_base);
      later_trend = to_trend;
      to_level = to_base;
    }
  };
  std::fill(to_season.begin(), to_season.end(), 0);
  const std::size_t m = to_season.size();
  for (std::size_t left = errors.size(); left > 0;) {
    const std::size_t count = left % m == 0 ? m : left % m;
    left -= count;
    if (growths.empty()) {
      sweep(left, count, std::false_type{});
    } else {
      sweep(left, count, std::true_type{});
    }
  }
  Slopes slopes;
  slopes.alpha = by_level + beta * by_trend;
  slopes.beta = alpha * by_trend;
  slopes.gamma = by_season;
  slopes.phi = by_growth / phi;
  slopes.level = to_level;
  slopes.trend = phi * (later_trend + to_level);
  return slopes;
}

}  // namespace warden::anomaly

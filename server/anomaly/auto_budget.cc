// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_budget.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

constexpr double kQuietSteps = 60;
// Twice as unlikely as what was told: worth telling.
constexpr double kMargin = 0.3;
constexpr double kFading = 0.1;  // decades a step
// An event goes on while it is half as surprising as its peak and half as an alert.
constexpr double kGoingOn = 0.5;
// What is so many decades beyond the threshold was no false alarm: it costs nothing.
constexpr double kIncident = 2;
// Decades by which one alert, and one near miss, raise the threshold.
constexpr double kPerAlert = 0.3;
constexpr double kPerNearMiss = 0.02;
// Events within a decade below the threshold, for each at or above it; a Pareto tail has 5 to 9.
constexpr double kNearMisses = 8;
// Decades by which the threshold is higher at first, when tails are little more than their prior;
// half of it after a day.
constexpr double kYoung = 0.6;
constexpr double kLowest = -1;
constexpr double kHighest = 3;

}  // namespace

double ThresholdOf(const AutoState& state, const Rates& rates, double budget) {
  // At most one step in two.
  const double theory = -std::log10(std::min(0.5, budget / rates.per_day));
  const double young = kYoung * rates.per_day / (state.points + rates.per_day);
  return std::max(0.3, theory + young + static_cast<double>(state.threshold_shift));
}

double TakeNews(AutoState& state, double decades, double threshold) {
  const double peak = static_cast<double>(state.peak);
  const bool is_first = decades >= threshold && peak < threshold;
  if (decades > peak + kMargin || is_first) {
    state.peak = static_cast<float>(decades);
    state.quiet_left = static_cast<float>(kQuietSteps);
    return decades;
  }
  if (decades > kGoingOn * peak && decades > kGoingOn * threshold) {
    state.quiet_left = static_cast<float>(kQuietSteps);
  } else if (--state.quiet_left <= 0) {
    state.quiet_left = 0;
    state.peak = static_cast<float>(std::max(0.0, peak - kFading));
  }
  return 0;
}

void CountStep(AutoState& state, const Rates& rates, double budget, double news, double threshold) {
  double shift = static_cast<double>(state.threshold_shift);
  shift -= (kPerAlert + kNearMisses * kPerNearMiss) * std::min(0.5, budget / rates.per_day);
  if (news >= threshold) {
    if (news < threshold + kIncident) shift += kPerAlert;
    ++state.alerts;
  }
  if (news > 0 && news >= threshold - 1) shift += kPerNearMiss;
  state.threshold_shift = static_cast<float>(std::clamp(shift, kLowest, kHighest));
}

}  // namespace warden::anomaly

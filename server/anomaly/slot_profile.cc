// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/slot_profile.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

constexpr double kDayGain = 0.13;
constexpr double kCut = 4;
// Further, because a weekend is far from a working day and comes seldom.
constexpr double kWeekCut = 20;
constexpr double kAbsoluteToSigma = 1.2533;
constexpr double kFirst = 20;  // values that are taken as they come

std::size_t SlotOf(const LocalPlace& place, const Rates& rates) {
  return static_cast<std::size_t>(place.second) * rates.slots / 86400;
}

}  // namespace

double SlotProfile::Expected(const LocalPlace& place, const Rates& rates) const {
  return level + static_cast<double>(day[SlotOf(place, rates)]) +
         static_cast<double>(week[static_cast<std::size_t>(place.hour_of_week())]);
}

double SlotProfile::Scale(const LocalPlace& place) const {
  const auto by_hour = static_cast<double>(spread_by_hour[static_cast<std::size_t>(place.hour())]);
  return kAbsoluteToSigma * 0.5 * (spread + (by_hour > 0 ? by_hour : spread));
}

void SlotProfile::Learn(double value, const LocalPlace& place, const Rates& rates) {
  const double n = points++;
  if (n == 0) {
    level = last = minimum = maximum = value;
  }
  if (value != last) {
    const double step = std::abs(value - last);
    smallest_step = smallest_step == 0 ? step : std::min(smallest_step, step);
  }
  last = value;
  minimum = std::min(minimum, value);
  maximum = std::max(maximum, value);
  const double error = value - Expected(place, rates);
  const double cut =
      n < kFirst || points < PointsToSettle(rates) ? std::abs(error) : kCut * Scale(place);
  const double bounded = std::clamp(error, -cut, cut);
  const std::size_t slot = SlotOf(place, rates);
  if (seen[slot]) {
    // Before a slot was seen twice its error says nothing of how well the profile forecasts.
    const double visits = std::max(0.0, n - rates.per_day);
    spread += std::max(rates.day / 2, 1 / (visits + 1)) * (std::abs(bounded) - spread);
    auto& hourly = spread_by_hour[static_cast<std::size_t>(place.hour())];
    hourly += static_cast<float>(std::max(std::min(0.1, 8 * rates.day), 24 / (visits + 24)) *
                                 (std::abs(bounded) - static_cast<double>(hourly)));
  }
  const double day_gain =
      seen[slot] ? rates.slot_share * std::max(kDayGain, 1 / (n / rates.per_day + 1)) : 1;
  // A known holiday is lived by the week's Sunday and teaches the weekday nothing.
  if (!place.is_holiday) day[slot] += static_cast<float>(day_gain * bounded);
  seen.set(slot);
  if (n > 2 * rates.per_day) {
    const double gain = std::max(Rates::kWeekGain, 1 / (n / (7 * rates.per_day) + 1));
    const double most = kWeekCut / kCut * cut;
    week[static_cast<std::size_t>(place.hour_of_week())] +=
        static_cast<float>((1 - std::pow(1 - gain, rates.hour_share)) *
                           (std::clamp(error, -most, most) - day_gain * bounded));
  }
  level += std::max(rates.day, 1 / (n + 1)) * (1 - day_gain) * bounded;
}

}  // namespace warden::anomaly

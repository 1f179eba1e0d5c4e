// SPDX-License-Identifier: Apache-2.0
// What `auto` expects next, by the ways that did best of late:
//
//   last value │ exponentially weighted mean │ level + recent │ profile + recent │ smoothed profile
//   + recent
//
// where profile = level + time of day + hour of week, learned robustly in local time, and recent =
// how far the last hour was from it. The two with the least discounted absolute error are averaged
// by inverse squared error (Bates & Granger 1969). The season is thus found by what it gains in
// forecasts of values not yet seen: with no gain it has no say. Pure.
#pragma once

#include "server/anomaly/auto_rates.h"
#include "server/anomaly/auto_state.h"
#include "server/anomaly/calendar.h"

namespace warden::anomaly {

struct Outlook {
  LocalPlace place;
  std::size_t slot = 0;  // of the day
  double expected = 0;   // by the best two
  double scale = 0;      // one deviation of the error, floored
  double profile = 0;    // what the hour and weekday alone make one expect
  double profile_scale = 0;
  double smallest_scale = 0;  // below it nothing is a deviation
  double day = 0;             // the profile's parts
  double week = 0;
  std::array<double, kPredictors> candidates{};
};

// Half the smallest step seen, a thousandth of the level, what the user set.
[[nodiscard]] Outlook OutlookOf(const AutoState& state, const Rates& rates, const LocalPlace& place,
                                double min_scale);

// Takes a value in: `share` 1 for an ordinary one, less for one that may be an incident.
void LearnValue(AutoState& state, const Rates& rates, const Outlook& forecast, double value,
                double share);

// The season has shown its worth and stood for a day.
[[nodiscard]] bool HasDaily(const AutoState& state, const Rates& rates);
[[nodiscard]] bool HasWeekly(const AutoState& state, const Rates& rates);

}  // namespace warden::anomaly

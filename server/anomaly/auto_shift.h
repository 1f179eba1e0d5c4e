// SPDX-License-Identifier: Apache-2.0
// Tells a new level from a long incident: when everything since an alert lies on one side of the
// profile, about as scattered as ever, the level has moved. It is then followed at once, the season
// is kept, and the old level is remembered for a day: going back to it is no event. Not in a
// series' first week, when a new level may be a weekend. Pure.
#pragma once

#include "server/anomaly/auto_forecast.h"

namespace warden::anomaly {

// After a value was put into the rings: whether the level has just moved.
[[nodiscard]] bool FollowShift(AutoState& state, const Rates& rates, const Outlook& forecast);

// Before a value is judged: whether it went back to the level of before the last shift, which is
// then the level again.
[[nodiscard]] bool FollowReturn(AutoState& state, const Rates& rates, const Outlook& forecast,
                                double value);

}  // namespace warden::anomaly

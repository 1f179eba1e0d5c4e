// SPDX-License-Identifier: Apache-2.0
// Where an instant lies in the local day and week, which is how people and their load go by:
// daylight-saving days have 23 or 25 hours, and a holiday is lived as a Sunday. Immutable; the
// offset must be callable from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "server/base/clock.h"

namespace warden::anomaly {

struct Calendar {
  std::function<std::chrono::seconds(Instant)> offset;  // east of UTC; none: UTC
  std::vector<std::chrono::sys_days> holidays;          // local dates, ascending
};

struct LocalPlace {
  int second = 0;   // of the local day
  int weekday = 0;  // 0 Monday; a holiday is a Sunday
  bool is_holiday = false;
  [[nodiscard]] int hour() const { return second / 3600; }
  [[nodiscard]] int hour_of_week() const { return weekday * 24 + hour(); }
};

// Without a calendar: UTC, no holidays.
[[nodiscard]] LocalPlace PlaceOf(Instant at, const Calendar* calendar);

}  // namespace warden::anomaly

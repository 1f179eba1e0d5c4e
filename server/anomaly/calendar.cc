// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/calendar.h"

#include <algorithm>

namespace warden::anomaly {

LocalPlace PlaceOf(Instant at, const Calendar* calendar) {
  constexpr int kSunday = 6;
  auto local = std::chrono::floor<std::chrono::seconds>(at);
  if (calendar != nullptr && calendar->offset) local += calendar->offset(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  LocalPlace place;
  place.second = static_cast<int>((local - day).count());
  // 1970-01-01 was a Thursday.
  const auto days = day.time_since_epoch().count();
  place.weekday = static_cast<int>(((days + 3) % 7 + 7) % 7);
  if (calendar != nullptr && std::ranges::binary_search(calendar->holidays, day)) {
    place.is_holiday = true;
    place.weekday = kSunday;
  }
  return place;
}

}  // namespace warden::anomaly

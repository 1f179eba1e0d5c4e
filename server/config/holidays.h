// SPDX-License-Identifier: Apache-2.0
// Days on which people live as on a Sunday: dates, and the all-day events of an iCalendar file
// (RFC 5545). Of recurrence, FREQ=YEARLY with INTERVAL, COUNT and UNTIL is understood, on the day
// of DTSTART, over the years kFirstHolidayYear to kLastHolidayYear; other recurring events count
// once and are told of. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace warden {

inline constexpr int kFirstHolidayYear = 2015;
inline constexpr int kLastHolidayYear = 2045;
inline constexpr std::size_t kMostHolidays = 20'000;

// `2026-12-25`.
[[nodiscard]] std::optional<std::chrono::sys_days> ParseDate(std::string_view text);

struct Holidays {
  std::vector<std::chrono::sys_days> days;  // ascending, each once
  std::size_t not_understood = 0;           // events with a recurrence of another kind
};

// invalid: not a calendar, or too many days.
[[nodiscard]] Result<Holidays> ReadIcs(std::string_view text);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Times and durations as Go has them (package time): nanoseconds, a zone for showing, layouts made
// of the reference time Mon Jan 2 15:04:05 MST 2006. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/template/time_zone.h"

namespace promql::tmpl {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

struct Time {
  std::int64_t seconds = -62135596800;  // since 1970; year 1 when nothing else is said
  std::int32_t nanos = 0;               // 0 to 999,999,999
  const TimeZone* zone = &TimeZone::Utc();
};

struct CivilTime {
  std::int64_t year = 1;
  int month = 1;  // 1 to 12
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 0;   // 0 is Sunday
  int year_day = 1;  // 1 to 366
};

[[nodiscard]] CivilTime InItsZone(const Time& time);
// Values beyond their range carry over: month 13 is January of the next year.
[[nodiscard]] Time FromCivil(const CivilTime& civil, std::int32_t nanos, const TimeZone& zone);
[[nodiscard]] Time FromUnixNanos(std::int64_t nanos, const TimeZone& zone = TimeZone::Utc());

[[nodiscard]] Time Add(const Time& time, std::int64_t nanos);
[[nodiscard]] std::int64_t Subtract(const Time& a,
                                    const Time& b);       // held at the largest and least duration
[[nodiscard]] int Compare(const Time& a, const Time& b);  // -1, 0, 1
[[nodiscard]] Time Truncate(const Time& time,
                            std::int64_t unit);                 // down to a multiple since year 1
[[nodiscard]] Time Round(const Time& time, std::int64_t unit);  // half up

[[nodiscard]] std::int64_t TruncateDuration(std::int64_t nanos, std::int64_t unit);
[[nodiscard]] std::int64_t RoundDuration(std::int64_t nanos, std::int64_t unit);

void AppendTime(const Time& time, std::string_view layout, std::string& out);
void AppendTime(const Time& time, std::string& out);    // 2006-01-02 15:04:05.999999999 -0700 MST
void AppendGoTime(const Time& time, std::string& out);  // time.Date(2006, time.January, …)
void AppendDuration(std::int64_t nanos, std::string& out);  // 1h2m3.5s

// In UTC when neither layout nor text names a zone; nothing when the text does not fit.
[[nodiscard]] std::optional<Time> ParseTime(std::string_view layout, std::string_view text);
// What JSON holds: RFC 3339, strictly. The offset +00:00 is local time, Z is UTC.
[[nodiscard]] std::optional<Time> ParseJsonTime(std::string_view text);

[[nodiscard]] std::string_view MonthName(int month);      // 1 to 12
[[nodiscard]] std::string_view WeekdayName(int weekday);  // 0 to 6

}  // namespace promql::tmpl

// SPDX-License-Identifier: Apache-2.0
#include "promql/template/go_time.h"

#include <algorithm>
#include <array>
#include <limits>

#include "promql/template/number.h"
#include "promql/template/time_layout.h"

namespace promql::tmpl {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
__extension__ using Wide = __int128;  // seconds times nanoseconds do not fit into 64 bits

constexpr std::int64_t kYearOne = -62135596800;

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

constexpr std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Days since 1970 of 1 March-based years in eras of 400 years, which all have 146,097 days.
std::int64_t DaysFromCivil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = FloorDivide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

// Carries what is beyond [0, base) into the next larger unit.
void Carry(std::int64_t& high, std::int64_t& low, std::int64_t base) {
  const std::int64_t carried = FloorDivide(low, base);
  high += carried;
  low -= carried * base;
}

bool IsLessThanHalf(std::int64_t part, std::int64_t whole) {
  return static_cast<std::uint64_t>(part) + static_cast<std::uint64_t>(part) <
         static_cast<std::uint64_t>(whole);
}

// What is beyond a multiple of `unit` since year 1.
std::int64_t Remainder(const Time& time, std::int64_t unit) {
  const auto since = static_cast<Wide>(time.seconds - kYearOne) * kNanosPerSecond + time.nanos;
  auto rest = since % unit;
  if (rest < 0) rest += unit;
  return static_cast<std::int64_t>(rest);
}

// The fraction of a unit of 10^digits nanoseconds, without zeros at its end.
void AppendFraction(std::uint64_t value, int digits, std::string& out) {
  std::string text = std::to_string(value);
  text.insert(
      0, static_cast<std::size_t>(digits) - std::min(text.size(), static_cast<std::size_t>(digits)),
      '0');
  while (!text.empty() && text.back() == '0') text.pop_back();
  if (!text.empty()) out += '.' + text;
}

}  // namespace

std::string_view MonthName(int month) { return kMonths[month - 1]; }
std::string_view WeekdayName(int weekday) { return kWeekdays[weekday]; }

CivilTime InItsZone(const Time& time) {
  const std::int64_t local = time.seconds + time.zone->At(time.seconds).offset;
  const std::int64_t days = FloorDivide(local, kDay);
  const std::int64_t second = local - days * kDay;
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = FloorDivide(shifted, 146097);
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  civil.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.hour = static_cast<int>(second / 3600);
  civil.minute = static_cast<int>(second / 60 % 60);
  civil.second = static_cast<int>(second % 60);
  civil.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  civil.year_day = static_cast<int>(days - DaysFromCivil(civil.year, 1, 1) + 1);
  return civil;
}

Time FromCivil(const CivilTime& civil, std::int32_t nanos, const TimeZone& zone) {
  std::int64_t year = civil.year;
  std::int64_t month = civil.month - 1;
  Carry(year, month, 12);
  const std::int64_t wall = (DaysFromCivil(year, month + 1, 1) + civil.day - 1) * kDay +
                            civil.hour * 3600LL + civil.minute * 60LL + civil.second;
  return {wall - zone.OffsetOfWallClock(wall), nanos, &zone};
}

Time FromUnixNanos(std::int64_t nanos, const TimeZone& zone) {
  const std::int64_t seconds = FloorDivide(nanos, kNanosPerSecond);
  return {seconds, static_cast<std::int32_t>(nanos - seconds * kNanosPerSecond), &zone};
}

Time Add(const Time& time, std::int64_t nanos) {
  std::int64_t seconds = nanos / kNanosPerSecond;
  std::int64_t rest = time.nanos + nanos % kNanosPerSecond;
  Carry(seconds, rest, kNanosPerSecond);
  Time sum = time;
  if (__builtin_add_overflow(time.seconds, seconds, &sum.seconds))
    sum.seconds = seconds < 0 ? kLeast : kMost;
  sum.nanos = static_cast<std::int32_t>(rest);
  return sum;
}

std::int64_t Subtract(const Time& a, const Time& b) {
  const Wide difference =
      (static_cast<Wide>(a.seconds) - b.seconds) * kNanosPerSecond + (a.nanos - b.nanos);
  if (difference < kLeast) return kLeast;
  if (difference > kMost) return kMost;
  return static_cast<std::int64_t>(difference);
}

int Compare(const Time& a, const Time& b) {
  if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
  if (a.nanos != b.nanos) return a.nanos < b.nanos ? -1 : 1;
  return 0;
}

Time Truncate(const Time& time, std::int64_t unit) {
  return unit <= 0 ? time : Add(time, -Remainder(time, unit));
}

Time Round(const Time& time, std::int64_t unit) {
  if (unit <= 0) return time;
  const std::int64_t rest = Remainder(time, unit);
  return Add(time, IsLessThanHalf(rest, unit) ? -rest : unit - rest);
}

std::int64_t TruncateDuration(std::int64_t nanos, std::int64_t unit) {
  return unit <= 0 ? nanos : nanos - nanos % unit;
}

std::int64_t RoundDuration(std::int64_t nanos, std::int64_t unit) {
  if (unit <= 0) return nanos;
  const std::int64_t rest = nanos < 0 ? -(nanos % unit) : nanos % unit;
  std::int64_t rounded = 0;
  if (nanos < 0) {
    if (IsLessThanHalf(rest, unit)) return nanos + rest;
    return __builtin_sub_overflow(nanos + rest, unit, &rounded) ? kLeast : rounded;
  }
  if (IsLessThanHalf(rest, unit)) return nanos - rest;
  return __builtin_add_overflow(nanos - rest, unit, &rounded) ? kMost : rounded;
}

void AppendTime(const Time& time, std::string& out) {
  AppendTime(time, "2006-01-02 15:04:05.999999999 -0700 MST", out);
}

void AppendGoTime(const Time& time, std::string& out) {
  const CivilTime civil = InItsZone(time);
  out += "time.Date(";
  AppendInt(civil.year, out);
  out += ", time.";
  out += MonthName(civil.month);
  for (const int part : {civil.day, civil.hour, civil.minute, civil.second, time.nanos}) {
    out += ", ";
    AppendInt(part, out);
  }
  if (time.zone == &TimeZone::Utc()) {
    out += ", time.UTC)";
  } else if (time.zone == &TimeZone::SystemLocal()) {
    out += ", time.Local)";
  } else {
    out += ", time.Location(\"" + time.zone->name() + "\"))";
  }
}

void AppendDuration(std::int64_t nanos, std::string& out) {
  auto rest = static_cast<std::uint64_t>(nanos);
  if (nanos < 0) {
    out += '-';
    rest = 0 - rest;
  }
  if (rest == 0) {
    out += "0s";
    return;
  }
  if (rest < 1000) {
    out += std::to_string(rest) + "ns";
  } else if (rest < 1'000'000) {
    out += std::to_string(rest / 1000);
    AppendFraction(rest % 1000, 3, out);
    out += "\xc2\xb5s";
  } else if (rest < 1'000'000'000) {
    out += std::to_string(rest / 1'000'000);
    AppendFraction(rest % 1'000'000, 6, out);
    out += "ms";
  } else {
    const std::uint64_t seconds = rest / 1'000'000'000;
    if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
    if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + "m";
    out += std::to_string(seconds % 60);
    AppendFraction(rest % 1'000'000'000, 9, out);
    out += 's';
  }
}

std::optional<Time> ParseJsonTime(std::string_view text) {
  auto time = ParseTime("2006-01-02T15:04:05Z07:00", text);
  if (time && time->zone == &TimeZone::Utc() && !text.ends_with('Z'))
    time->zone = &TimeZone::SystemLocal();
  return time;
}

}  // namespace promql::tmpl

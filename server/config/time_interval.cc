// SPDX-License-Identifier: Apache-2.0
#include "server/config/time_interval.h"

#include <algorithm>
#include <array>
#include <span>

#include "server/config/time_zone.h"

namespace warden {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr auto kHorizon = days(3653);

seconds OffsetAt(const std::shared_ptr<const TimeZone>& zone, sys_seconds at) {
  return zone ? zone->OffsetAt(at) : seconds(0);
}

// What the wall clock and the calendar of the zone show.
struct LocalTime {
  sys_days day;    // as if local time were UTC
  int minute = 0;  // of the day
};

LocalTime LocalAt(const std::shared_ptr<const TimeZone>& zone, sys_seconds at) {
  const sys_seconds local = at + OffsetAt(zone, at);
  const auto day = floor<days>(local);
  return {day, static_cast<int>(floor<minutes>(local - day).count())};
}

bool IsIn(const std::optional<std::vector<IntRange>>& ranges, int value) {
  if (!ranges) return true;
  return std::ranges::any_of(
      *ranges, [value](const IntRange& r) { return value >= r.begin && value <= r.end; });
}

int MonthOf(const std::chrono::year_month_day& date) {
  return static_cast<int>(static_cast<unsigned>(date.month()));
}

bool IsInDays(const std::optional<std::vector<IntRange>>& ranges,
              const std::chrono::year_month_day& date) {
  if (!ranges) return true;
  const int length = static_cast<int>(
      static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day()));
  const int day = static_cast<int>(static_cast<unsigned>(date.day()));
  return std::ranges::any_of(*ranges, [length, day](const IntRange& range) {
    const int begin = range.begin < 0 ? length + range.begin + 1 : range.begin;
    const int end = range.end < 0 ? length + range.end + 1 : range.end;
    return begin <= length && day >= begin && day <= end;
  });
}

bool HoldsOn(const TimeIntervalSpec& spec, sys_days day) {
  const std::chrono::year_month_day date = day;
  return IsInDays(spec.days_of_month, date) && IsIn(spec.months, MonthOf(date)) &&
         IsIn(spec.weekdays, static_cast<int>(std::chrono::weekday(day).c_encoding())) &&
         IsIn(spec.years, static_cast<int>(date.year()));
}

// The first later day on which HoldsOn() may answer otherwise: whole months and years are passed
// over.
sys_days NextDay(const TimeIntervalSpec& spec, sys_days day) {
  using namespace std::chrono;
  const year_month_day date = day;
  const sys_days next_month = sys_days(date.year() / date.month() / last) + days(1);
  const sys_days next_year = (date.year() + years(1)) / January / 1;
  if (!IsIn(spec.years, static_cast<int>(date.year()))) return next_year;
  if (!IsIn(spec.months, MonthOf(date))) return next_month;
  if (spec.weekdays || spec.days_of_month) return day + days(1);
  return spec.months ? next_month : next_year;
}

// The next instant at which the spec may change: an edge of `times`, a local midnight, or a change
// of the zone's offset.
sys_seconds NextEdge(const TimeIntervalSpec& spec, sys_seconds at) {
  const sys_seconds local = at + OffsetAt(spec.zone, at);
  const auto day = floor<days>(local);
  sys_seconds edge = NextDay(spec, day);
  if (spec.times && HoldsOn(spec, day)) {
    edge = day + days(1);
    for (const IntRange& range : *spec.times) {
      for (const int minute : {range.begin, range.end}) {
        const sys_seconds candidate = day + minutes(minute);
        if (candidate > local) edge = std::min(edge, candidate);
      }
    }
  }
  const sys_seconds next = at + (edge - local);
  return spec.zone ? std::min(next, spec.zone->NextTransition(at)) : next;
}

// The instant at which the wall clock shows `local`. Where it never does, the instant at which it
// would have been, had the clock not jumped; where it does twice, the first.
sys_seconds FromLocal(const std::shared_ptr<const TimeZone>& zone, sys_seconds local) {
  const seconds before = OffsetAt(zone, local - days(1));
  const seconds after = OffsetAt(zone, local + days(1));
  const sys_seconds early = local - before;
  const sys_seconds late = local - after;
  if (OffsetAt(zone, early) == before) return early;
  return OffsetAt(zone, late) == after ? late : early;
}

// A recurring window that begins on this local day.
struct Span {
  sys_seconds begin;
  sys_seconds end;
};

std::optional<Span> SpanOf(const WindowTime& window, sys_days day) {
  const int weekday = static_cast<int>(std::chrono::weekday(day).c_encoding());
  const bool is_chosen = window.weekdays.empty() || IsIn(window.weekdays, weekday);
  if (!is_chosen) return std::nullopt;
  const sys_seconds begin = FromLocal(window.zone, day + minutes(window.start_minute));
  return Span{begin, begin + window.duration};
}

// The latest end of a span that holds `at`.
std::optional<sys_seconds> EndOfSpanAt(const WindowTime& window, sys_seconds at) {
  std::optional<sys_seconds> end;
  const sys_days today = LocalAt(window.zone, at).day;
  for (sys_days day = today - floor<days>(window.duration) - days(2); day <= today + days(1);
       day += days(1)) {
    const auto span = SpanOf(window, day);
    if (span && span->begin <= at && at < span->end && (!end || span->end > *end)) end = span->end;
  }
  return end;
}

std::optional<int> IndexOf(std::string_view name, std::span<const std::string_view> names) {
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  const auto at = std::ranges::find(names, lower);
  if (at == names.end()) return std::nullopt;
  return static_cast<int>(at - names.begin());
}

}  // namespace

bool TimeIntervalSpec::Contains(Instant at) const {
  const LocalTime local = LocalAt(zone, floor<seconds>(at));
  const auto holds_minute = [&local](const IntRange& r) {
    return local.minute >= r.begin && local.minute < r.end;
  };
  if (times && std::ranges::none_of(*times, holds_minute)) return false;
  return HoldsOn(*this, local.day);
}

bool TimeInterval::Contains(Instant at) const {
  return std::ranges::any_of(specs,
                             [at](const TimeIntervalSpec& spec) { return spec.Contains(at); });
}

std::optional<Instant> TimeInterval::NextChange(Instant at) const {
  if (specs.empty()) return std::nullopt;
  const bool was_inside = Contains(at);
  const sys_seconds limit = floor<seconds>(at) + kHorizon;
  for (sys_seconds when = floor<seconds>(at); when < limit;) {
    sys_seconds next = limit;
    for (const TimeIntervalSpec& spec : specs) next = std::min(next, NextEdge(spec, when));
    if (Contains(next) != was_inside) return next;
    when = next;
  }
  return std::nullopt;
}

bool WindowTime::Contains(Instant at) const {
  if (is_recurring()) return EndOfSpanAt(*this, floor<seconds>(at)).has_value();
  return (!from || at >= *from) && (!to || at < *to);
}

std::optional<Instant> WindowTime::NextChange(Instant at) const {
  if (!is_recurring()) {
    if (from && at < *from) return from;
    if (to && at < *to) return to;
    return std::nullopt;
  }
  sys_seconds when = floor<seconds>(at);
  const sys_seconds limit = when + kHorizon;
  if (EndOfSpanAt(*this, when)) {
    while (const auto end =
               EndOfSpanAt(*this, when)) {  // the next one may begin before this one ends
      if (*end > limit) return std::nullopt;
      when = *end;
    }
    return when;
  }
  const sys_days today = LocalAt(zone, when).day;
  for (sys_days day = today - std::chrono::days(1); day < today + std::chrono::days(15);
       day += std::chrono::days(1)) {
    const auto span = SpanOf(*this, day);
    if (span && span->begin > at) return span->begin;
  }
  return std::nullopt;
}

std::optional<int> WeekdayNumber(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
  return IndexOf(name, kNames);
}

std::optional<int> MonthNumber(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  const auto index = IndexOf(name, kNames);
  if (!index) return std::nullopt;
  return *index + 1;
}

}  // namespace warden

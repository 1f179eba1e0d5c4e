// SPDX-License-Identifier: Apache-2.0
#include "server/config/holidays.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace warden {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// An event that lasts longer is no holiday.
constexpr days kLongest{31};

struct Recurrence {
  bool is_yearly = false;
  bool is_other = false;
  int interval = 1;
  int count = 0;  // 0: no end
  std::optional<sys_days> until;
};

struct Event {
  std::optional<sys_days> start;
  std::optional<sys_days> end;  // outside
  Recurrence recurrence;
};

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

std::optional<sys_days> Day(std::string_view y, std::string_view m, std::string_view d) {
  const auto year = Number(y);
  const auto month = Number(m);
  const auto day = Number(d);
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year{*year},
                            std::chrono::month{static_cast<unsigned>(*month)},
                            std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional(sys_days{date}) : std::nullopt;
}

// `20261225`, also with a time behind it.
std::optional<sys_days> IcsDay(std::string_view text) {
  if (text.size() < 8 || (text.size() > 8 && text[8] != 'T')) return std::nullopt;
  return Day(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
}

// Up to `mark`, which is dropped with it; all of it without one.
std::string_view TakeUntil(std::string_view& text, char mark) {
  const std::string_view part = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

Recurrence ReadRule(std::string_view rule) {
  Recurrence out;
  out.is_other = true;
  while (!rule.empty()) {
    std::string_view value = TakeUntil(rule, ';');
    const std::string_view key = TakeUntil(value, '=');
    if (key == "FREQ") {
      out.is_yearly = value == "YEARLY";
    } else if (key == "INTERVAL") {
      out.interval = std::clamp(Number(value).value_or(1), 1, 1000);
    } else if (key == "COUNT") {
      out.count = Number(value).value_or(0);
    } else if (key == "UNTIL") {
      out.until = IcsDay(value);
    } else if (key == "BYDAY" || key == "BYYEARDAY" || key == "BYWEEKNO" || key == "BYSETPOS") {
      Recurrence other;
      other.is_other = true;
      return other;
    }
  }
  out.is_other = !out.is_yearly;
  return out;
}

// Continuation lines begin with a blank (RFC 5545, 3.1).
std::string Unfolded(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    const bool folds =
        text[i] == '\n' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t');
    if (folds) {
      ++i;
    } else {
      lines += text[i];
    }
  }
  return lines;
}

void AddDays(std::vector<sys_days>& out, sys_days from, days length) {
  for (days i{0}; i < length && out.size() <= kMostHolidays; ++i) out.push_back(from + i);
}

void AddEvent(Holidays& out, const Event& event) {
  if (!event.start) return;
  const days length =
      std::clamp(event.end ? *event.end - *event.start : days{1}, days{1}, kLongest);
  AddDays(out.days, *event.start, length);
  const Recurrence& again = event.recurrence;
  if (again.is_other) ++out.not_understood;
  if (!again.is_yearly) return;
  const year_month_day first{*event.start};
  int told = 1;
  for (int year = static_cast<int>(first.year()) + again.interval; year <= kLastHolidayYear;
       year += again.interval) {
    const year_month_day next{std::chrono::year{year}, first.month(), first.day()};
    if (!next.ok()) continue;  // the 29th of February
    if (again.until && sys_days{next} > *again.until) return;
    if (again.count > 0 && ++told > again.count) return;
    if (year >= kFirstHolidayYear) AddDays(out.days, sys_days{next}, length);
  }
}

}  // namespace

std::optional<sys_days> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  return Day(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
}

Result<Holidays> ReadIcs(std::string_view text) {
  const std::string unfolded = Unfolded(text);
  std::string_view rest = unfolded;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  if (!rest.starts_with("BEGIN:VCALENDAR"))
    return Fail(ErrorCode::kInvalid, "it is no iCalendar file: BEGIN:VCALENDAR is missing");
  Holidays out;
  std::optional<Event> event;
  while (!rest.empty()) {
    std::string_view value = TakeUntil(rest, '\n');
    std::string_view name = TakeUntil(value, ':');
    name = name.substr(0, name.find(';'));
    if (name == "BEGIN" && value == "VEVENT") {
      event.emplace();
    } else if (name == "END" && value == "VEVENT" && event) {
      AddEvent(out, *event);
      event.reset();
    } else if (event && name == "DTSTART") {
      event->start = IcsDay(value);
    } else if (event && name == "DTEND") {
      event->end = IcsDay(value);
    } else if (event && name == "RRULE") {
      event->recurrence = ReadRule(value);
    }
    if (out.days.size() > kMostHolidays)
      return Fail(ErrorCode::kInvalid,
                  "it has more than " + std::to_string(kMostHolidays) + " days");
  }
  std::ranges::sort(out.days);
  out.days.erase(std::unique(out.days.begin(), out.days.end()), out.days.end());
  return out;
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <limits>

#include "server/config/sections.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

using Ranges = std::vector<IntRange>;

// strconv.Atoi: a sign and digits, leading zeros too. Values past int are cut to it: no year or
// month comes near.
std::optional<int> Number(std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool has_two_signs = text.starts_with('+') && digits.starts_with('-');
  if (error != std::errc() || end != digits.data() + digits.size() || has_two_signs)
    return std::nullopt;
  constexpr std::int64_t kMost = 1'000'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(value, -kMost, kMost));
}

// `HH:MM` in minutes; 24:00 is the end of the day.
std::optional<int> ClockTime(std::string_view text) {
  if (text == "24:00") return 24 * 60;
  const auto is_digit = [&text](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !is_digit(0) || !is_digit(1) || !is_digit(3) ||
      !is_digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

// `begin:end` or a single member, each understood by `read`.
template <class Read>
std::optional<IntRange> RangeOf(Reader& reader, const YamlNode& node, Read read,
                                std::string_view what) {
  const auto text = reader.Text(node);
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  const bool has_many =
      colon != std::string::npos && text->find(':', colon + 1) != std::string::npos;
  const auto begin = read(std::string_view(*text).substr(0, colon));
  const auto end =
      colon == std::string::npos ? begin : read(std::string_view(*text).substr(colon + 1));
  if (has_many || !begin || !end) {
    reader.Error(node, "expected " + std::string(what) + ", found `" + *text + "`");
    return std::nullopt;
  }
  return IntRange{*begin, *end};
}

// A list of ranges; a null element is the range from zero to zero.
template <class One>
void ReadRanges(Reader& reader, const YamlNode& node, std::optional<Ranges>& out, One one) {
  out.reset();
  if (node.IsLooseNull()) return;
  if (!IsList(reader, node)) return;
  out.emplace();
  for (const YamlNode* item : node.items) {
    if (item->IsNull()) {
      out->push_back({});
    } else if (const std::optional<IntRange> range = one(*item)) {
      out->push_back(*range);
    }
  }
}

std::optional<IntRange> WeekdayRange(Reader& reader, const YamlNode& node) {
  const auto range = RangeOf(reader, node, WeekdayNumber, "a weekday or range like monday:friday");
  if (range && range->begin > range->end) {
    reader.Error(node, "the week begins on Sunday: the last day comes before the first");
  }
  return range;
}

std::optional<IntRange> DayRange(Reader& reader, const YamlNode& node) {
  const auto range = RangeOf(reader, node, Number, "a day of the month or range like 1:5 or -3:-1");
  if (!range) return range;
  const auto is_day = [](int day) { return day != 0 && day >= -31 && day <= 31; };
  if (!is_day(range->begin) || !is_day(range->end)) {
    reader.Error(node, "days of the month go from 1 to 31, or from -1 to -31 counted from the end");
  } else if (range->begin < 0 && range->end > 0) {
    reader.Error(node, "a range that begins counted from the month's end must end so");
  } else {
    const auto of_28 = [](int day) { return day < 0 ? 28 + day : day; };
    if (of_28(range->begin) > of_28(range->end))
      reader.Error(node, "the last day comes before the first");
  }
  return range;
}

std::optional<IntRange> MonthRange(Reader& reader, const YamlNode& node) {
  const auto read = [](std::string_view text) {
    const auto number = MonthNumber(text);
    return number ? number : Number(text);
  };
  const auto range = RangeOf(reader, node, read, "a month or range like march:may or 3:5");
  if (range && range->begin > range->end)
    reader.Error(node, "the last month comes before the first");
  return range;
}

std::optional<IntRange> YearRange(Reader& reader, const YamlNode& node) {
  const auto range = RangeOf(reader, node, Number, "a year or range like 2026:2028");
  if (range && range->begin > range->end)
    reader.Error(node, "the last year comes before the first");
  return range;
}

struct ClockRange {
  std::string start_time, end_time;
};

constexpr Field<ClockRange> kClockFields[] = {
    {"start_time", Set<&ClockRange::start_time>},
    {"end_time", Set<&ClockRange::end_time>},
};

std::optional<IntRange> TimeRange(Reader& reader, const YamlNode& node) {
  ClockRange range;
  ReadSection(reader, node, "times", kClockFields, range);
  const auto start = ClockTime(range.start_time);
  const auto end = ClockTime(range.end_time);
  if (!start || !end) {
    reader.Error(node, "`start_time` and `end_time` are written HH:MM, 24:00 at most");
    return std::nullopt;
  }
  if (*start >= *end) reader.Error(node, "`start_time` must come before `end_time`");
  return IntRange{*start, *end};
}

template <auto Member, auto One, class T>
void SetRanges(T& out, Reader& reader, const YamlNode& node) {
  ReadRanges(reader, node, out.*Member,
             [&reader](const YamlNode& item) { return One(reader, item); });
}

template <auto Member, class T>
void SetZone(T& out, Reader& reader, const YamlNode& node) {
  out.*Member = nullptr;
  if (node.IsNull()) return;
  const auto name = reader.Text(node);
  if (!name) return;
  auto zone = TimeZone::Load(*name);
  if (zone) {
    out.*Member = *std::move(zone);
  } else {
    reader.Error(node, zone.error());
  }
}

constexpr Field<TimeIntervalSpec> kSpecFields[] = {
    {"times", SetRanges<&TimeIntervalSpec::times, TimeRange>},
    {"weekdays", SetRanges<&TimeIntervalSpec::weekdays, WeekdayRange>},
    {"days_of_month", SetRanges<&TimeIntervalSpec::days_of_month, DayRange>},
    {"months", SetRanges<&TimeIntervalSpec::months, MonthRange>},
    {"years", SetRanges<&TimeIntervalSpec::years, YearRange>},
    {"location", SetZone<&TimeIntervalSpec::zone>},
};

void SetSpecs(TimeInterval& out, Reader& reader, const YamlNode& node) {
  out.specs.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    ReadSection(reader, *item, "time_interval", kSpecFields, out.specs.emplace_back());
  }
}

constexpr Field<TimeInterval> kIntervalFields[] = {
    {"name", Set<&TimeInterval::name>},
    {"time_intervals", SetSpecs},
};

// --- maintenance_windows ---

struct WindowDraft : MaintenanceWindow {
  std::string from, to, start_time;
  std::optional<Ranges> weekdays;
  std::chrono::milliseconds duration{0};
  std::shared_ptr<const TimeZone> zone;
};

constexpr Field<WindowDraft> kWindowFields[] = {
    {"name", Set<&WindowDraft::name>},
    {"matchers", Set<&WindowDraft::matchers>},
    {"comment", Set<&WindowDraft::comment>},
    {"created_by", Set<&WindowDraft::created_by>},
    {"from", Set<&WindowDraft::from>},
    {"to", Set<&WindowDraft::to>},
    {"weekdays", SetRanges<&WindowDraft::weekdays, WeekdayRange>},
    {"start_time", Set<&WindowDraft::start_time>},
    {"duration", Set<&WindowDraft::duration>},
    {"location", SetZone<&WindowDraft::zone>},
};

std::optional<Instant> ReadInstant(Reader& reader, const YamlNode* at, const std::string& text) {
  if (at == nullptr || text.empty()) return std::nullopt;
  const auto instant = ParseRfc3339(text);
  if (!instant)
    reader.Error(*at, "expected an instant like 2026-11-21T18:00:00Z or 2026-11-21T19:00:00+01:00");
  return instant;
}

void FinishOneOff(Reader& reader, const YamlNode& node, const SeenKeys& seen, WindowDraft& draft) {
  draft.when.from = ReadInstant(reader, seen.Find("from"), draft.from);
  draft.when.to = ReadInstant(reader, seen.Find("to"), draft.to);
  if (draft.from.empty() || draft.to.empty()) {
    reader.Error(node,
                 "a maintenance window needs `from` and `to`, or `start_time` and `duration`");
  } else if (draft.when.from && draft.when.to && *draft.when.from >= *draft.when.to) {
    reader.Error(*seen.Find("to"), "`to` must come after `from`");
  }
}

void FinishRecurring(Reader& reader, const YamlNode& node, const SeenKeys& seen,
                     WindowDraft& draft) {
  const auto start = ClockTime(draft.start_time);
  if (!start || *start == 24 * 60) {
    const YamlNode* at = seen.Find("start_time");
    reader.Error(at != nullptr ? *at : node,
                 "a recurring window needs `start_time`, written HH:MM");
  }
  constexpr auto kWeek = std::chrono::days(7);
  if (draft.duration < std::chrono::minutes(1) || draft.duration > kWeek) {
    const YamlNode* at = seen.Find("duration");
    reader.Error(at != nullptr ? *at : node, "a recurring window needs a `duration` from 1m to 7d");
  }
  if (draft.weekdays && draft.weekdays->empty())
    reader.Error(*seen.Find("weekdays"), "the list of weekdays is empty");
  draft.when.weekdays = draft.weekdays.value_or(Ranges{});
  draft.when.start_minute = start.value_or(0);
  draft.when.duration = std::chrono::floor<std::chrono::minutes>(draft.duration);
  draft.when.zone = draft.zone;
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, TimeInterval& out) {
  out = {};
  ReadSection(reader, node, "time_intervals", kIntervalFields, out);
  if (out.name.empty()) reader.Error(node, "a time interval needs a `name`");
}

void ReadValue(Reader& reader, const YamlNode& node, MaintenanceWindow& out) {
  WindowDraft draft;
  const SeenKeys seen = ReadSection(reader, node, "maintenance_windows", kWindowFields, draft);
  if (draft.name.empty()) reader.Error(node, "a maintenance window needs a `name`");
  if (draft.matchers.empty())
    reader.Error(node, "a maintenance window needs `matchers`: without, it would mute everything");
  const bool is_one_off = seen.Find("from") != nullptr || seen.Find("to") != nullptr;
  const bool is_recurring = seen.Find("start_time") != nullptr ||
                            seen.Find("duration") != nullptr || seen.Find("weekdays") != nullptr;
  if (is_one_off && is_recurring) {
    reader.Error(node,
                 "a maintenance window is either one-off (`from`, `to`) or recurring "
                 "(`start_time`, `duration`)");
  } else if (is_recurring) {
    FinishRecurring(reader, node, seen, draft);
  } else {
    FinishOneOff(reader, node, seen, draft);
  }
  out = std::move(draft);
}

void AddTimeKeys(KnownKeys& known) {
  AddKnownKeys(known, "time_intervals", kIntervalFields);
  AddKnownKeys(known, "time_interval", kSpecFields);
  AddKnownKeys(known, "times", kClockFields);
  AddKnownKeys(known, "maintenance_windows", kWindowFields);
}

}  // namespace warden

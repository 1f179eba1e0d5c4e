// SPDX-License-Identifier: Apache-2.0
// Rules in the manner of POSIX' TZ variable, which continue the tables of a time zone.
#include <optional>
#include <utility>

#include "promql/template/go_time.h"
#include "promql/template/time_zone.h"

namespace promql::tmpl {
namespace {

constexpr std::int64_t kDay = 86400;

// When in a year a period begins: the nth day (with or without 29 February), or a weekday of a
// month.
struct YearlyMoment {
  enum class Kind : std::uint8_t { kDayWithoutLeap, kAnyDay, kWeekday } kind = Kind::kAnyDay;
  int day = 0;  // weekday for kWeekday
  int week = 0;
  int month = 0;
  std::int64_t second = 7200;  // two o'clock
};

class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }
  [[nodiscard]] bool StartsWith(char c) const { return rest_.starts_with(c); }
  bool Skip(char c) {
    if (!StartsWith(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::string_view> Name() {
    const bool quoted = Skip('<');
    const std::size_t end =
        quoted ? rest_.find('>') : std::min(rest_.find_first_of("0123456789,-+"), rest_.size());
    if (end == std::string_view::npos || (!quoted && end < 3)) return std::nullopt;
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end + (quoted ? 1 : 0));
    return name;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int64_t> Offset() {
    const bool negative = Skip('-');
    if (!negative) Skip('+');
    const auto hours = Number(0, 24 * 7);
    if (!hours) return std::nullopt;
    std::int64_t offset = *hours * std::int64_t{3600};
    for (const std::int64_t unit : {60, 1}) {
      if (!Skip(':')) break;
      const auto part = Number(0, 59);
      if (!part) return std::nullopt;
      offset += *part * unit;
    }
    return negative ? -offset : offset;
  }

  std::optional<YearlyMoment> Moment() {
    YearlyMoment moment;
    if (!(Skip('J')   ? DayOfYear(moment, YearlyMoment::Kind::kDayWithoutLeap, 1)
          : Skip('M') ? Weekday(moment)
                      : DayOfYear(moment, YearlyMoment::Kind::kAnyDay, 0))) {
      return std::nullopt;
    }
    if (Skip('/')) {
      const auto second = Offset();
      if (!second) return std::nullopt;
      moment.second = *second;
    }
    return moment;
  }

 private:
  std::optional<int> Number(int least, int most) {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return std::nullopt;
    int value = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9' && value <= most) {
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    if (value < least || value > most) return std::nullopt;
    return value;
  }

  bool DayOfYear(YearlyMoment& moment, YearlyMoment::Kind kind, int least) {
    const auto day = Number(least, 365);
    moment.kind = kind;
    moment.day = day.value_or(0);
    return day.has_value();
  }

  bool Weekday(YearlyMoment& moment) {
    const auto month = Number(1, 12);
    if (!month || !Skip('.')) return false;
    const auto week = Number(1, 5);
    if (!week || !Skip('.')) return false;
    const auto day = Number(0, 6);
    moment = {YearlyMoment::Kind::kWeekday, day.value_or(0), *week, *month};
    return day.has_value();
  }

  std::string_view rest_;
};

// Seconds from the start of the year, in UTC, for a moment given in a zone with this offset.
std::int64_t SecondOfYear(std::int64_t year, const YearlyMoment& moment, std::int64_t offset) {
  const auto first_of = [year](int month) {
    return FromCivil({.year = year, .month = month}, 0, TimeZone::Utc()).seconds / kDay;
  };
  const bool leap = first_of(3) - first_of(2) == 29;
  std::int64_t day = moment.day;
  switch (moment.kind) {
    case YearlyMoment::Kind::kAnyDay:
      break;
    case YearlyMoment::Kind::kDayWithoutLeap:
      day += leap && moment.day >= 60 ? 0 : -1;
      break;
    case YearlyMoment::Kind::kWeekday: {
      const std::int64_t first = first_of(moment.month);
      const std::int64_t next_month = moment.month == 12 ? first + 31 : first_of(moment.month + 1);
      const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970 began on a Thursday
      std::int64_t in_month = (moment.day - weekday + 7) % 7;
      for (int week = 1; week < moment.week && in_month + 7 < next_month - first; ++week)
        in_month += 7;
      day = first - first_of(1) + in_month;
      break;
    }
  }
  return day * kDay + moment.second - offset;
}

}  // namespace

RuleAnswer EvaluateRule(std::string_view rule, std::int64_t last_start, std::int64_t unix_seconds) {
  RuleReader reader(rule);
  auto winter_name = reader.Name();
  const auto west = winter_name ? reader.Offset() : std::nullopt;
  if (!west) return {};
  std::int64_t winter_offset = -*west;
  if (reader.AtEnd() || reader.StartsWith(','))
    return {true, *winter_name, winter_offset, last_start, INT64_MAX};
  auto summer_name = reader.Name();
  if (!summer_name) return {};
  std::int64_t summer_offset = winter_offset + 3600;
  if (!reader.AtEnd() && !reader.StartsWith(',')) {
    const auto given = reader.Offset();
    if (!given) return {};
    summer_offset = -*given;
  }
  if (reader.AtEnd()) reader = RuleReader(",M3.2.0,M11.1.0");
  if (!reader.Skip(',')) return {};
  const auto start = reader.Moment();
  const auto end = start && reader.Skip(',') ? reader.Moment() : std::nullopt;
  if (!end || !reader.AtEnd()) return {};

  const CivilTime civil = InItsZone({.seconds = unix_seconds});
  const std::int64_t in_year = (civil.year_day - 1) * kDay + (unix_seconds % kDay + kDay) % kDay;
  const std::int64_t year_start = unix_seconds - in_year;
  const std::int64_t year_end = FromCivil({.year = civil.year + 1}, 0, TimeZone::Utc()).seconds;
  std::int64_t first = SecondOfYear(civil.year, *start, winter_offset);
  std::int64_t second = SecondOfYear(civil.year, *end, summer_offset);
  if (second < first) {  // south of the equator summer goes over the new year
    std::swap(first, second);
    std::swap(winter_name, summer_name);
    std::swap(winter_offset, summer_offset);
  }
  if (in_year < first) return {true, *winter_name, winter_offset, year_start, year_start + first};
  if (in_year >= second) return {true, *winter_name, winter_offset, year_start + second, year_end};
  return {true, *summer_name, summer_offset, year_start + first, year_start + second};
}

}  // namespace promql::tmpl

// SPDX-License-Identifier: Apache-2.0
// Layouts, and times written by them.
#include "promql/template/time_layout.h"

#include <algorithm>
#include <optional>
#include <string>

#include "promql/template/go_time.h"
#include "promql/template/number.h"

namespace promql::tmpl {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

struct Spelling {
  std::string_view text;
  LayoutPart part;
};

// Longer spellings before their beginnings.
constexpr Spelling kSpellings[] = {
    {"January", LayoutPart::kLongMonth},
    {"Jan", LayoutPart::kMonth},
    {"Monday", LayoutPart::kLongWeekday},
    {"Mon", LayoutPart::kWeekday},
    {"MST", LayoutPart::kZoneName},
    {"002", LayoutPart::kZeroYearDay},
    {"01", LayoutPart::kZeroMonth},
    {"02", LayoutPart::kZeroDay},
    {"03", LayoutPart::kZeroHour12},
    {"04", LayoutPart::kZeroMinute},
    {"05", LayoutPart::kZeroSecond},
    {"06", LayoutPart::kYear},
    {"15", LayoutPart::kHour},
    {"1", LayoutPart::kNumberMonth},
    {"2006", LayoutPart::kLongYear},
    {"2", LayoutPart::kDay},
    {"__2", LayoutPart::kBlankYearDay},
    {"_2", LayoutPart::kBlankDay},
    {"3", LayoutPart::kHour12},
    {"4", LayoutPart::kMinute},
    {"5", LayoutPart::kSecond},
    {"PM", LayoutPart::kUpperHalf},
    {"pm", LayoutPart::kLowerHalf},
    {"-070000", LayoutPart::kOffset},
    {"-07:00:00", LayoutPart::kOffset},
    {"-0700", LayoutPart::kOffset},
    {"-07:00", LayoutPart::kOffset},
    {"-07", LayoutPart::kOffset},
    {"Z070000", LayoutPart::kOffset},
    {"Z07:00:00", LayoutPart::kOffset},
    {"Z0700", LayoutPart::kOffset},
    {"Z07:00", LayoutPart::kOffset},
    {"Z07", LayoutPart::kOffset},
};

// A fraction of seconds at the start of the text: a point or comma, then one digit, 0 or 9,
// repeated.
std::size_t FractionSize(std::string_view text) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || (text[1] != '0' && text[1] != '9'))
    return 0;
  std::size_t size = 1;
  while (size < text.size() && text[size] == text[1]) ++size;
  return size < text.size() && IsDigit(text[size]) ? 0 : size;
}

std::optional<Spelling> SpellingAt(std::string_view text) {
  if (const std::size_t size = FractionSize(text)) {
    return Spelling{text.substr(0, size),
                    text[1] == '0' ? LayoutPart::kFixedFraction : LayoutPart::kTrimmedFraction};
  }
  // The underscore before a year is plain text.
  if (text.starts_with("_2006")) return std::nullopt;
  for (const Spelling& spelling : kSpellings) {
    if (!text.starts_with(spelling.text)) continue;
    const bool is_short =
        spelling.part == LayoutPart::kMonth || spelling.part == LayoutPart::kWeekday;
    if (is_short && text.size() > 3 && IsLower(text[3])) continue;
    return Spelling{text.substr(0, spelling.text.size()), spelling.part};
  }
  return std::nullopt;
}

void AppendPadded(std::int64_t value, int width, char padding, std::string& out) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (value < 0) out += '-';
  if (digits.size() < static_cast<std::size_t>(width))
    out.append(static_cast<std::size_t>(width) - digits.size(), padding);
  out += digits;
}

void AppendOffset(std::string_view spelling, std::int64_t offset, std::string& out) {
  if (spelling[0] == 'Z' && offset == 0) {
    out += 'Z';
    return;
  }
  const bool colons = spelling.find(':') != std::string_view::npos;
  const std::size_t digits = static_cast<std::size_t>(std::ranges::count_if(spelling, IsDigit));
  const std::int64_t minutes = std::abs(offset / 60);
  out += offset / 60 < 0 ? '-' : '+';
  AppendPadded(minutes / 60, 2, '0', out);
  if (colons) out += ':';
  if (digits > 2) AppendPadded(minutes % 60, 2, '0', out);
  if (colons && digits > 4) out += ':';
  if (digits > 4) AppendPadded(std::abs(offset) % 60, 2, '0', out);
}

void AppendFraction(std::string_view spelling, std::int32_t nanos, std::string& out) {
  const bool trims = spelling[1] == '9';
  if (trims && nanos == 0) return;
  const std::size_t digits = spelling.size() - 1;
  out += spelling[0];
  std::string text;
  AppendPadded(nanos, 9, '0', text);
  out += text.substr(0, digits);
  if (!trims) return;
  while (out.back() == '0') out.pop_back();
  if (out.back() == spelling[0]) out.pop_back();
}

void AppendPart(const LayoutStep& step, const Time& time, const CivilTime& civil,
                const TimeZone::Local& local, std::string& out) {
  const int hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
  switch (step.part) {
    case LayoutPart::kNone:
      return;
    case LayoutPart::kLongMonth:
      out += MonthName(civil.month);
      return;
    case LayoutPart::kMonth:
      out += MonthName(civil.month).substr(0, 3);
      return;
    case LayoutPart::kNumberMonth:
      return AppendPadded(civil.month, 0, '0', out);
    case LayoutPart::kZeroMonth:
      return AppendPadded(civil.month, 2, '0', out);
    case LayoutPart::kLongWeekday:
      out += WeekdayName(civil.weekday);
      return;
    case LayoutPart::kWeekday:
      out += WeekdayName(civil.weekday).substr(0, 3);
      return;
    case LayoutPart::kDay:
      return AppendPadded(civil.day, 0, '0', out);
    case LayoutPart::kBlankDay:
      return AppendPadded(civil.day, 2, ' ', out);
    case LayoutPart::kZeroDay:
      return AppendPadded(civil.day, 2, '0', out);
    case LayoutPart::kBlankYearDay:
      return AppendPadded(civil.year_day, 3, ' ', out);
    case LayoutPart::kZeroYearDay:
      return AppendPadded(civil.year_day, 3, '0', out);
    case LayoutPart::kHour:
      return AppendPadded(civil.hour, 2, '0', out);
    case LayoutPart::kHour12:
      return AppendPadded(hour12, 0, '0', out);
    case LayoutPart::kZeroHour12:
      return AppendPadded(hour12, 2, '0', out);
    case LayoutPart::kMinute:
      return AppendPadded(civil.minute, 0, '0', out);
    case LayoutPart::kZeroMinute:
      return AppendPadded(civil.minute, 2, '0', out);
    case LayoutPart::kSecond:
      return AppendPadded(civil.second, 0, '0', out);
    case LayoutPart::kZeroSecond:
      return AppendPadded(civil.second, 2, '0', out);
    case LayoutPart::kLongYear:
      return AppendPadded(civil.year, 4, '0', out);
    case LayoutPart::kYear:
      return AppendPadded(std::abs(civil.year) % 100, 2, '0', out);
    case LayoutPart::kUpperHalf:
      out += civil.hour >= 12 ? "PM" : "AM";
      return;
    case LayoutPart::kLowerHalf:
      out += civil.hour >= 12 ? "pm" : "am";
      return;
    case LayoutPart::kZoneName:
      if (local.abbreviation.empty()) return AppendOffset("-0700", local.offset, out);
      out += local.abbreviation;
      return;
    case LayoutPart::kOffset:
      return AppendOffset(step.text, local.offset, out);
    case LayoutPart::kFixedFraction:
    case LayoutPart::kTrimmedFraction:
      return AppendFraction(step.text, time.nanos, out);
  }
}

}  // namespace

LayoutStep NextPart(std::string_view layout) {
  for (std::size_t at = 0; at < layout.size(); ++at) {
    // The underscore before a year is plain text, the year behind it a part.
    if (const auto spelling = SpellingAt(layout.substr(at))) {
      return {layout.substr(0, at), spelling->part, spelling->text,
              layout.substr(at + spelling->text.size())};
    }
  }
  return {layout, LayoutPart::kNone, {}, {}};
}

void AppendTime(const Time& time, std::string_view layout, std::string& out) {
  const CivilTime civil = InItsZone(time);
  const TimeZone::Local local = time.zone->At(time.seconds);
  while (!layout.empty()) {
    const LayoutStep step = NextPart(layout);
    out += step.before;
    AppendPart(step, time, civil, local, out);
    layout = step.rest;
  }
}

}  // namespace promql::tmpl

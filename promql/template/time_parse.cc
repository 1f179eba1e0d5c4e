// SPDX-License-Identifier: Apache-2.0
// Times read by layout.
#include <algorithm>
#include <optional>
#include <string>

#include "promql/template/go_time.h"
#include "promql/template/time_layout.h"

namespace promql::tmpl {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// Reads a text by a layout. Each Read… takes what it needs from the front of the text; false when
// it does not fit.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  std::optional<Time> Read(std::string_view layout) {
    while (true) {
      const LayoutStep step = NextPart(layout);
      if (!SkipText(step.before)) return std::nullopt;
      if (step.part == LayoutPart::kNone) break;
      layout = step.rest;
      if (!ReadPart(step)) return std::nullopt;
    }
    if (!rest_.empty()) return std::nullopt;
    return Result();
  }

 private:
  // A blank in the layout stands for any number of blanks.
  bool SkipText(std::string_view text) {
    while (!text.empty()) {
      if (text[0] == ' ') {
        if (!rest_.empty() && rest_[0] != ' ') return false;
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        continue;
      }
      if (!rest_.starts_with(text[0])) return false;
      text.remove_prefix(1);
      rest_.remove_prefix(1);
    }
    return true;
  }

  bool ReadPart(const LayoutStep& step) {
    switch (step.part) {
      case LayoutPart::kNone:
        return true;
      case LayoutPart::kLongMonth:
        return ReadName(12, 0, [](int i) { return MonthName(i + 1); }, &month_);
      case LayoutPart::kMonth:
        return ReadName(12, 3, [](int i) { return MonthName(i + 1); }, &month_);
      case LayoutPart::kLongWeekday:
        return ReadName(7, 0, WeekdayName, nullptr);
      case LayoutPart::kWeekday:
        return ReadName(7, 3, WeekdayName, nullptr);
      case LayoutPart::kNumberMonth:
      case LayoutPart::kZeroMonth:
        return ReadNumber(step.part == LayoutPart::kZeroMonth, 1, 12, month_);
      case LayoutPart::kBlankDay:
        if (rest_.starts_with(' ')) rest_.remove_prefix(1);
        [[fallthrough]];
      case LayoutPart::kDay:
      case LayoutPart::kZeroDay:
        return ReadNumber(step.part == LayoutPart::kZeroDay, 0, 99, day_);
      case LayoutPart::kBlankYearDay:
      case LayoutPart::kZeroYearDay:
        return ReadYearDay(step.part == LayoutPart::kBlankYearDay);
      case LayoutPart::kHour:
        return ReadNumber(false, 0, 23, hour_);
      case LayoutPart::kHour12:
      case LayoutPart::kZeroHour12:
        return ReadNumber(step.part == LayoutPart::kZeroHour12, 0, 12, hour_);
      case LayoutPart::kMinute:
      case LayoutPart::kZeroMinute:
        return ReadNumber(step.part == LayoutPart::kZeroMinute, 0, 59, minute_);
      case LayoutPart::kSecond:
      case LayoutPart::kZeroSecond:
        return ReadSecond(step);
      case LayoutPart::kLongYear:
        return ReadLongYear();
      case LayoutPart::kYear:
        return ReadYear();
      case LayoutPart::kUpperHalf:
        return ReadHalf("AM", "PM");
      case LayoutPart::kLowerHalf:
        return ReadHalf("am", "pm");
      case LayoutPart::kZoneName:
        return ReadZoneName();
      case LayoutPart::kOffset:
        return ReadOffset(step.text);
      case LayoutPart::kFixedFraction:
        return rest_.size() >= step.text.size() && ReadFraction(step.text.size());
      case LayoutPart::kTrimmedFraction:
        if (!AtFraction()) return true;
        return ReadFraction(1 + CountDigits(1));
    }
    return false;
  }

  static bool SameLetters(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
      if (x == y) return true;
      const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
      return lower(x) == lower(y) && IsLower(lower(x));
    });
  }

  template <class Name>
  bool ReadName(int count, std::size_t size, Name name_of, int* number) {
    for (int i = 0; i < count; ++i) {
      std::string_view name = name_of(i);
      if (size > 0) name = name.substr(0, size);
      if (rest_.size() < name.size() || !SameLetters(rest_.substr(0, name.size()), name)) continue;
      rest_.remove_prefix(name.size());
      if (number != nullptr) *number = i + 1;
      return true;
    }
    return false;
  }

  [[nodiscard]] bool DigitAt(std::size_t at) const {
    return at < rest_.size() && IsDigit(rest_[at]);
  }
  [[nodiscard]] std::size_t CountDigits(std::size_t from) const {
    std::size_t count = 0;
    while (DigitAt(from + count)) ++count;
    return count;
  }
  int TakeDigits(std::size_t count) {
    int value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }

  // One or two digits; two when `fixed`.
  bool ReadNumber(bool fixed, int least, int most, int& number) {
    if (!DigitAt(0) || (fixed && !DigitAt(1))) return false;
    number = TakeDigits(DigitAt(1) ? 2 : 1);
    return number >= least && number <= most;
  }

  bool ReadYearDay(bool blanks) {
    for (int i = 0; blanks && i < 2 && rest_.starts_with(' '); ++i) rest_.remove_prefix(1);
    const std::size_t digits = std::min<std::size_t>(CountDigits(0), 3);
    if (digits == 0 || (!blanks && digits != 3)) return false;
    year_day_ = TakeDigits(digits);
    return true;
  }

  bool ReadLongYear() {
    if (rest_.size() < 4 || !std::ranges::all_of(rest_.substr(0, 4), IsDigit)) return false;
    year_ = TakeDigits(4);
    return true;
  }

  // A sign counts as one of the two characters.
  bool ReadYear() {
    if (rest_.size() < 2) return false;
    const bool sign = rest_[0] == '-' || rest_[0] == '+';
    if (!IsDigit(rest_[1]) || (!sign && !IsDigit(rest_[0]))) return false;
    const bool negative = rest_[0] == '-';
    if (sign) rest_.remove_prefix(1);
    year_ = TakeDigits(sign ? 1 : 2);
    if (negative) year_ = -year_;
    year_ += year_ >= 69 ? 1900 : 2000;
    return true;
  }

  [[nodiscard]] bool AtFraction() const {
    return rest_.size() >= 2 && (rest_[0] == '.' || rest_[0] == ',') && DigitAt(1);
  }

  // Seconds may have a fraction that the layout does not mention.
  bool ReadSecond(const LayoutStep& step) {
    if (!ReadNumber(step.part == LayoutPart::kZeroSecond, 0, 59, second_)) return false;
    if (!AtFraction()) return true;
    const LayoutPart next = NextPart(step.rest).part;
    if (next == LayoutPart::kFixedFraction || next == LayoutPart::kTrimmedFraction) return true;
    return ReadFraction(1 + CountDigits(1));
  }

  // Point and digits, `size` characters together; digits behind the ninth are dropped.
  bool ReadFraction(std::size_t size) {
    if (rest_.empty() || (rest_[0] != '.' && rest_[0] != ',')) return false;
    std::string digits(rest_.substr(1, std::min<std::size_t>(size - 1, 9)));
    rest_.remove_prefix(size);
    const bool plus = digits.starts_with('+') && digits.size() > 1;
    if (plus) digits.erase(0, 1);
    const bool minus = digits.starts_with('-');
    if (minus && digits.find_first_not_of('0', 1) != std::string::npos) return false;
    if (minus && digits.size() > 1) digits = "0";
    if (!std::ranges::all_of(digits, IsDigit)) return false;
    const std::size_t width = 9 - (plus ? 1 : 0);
    digits.resize(width, '0');
    nanos_ = 0;
    for (const char c : digits) nanos_ = nanos_ * 10 + (c - '0');
    return true;
  }

  bool ReadHalf(std::string_view before_noon, std::string_view after_noon) {
    is_before_noon_ = rest_.starts_with(before_noon) || is_before_noon_;
    is_after_noon_ = rest_.starts_with(after_noon) || is_after_noon_;
    if (!rest_.starts_with(before_noon) && !rest_.starts_with(after_noon)) return false;
    rest_.remove_prefix(2);
    return true;
  }

  bool ReadOffset(std::string_view spelling) {
    if (spelling[0] == 'Z' && rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      is_utc_ = true;
      return true;
    }
    if (rest_.size() < spelling.size() || (rest_[0] != '+' && rest_[0] != '-')) return false;
    const bool negative = rest_[0] == '-';
    int parts[3] = {};
    std::size_t part = 0;
    std::size_t at = 1;
    while (at < spelling.size()) {
      if (spelling[at] == ':') {
        if (rest_[at++] != ':') return false;
        continue;
      }
      if (!DigitAt(at) || !DigitAt(at + 1)) return false;
      parts[part++] = (rest_[at] - '0') * 10 + (rest_[at + 1] - '0');
      at += 2;
    }
    rest_.remove_prefix(spelling.size());
    if (parts[0] > 24 || parts[1] > 60 || parts[2] > 60) return false;
    offset_ = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (negative) offset_ = -*offset_;
    if (*offset_ == -1)
      offset_.reset();  // an accident of Go's: one second west is no offset at all
    return true;
  }

  // Three or four capitals mostly; GMT may carry hours.
  bool ReadZoneName() {
    if (rest_.starts_with("UTC")) {
      rest_.remove_prefix(3);
      is_utc_ = true;
      return true;
    }
    const std::size_t size = ZoneNameSize();
    if (size == 0) return false;
    zone_name_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  // A sign and hours up to 23, from `from` on; 0 when there are none.
  [[nodiscard]] std::size_t HoursSize(std::size_t from) const {
    if (from >= rest_.size() || (rest_[from] != '+' && rest_[from] != '-')) return 0;
    std::int64_t hours = 0;
    std::size_t digits = 0;
    for (; DigitAt(from + 1 + digits); ++digits) {
      hours = std::min<std::int64_t>(hours * 10 + (rest_[from + 1 + digits] - '0'), 1000);
    }
    return digits == 0 || hours > 23 ? 0 : 1 + digits;
  }

  [[nodiscard]] std::size_t ZoneNameSize() const {
    if (rest_.size() < 3) return 0;
    if (rest_.starts_with("ChST") || rest_.starts_with("MeST")) return 4;
    if (rest_.starts_with("GMT")) return 3 + HoursSize(3);
    if (rest_[0] == '+' || rest_[0] == '-') return HoursSize(0);
    std::size_t capitals = 0;
    while (capitals < 6 && capitals < rest_.size() && rest_[capitals] >= 'A' &&
           rest_[capitals] <= 'Z')
      ++capitals;
    if (capitals == 3) return 3;
    if (capitals == 4 && (rest_[3] == 'T' || rest_.starts_with("WITA"))) return 4;
    if (capitals == 5 && rest_[4] == 'T') return 5;
    return 0;
  }

  std::optional<Time> Result() {
    if (is_after_noon_ && hour_ < 12) {
      hour_ += 12;
    } else if (!is_after_noon_ && is_before_noon_ && hour_ == 12) {
      hour_ = 0;
    }
    if (year_day_ >= 0 && !UseYearDay()) return std::nullopt;
    CivilTime civil{.year = year_,
                    .month = month_ < 0 ? 1 : month_,
                    .day = day_ < 0 ? 1 : day_,
                    .hour = hour_,
                    .minute = minute_,
                    .second = second_};
    const auto days_of = [this](int month) {
      const auto first = [this](int m) {
        return FromCivil({.year = year_, .month = m}, 0, TimeZone::Utc()).seconds;
      };
      return (first(month + 1) - first(month)) / 86400;
    };
    if (civil.day < 1 || civil.day > days_of(civil.month)) return std::nullopt;
    Time time = FromCivil(civil, nanos_, TimeZone::Utc());
    if (is_utc_) return time;
    if (offset_) {
      time.seconds -= *offset_;
      if (*offset_ != 0 || !(zone_name_.empty() || zone_name_ == "UTC"))
        time.zone = &TimeZone::Fixed(zone_name_, *offset_);
    } else if (!zone_name_.empty()) {
      std::int64_t offset = 0;
      if (zone_name_.size() > 3 && zone_name_.starts_with("GMT")) {
        for (const char c : zone_name_.substr(4)) offset = offset * 10 + (c - '0');
        offset *= zone_name_[3] == '-' ? -3600 : 3600;
      }
      // The clock was read as UTC: only how it is shown changes.
      time.zone = &TimeZone::Fixed(zone_name_, offset);
    }
    return time;
  }

  // Month and day out of the day of the year; they must agree with those that were read.
  bool UseYearDay() {
    const Time first = FromCivil({.year = year_}, 0, TimeZone::Utc());
    const CivilTime civil =
        InItsZone(Add(first, (year_day_ - 1) * std::int64_t{86400} * kNanosPerSecond));
    if (year_day_ < 1 || civil.year != year_) return false;
    if ((month_ >= 0 && month_ != civil.month) || (day_ >= 0 && day_ != civil.day)) return false;
    month_ = civil.month;
    day_ = civil.day;
    return true;
  }

  std::string_view rest_;
  std::int64_t year_ = 0;
  int month_ = -1;
  int day_ = -1;
  int year_day_ = -1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  std::int32_t nanos_ = 0;
  bool is_before_noon_ = false;
  bool is_after_noon_ = false;
  bool is_utc_ = false;
  std::optional<std::int64_t> offset_;
  std::string_view zone_name_;
};

}  // namespace

std::optional<Time> ParseTime(std::string_view layout, std::string_view text) {
  return TimeReader(text).Read(layout);
}

}  // namespace promql::tmpl

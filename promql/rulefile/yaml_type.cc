// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/yaml_type.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <limits>

namespace promql::rulefile {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::size_t TakeDigits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, IsDigit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

bool TakeSign(std::string_view& text) {
  const bool has_sign = text.starts_with('+') || text.starts_with('-');
  const bool is_negative = text.starts_with('-');
  if (has_sign) text.remove_prefix(1);
  return is_negative;
}

bool LooksLikeFloat(std::string_view text) {
  TakeSign(text);
  const std::size_t before = TakeDigits(text);
  std::size_t after = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    after = TakeDigits(text);
  }
  if (before + after == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    TakeSign(text);
    if (TakeDigits(text) == 0) return false;
  }
  return text.empty();
}

struct Integer {
  bool is_negative = false;
  std::uint64_t magnitude = 0;
};

// strconv.ParseInt with base 0, or ParseUint when that does not fit.
std::optional<Integer> ParseInteger(std::string_view text) {
  const bool has_plus = text.starts_with('+');
  Integer integer;
  integer.is_negative = TakeSign(text);
  int base = 10;
  const char second = text.size() > 1 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '\0';
  if (second == 'x' || second == 'o' || second == 'b') {
    base = second == 'x' ? 16 : second == 'o' ? 8 : 2;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, integer.magnitude, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (integer.is_negative && integer.magnitude > kMax + 1) return std::nullopt;
  if (has_plus && integer.magnitude > kMax) return std::nullopt;
  return integer;
}

std::string WithoutUnderscores(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  return plain;
}

int ToInt(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// `2024-1-2`, or with a time behind a space, `T` or `t`.
bool IsTimestamp(std::string_view text) {
  const auto number = [&text](std::size_t max) {
    const std::string_view before = text;
    const std::size_t count = TakeDigits(text);
    return count >= 1 && count <= max ? ToInt(before.substr(0, count)) : -1;
  };
  const auto take = [&text](char c) {
    const bool is_there = text.starts_with(c);
    if (is_there) text.remove_prefix(1);
    return is_there;
  };
  if (text.size() < 5 || text[4] != '-') return false;
  const int year = number(4);
  if (!take('-')) return false;
  const int month = number(2);
  if (month < 0 || !take('-')) return false;
  const int day = number(2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(std::max(day, 0)))};
  if (year < 0 || !date.ok()) return false;
  if (text.empty()) return true;
  const bool has_zone = text[0] == 'T' || text[0] == 't';
  if (!has_zone && text[0] != ' ') return false;
  text.remove_prefix(1);
  const int hour = number(2);
  if (hour < 0 || hour > 23 || !take(':')) return false;
  const int minute = number(2);
  if (minute < 0 || minute > 59 || !take(':')) return false;
  const int second = number(2);
  if (second < 0 || second > 59) return false;
  if (take('.') && TakeDigits(text) == 0) return false;
  if (!has_zone) return text.empty();
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  return IsDigit(text[1]) && IsDigit(text[2]) && IsDigit(text[4]) && IsDigit(text[5]);
}

}  // namespace

YamlType TypeOfPlain(std::string_view text) {
  if (text.empty()) return YamlType::kNull;
  const char first = text.front();
  const bool is_number = IsDigit(first) || first == '+' || first == '-' || first == '.';
  if (!is_number) {
    if (IsOneOf(text, {"~", "null", "Null", "NULL"})) return YamlType::kNull;
    if (IsOneOf(text, {"true", "True", "TRUE", "false", "False", "FALSE"}))
      return YamlType::kBoolean;
    return YamlType::kString;
  }
  if (IsOneOf(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
                     "-.inf", "-.Inf", "-.INF"})) {
    return YamlType::kFloat;
  }
  if (first == '.') return LooksLikeFloat(text) ? YamlType::kFloat : YamlType::kString;
  if (IsTimestamp(text)) return YamlType::kTimestamp;
  const std::string plain = WithoutUnderscores(text);
  if (ParseInteger(plain)) return YamlType::kInteger;
  return LooksLikeFloat(plain) ? YamlType::kFloat : YamlType::kString;
}

std::optional<std::int64_t> ReadInteger(std::string_view text) {
  const std::string plain = WithoutUnderscores(text);
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (const auto integer = ParseInteger(plain)) {
    if (integer->is_negative) return static_cast<std::int64_t>(~integer->magnitude + 1);
    if (integer->magnitude <= kMax) return static_cast<std::int64_t>(integer->magnitude);
    return std::nullopt;
  }
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) return kLeast;
  if (!LooksLikeFloat(plain)) return std::nullopt;
  std::string_view digits = plain;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  constexpr double kLimit = 9223372036854775808.0;  // 2^63, which Go compares as a float too
  if (error != std::errc() || value > kLimit) return std::nullopt;
  return value >= kLimit || value < -kLimit ? kLeast : static_cast<std::int64_t>(value);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t padding = 0;
  std::size_t characters = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    ++characters;
    if (c == '=') {
      ++padding;
      continue;
    }
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos || padding > 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFF);
  }
  const bool is_whole = characters % 4 == 0 && padding <= 2;
  return is_whole ? std::optional(out) : std::nullopt;
}

}  // namespace promql::rulefile

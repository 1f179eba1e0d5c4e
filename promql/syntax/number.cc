// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>

#include "promql/syntax/characters.h"

namespace promql {
namespace {

bool HasHexPrefix(std::string_view text) {
  return text.size() >= 2 && text[0] == '0' && ToLower(text[1]) == 'x';
}

// An underscore stands between digits, or between the prefix and a digit.
bool AreUnderscoresPlaced(std::string_view text) {
  const bool hex = HasHexPrefix(text);
  char last = hex ? '0' : '^';
  for (std::size_t i = hex ? 2 : 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDigit(c) || (hex && HexDigit(c) >= 0)) {
      last = '0';
    } else if (c == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      if (last == '_') return false;
      last = '!';
    }
  }
  return last != '_';
}

// As an integer with its base written as a prefix; nothing when it is none or too large.
std::optional<std::int64_t> ParseInteger(std::string_view text) {
  int base = 10;
  if (HasHexPrefix(text)) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (!text.empty() && text.front() == '-') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool IsWord(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ToLower(text[i]) != word[i]) return false;
  }
  return true;
}

// Shortest digits that bring the value back, and the place of the point: value = 0.DIGITS ×
// 10^point.
struct Digits {
  std::array<char, 32> text;
  std::size_t count = 0;
  int point = 0;
  [[nodiscard]] std::string_view view() const { return {text.data(), count}; }
};

Digits ShortestDigits(double positive) {
  std::array<char, 40> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), positive,
                                    std::chars_format::scientific);
  const std::string_view all(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  const std::size_t e = all.find('e');
  Digits digits;
  for (const char c : all.substr(0, e)) {
    if (c != '.') digits.text[digits.count++] = c;
  }
  const std::size_t sign = all[e + 1] == '+' ? 1 : 0;
  int exponent = 0;
  std::from_chars(all.data() + e + 1 + sign, all.data() + all.size(), exponent);
  digits.point = positive == 0 ? 1 : exponent + 1;
  return digits;
}

// Handles what has no digits; true when it did.
bool AppendSpecial(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    if (std::signbit(value)) out.push_back('-');
    return false;
  }
  return true;
}

void AppendPlain(const Digits& digits, std::string& out) {
  const std::string_view all = digits.view();
  if (digits.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-digits.point), '0');
    out += all;
    return;
  }
  const auto point = static_cast<std::size_t>(digits.point);
  if (point >= all.size()) {
    out += all;
    out.append(point - all.size(), '0');
    return;
  }
  out += all.substr(0, point);
  out.push_back('.');
  out += all.substr(point);
}

}  // namespace

std::expected<double, std::string> ParseNumber(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return std::unexpected("bad number `" + std::string(text) + "`: " + std::string(why));
  };
  std::string clean;
  std::string_view digits = text;
  if (text.find('_') != std::string_view::npos) {
    if (!AreUnderscoresPlaced(text)) return bad("an underscore must stand between digits");
    for (const char c : text) {
      if (c != '_') clean.push_back(c);
    }
    digits = clean;
  }
  if (const auto integer = ParseInteger(digits)) return static_cast<double>(*integer);
  if (IsWord(text, "inf")) return std::numeric_limits<double>::infinity();
  if (IsWord(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (HasHexPrefix(digits)) return bad("not a hexadecimal integer of at most 63 bits");
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument)
    return bad("invalid syntax");
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, too large is an error; from_chars does not say which of them it was.
    value = std::strtod(std::string(digits).c_str(), nullptr);
    if (std::isinf(value)) return bad("value out of range");
  }
  return value;
}

void AppendNumber(double value, std::string& out) {
  if (AppendSpecial(value, out)) return;
  AppendPlain(ShortestDigits(std::abs(value)), out);
}

void AppendCompactNumber(double value, std::string& out) {
  if (AppendSpecial(value, out)) return;
  const Digits digits = ShortestDigits(std::abs(value));
  const int exponent = digits.point - 1;
  if (exponent >= -4 && exponent < 6) return AppendPlain(digits, out);
  out.push_back(digits.text[0]);
  if (digits.count > 1) {
    out.push_back('.');
    out += digits.view().substr(1);
  }
  out += exponent < 0 ? "e-" : "e+";
  const int magnitude = std::abs(exponent);
  if (magnitude < 10) out.push_back('0');
  out += std::to_string(magnitude);
}

void AppendMillis(std::int64_t milliseconds, std::string& out) {
  std::array<char, 400> buffer;
  const double seconds = static_cast<double>(milliseconds) / 1000.0;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), seconds,
                                    std::chars_format::fixed, 3);
  out.append(buffer.data(), result.ptr);
}

std::expected<std::int64_t, std::string> ParseDurationNanos(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
  };
  constexpr std::uint64_t kMilli = 1'000'000;
  constexpr std::uint64_t kHour = 3'600'000 * kMilli;
  constexpr auto kUnits = std::to_array<Unit>({{"y", 8760 * kHour},
                                               {"w", 168 * kHour},
                                               {"d", 24 * kHour},
                                               {"h", kHour},
                                               {"m", 60'000 * kMilli},
                                               {"s", 1000 * kMilli},
                                               {"ms", kMilli}});
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const auto bad = [&](std::string_view why) {
    return std::unexpected("bad duration `" + std::string(text) + "`: " + std::string(why));
  };
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error == std::errc::invalid_argument) return bad("a number is missing");
    if (error != std::errc()) return bad("out of range");
    at = static_cast<std::size_t>(end - text.data());
    const std::size_t unit_start = at;
    while (at < text.size() && !IsDigit(text[at])) ++at;
    const std::string_view name = text.substr(unit_start, at - unit_start);
    std::size_t unit = 0;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size())
      return bad("unknown unit `" + std::string(name) + "`, the units are y, w, d, h, m, s and ms");
    if (unit < next_unit) return bad("each unit stands at most once, the larger ones first");
    next_unit = unit + 1;
    if (count > kLargest / kUnits[unit].nanoseconds) return bad("out of range");
    total += count * kUnits[unit].nanoseconds;
    if (total > kLargest) return bad("out of range");
  }
  return static_cast<std::int64_t>(total);
}

void AppendDurationNanos(std::int64_t nanoseconds, std::string& out) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
    bool only_exact;  // used only where nothing remains
  };
  constexpr std::int64_t kDay = 86'400'000;
  constexpr auto kUnits = std::to_array<Unit>({{"y", 365 * kDay, true},
                                               {"w", 7 * kDay, true},
                                               {"d", kDay, false},
                                               {"h", 3'600'000, false},
                                               {"m", 60'000, false},
                                               {"s", 1000, false},
                                               {"ms", 1, false}});
  std::int64_t rest = nanoseconds / 1'000'000;
  if (rest == 0) {
    out += "0s";
    return;
  }
  if (rest < 0) {
    out.push_back('-');
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    if (unit.only_exact && rest % unit.milliseconds != 0) continue;
    if (rest < unit.milliseconds) continue;
    std::array<char, 24> buffer;
    const auto result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), rest / unit.milliseconds);
    out.append(buffer.data(), result.ptr);
    out += unit.name;
    rest %= unit.milliseconds;
  }
}

}  // namespace promql

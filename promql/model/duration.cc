// SPDX-License-Identifier: Apache-2.0
#include "promql/model/duration.h"

#include <array>
#include <cstdint>
#include <limits>

namespace promql {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

constexpr std::int64_t kDay = 24 * 3600 * std::int64_t{1000};
// In the order in which they may be written.
constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay},
                                         {"w", 7 * kDay},
                                         {"d", kDay},
                                         {"h", 3600 * 1000},
                                         {"m", 60 * 1000},
                                         {"s", 1000},
                                         {"ms", 1}}};
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max() / 1'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A run of digits at the front of `text`, removed from it; nothing when there is none or it does
// not fit.
std::optional<std::int64_t> TakeNumber(std::string_view& text) {
  std::size_t length = 0;
  std::int64_t value = 0;
  for (; length < text.size() && IsDigit(text[length]); ++length) {
    const int digit = text[length] - '0';
    if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (length == 0) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    std::size_t length = 0;
    while (length < text.size() && !IsDigit(text[length])) ++length;
    const std::string_view name = text.substr(0, length);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    const std::int64_t unit = kUnits[next_unit++].ms;
    if (*number > (kMax - total) / unit) return std::nullopt;
    total += *number * unit;
    text.remove_prefix(length);
  }
  return std::chrono::milliseconds(total);
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  if (rest < 0) {
    text = "-";
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    const bool is_exact_only = unit.ms >= 7 * kDay;
    if (rest < unit.ms || (is_exact_only && rest % unit.ms != 0)) continue;
    text += std::to_string(rest / unit.ms);
    text += unit.name;
    rest %= unit.ms;
  }
  return text;
}

std::optional<std::chrono::nanoseconds> ParseGoDuration(std::string_view text) {
  struct GoUnit {
    std::string_view name;
    double ns;
  };
  static constexpr std::array<GoUnit, 8> kGoUnits = {{{"ns", 1},
                                                      {"us", 1e3},
                                                      {"\u00b5s", 1e3},
                                                      {"\u03bcs", 1e3},
                                                      {"ms", 1e6},
                                                      {"s", 1e9},
                                                      {"m", 60e9},
                                                      {"h", 3600e9}}};
  const bool is_negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    if (!IsDigit(text.front()) && text.front() != '.') return std::nullopt;
    const bool has_integer = IsDigit(text.front());
    const auto integer = has_integer ? TakeNumber(text) : std::optional<std::int64_t>(0);
    if (!integer) return std::nullopt;
    double fraction = 0;
    bool has_fraction = false;
    if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
      for (double scale = 0.1; !text.empty() && IsDigit(text.front());
           scale /= 10, text.remove_prefix(1)) {
        fraction += (text.front() - '0') * scale;
        has_fraction = true;
      }
    }
    if (!has_integer && !has_fraction) return std::nullopt;
    std::size_t length = 0;
    while (length < text.size() && text[length] != '.' && !IsDigit(text[length])) ++length;
    const std::string_view name = text.substr(0, length);
    const GoUnit* unit = nullptr;
    for (const GoUnit& candidate : kGoUnits) {
      if (candidate.name == name) unit = &candidate;
    }
    if (unit == nullptr) return std::nullopt;
    const auto unit_ns = static_cast<std::int64_t>(unit->ns);
    if (*integer > (std::numeric_limits<std::int64_t>::max() - total) / unit_ns)
      return std::nullopt;
    total += *integer * unit_ns;
    const auto part = static_cast<std::int64_t>(fraction * unit->ns + 1e-6);
    if (part > std::numeric_limits<std::int64_t>::max() - total) return std::nullopt;
    total += part;
    text.remove_prefix(length);
  }
  return std::chrono::nanoseconds(is_negative ? -total : total);
}

}  // namespace promql

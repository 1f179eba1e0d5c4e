// SPDX-License-Identifier: Apache-2.0
#include "promql/template/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace promql::tmpl {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool EqualFold(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

// Underscores stand between digits, one at a time; a base prefix counts as a digit.
bool UnderscoresAreFine(std::string_view text) {
  char before = '^';  // ^ start, 0 digit, _ underscore, ! anything else
  std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  bool hex = false;
  if (text.size() >= at + 2 && text[at] == '0') {
    const char prefix = Lower(text[at + 1]);
    if (prefix == 'b' || prefix == 'o' || prefix == 'x') {
      hex = prefix == 'x';
      before = '0';
      at += 2;
    }
  }
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (IsDigit(c) || (hex && HexValue(c) >= 0)) {
      before = '0';
    } else if (c == '_') {
      if (before != '0') return false;
      before = '_';
    } else {
      if (before == '_') return false;
      before = '!';
    }
  }
  return before != '_';
}

// Digits, at most one point and an exponent, underscores taken out; nothing when the shape is
// wrong.
struct FloatShape {
  std::string digits;  // without sign and prefix
  bool negative = false;
  bool hex = false;
};

std::optional<FloatShape> ReadFloatShape(std::string_view text) {
  FloatShape shape;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) shape.negative = text[at++] == '-';
  if (text.size() > at + 2 && text[at] == '0' && Lower(text[at + 1]) == 'x') {
    shape.hex = true;
    at += 2;
  }
  bool has_digits = false;
  bool has_point = false;
  bool has_underscore = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '_') {
      has_underscore = true;
    } else if (c == '.') {
      if (has_point) return std::nullopt;
      has_point = true;
      shape.digits += c;
    } else if (IsDigit(c) || (shape.hex && HexValue(c) >= 0)) {
      has_digits = true;
      shape.digits += c;
    } else {
      break;
    }
  }
  if (!has_digits) return std::nullopt;
  if (at < text.size() && Lower(text[at]) == (shape.hex ? 'p' : 'e')) {
    shape.digits += text[at++];
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) shape.digits += text[at++];
    if (at >= text.size() || !IsDigit(text[at])) return std::nullopt;
    for (; at < text.size() && (IsDigit(text[at]) || text[at] == '_'); ++at) {
      if (text[at] == '_') {
        has_underscore = true;
      } else {
        shape.digits += text[at];
      }
    }
  } else if (shape.hex) {
    return std::nullopt;
  }
  if (at != text.size() || (has_underscore && !UnderscoresAreFine(text))) return std::nullopt;
  return shape;
}

std::optional<double> NamedFloat(std::string_view text) {
  if (EqualFold(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (!EqualFold(text, "inf") && !EqualFold(text, "infinity")) return std::nullopt;
  return negative ? -std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::infinity();
}

// Sign and digits of an integer; its size without the sign.
struct Magnitude {
  std::uint64_t value = 0;
  bool negative = false;
};

std::optional<Magnitude> ReadInteger(std::string_view text) {
  const std::string_view whole = text;
  Magnitude result;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    result.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::uint64_t base = 10;
  if (text.size() >= 1 && text[0] == '0') {
    const char prefix = text.size() >= 3 ? Lower(text[1]) : '\0';
    base = prefix == 'b' ? 2 : prefix == 'x' ? 16 : 8;
    text.remove_prefix(prefix == 'b' || prefix == 'o' || prefix == 'x' ? 2 : 1);
    if (text.empty()) return result;  // 0 alone
  }
  if (text.empty()) return std::nullopt;
  bool has_underscore = false;
  for (const char c : text) {
    if (c == '_') {
      has_underscore = true;
      continue;
    }
    const int digit = HexValue(c);
    if (digit < 0 || static_cast<std::uint64_t>(digit) >= base) return std::nullopt;
    if (__builtin_mul_overflow(result.value, base, &result.value) ||
        __builtin_add_overflow(result.value, static_cast<std::uint64_t>(digit), &result.value)) {
      return std::nullopt;
    }
  }
  if (has_underscore && !UnderscoresAreFine(whole)) return std::nullopt;
  return result;
}

void SimplifyComplex(Number& number) {
  number.is_float = number.complex.imag() == 0;
  if (!number.is_float) return;
  number.floating = number.complex.real();
  number.integer = ToInt64(number.floating);
  number.is_int = static_cast<double>(number.integer) == number.floating;
  number.is_uint = number.floating >= 0 && number.is_int;
  number.unsigned_integer = static_cast<std::uint64_t>(number.integer);
}

// One escape or rune behind `at`; nothing when it is wrong. A byte escape in text gives one byte,
// not a rune.
struct Unescaped {
  Rune rune = 0;
  bool is_byte = false;
};

std::optional<std::uint32_t> HexDigits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const std::size_t end = at + count; at < end; ++at) {
    const int digit = HexValue(text[at]);
    if (digit < 0) return std::nullopt;
    value = value << 4U | static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::optional<Unescaped> UnicodeEscape(std::string_view text, std::size_t& at, std::size_t digits) {
  const auto value = HexDigits(text, at, digits);
  if (!value || *value > 0x10FFFF || (*value >= 0xD800 && *value <= 0xDFFF)) return std::nullopt;
  return Unescaped{static_cast<Rune>(*value), false};
}

std::optional<Unescaped> OctalEscape(std::string_view text, std::size_t& at) {
  if (at + 2 > text.size()) return std::nullopt;
  std::uint32_t value = static_cast<std::uint32_t>(text[at - 1] - '0');
  for (int i = 0; i < 2; ++i, ++at) {
    if (text[at] < '0' || text[at] > '7') return std::nullopt;
    value = value * 8 + static_cast<std::uint32_t>(text[at] - '0');
  }
  if (value > 255) return std::nullopt;
  return Unescaped{static_cast<Rune>(value), true};
}

std::optional<Unescaped> Unescape(std::string_view text, std::size_t& at, char quote) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == quote) return std::nullopt;
  if (text[at] != '\\') {
    const Decoded decoded = DecodeRune(text.substr(at));
    at += decoded.size;
    return Unescaped{decoded.rune, false};
  }
  if (at + 1 >= text.size()) return std::nullopt;
  const char c = text[at + 1];
  at += 2;
  switch (c) {
    case 'a':
      return Unescaped{'\a', false};
    case 'b':
      return Unescaped{'\b', false};
    case 'f':
      return Unescaped{'\f', false};
    case 'n':
      return Unescaped{'\n', false};
    case 'r':
      return Unescaped{'\r', false};
    case 't':
      return Unescaped{'\t', false};
    case 'v':
      return Unescaped{'\v', false};
    case '\\':
      return Unescaped{'\\', false};
    case '\'':
    case '"':
      if (c != quote) return std::nullopt;
      return Unescaped{static_cast<Rune>(c), false};
    case 'x': {
      const auto value = HexDigits(text, at, 2);
      if (!value) return std::nullopt;
      return Unescaped{static_cast<Rune>(*value), true};
    }
    case 'u':
      return UnicodeEscape(text, at, 4);
    case 'U':
      return UnicodeEscape(text, at, 8);
    default:
      break;
  }
  if (c >= '0' && c <= '7') return OctalEscape(text, at);
  return std::nullopt;
}

}  // namespace

ParsedFloat ParseFloat(std::string_view text) {
  if (const auto named = NamedFloat(text)) return {*named, FloatResult::kOk};
  auto shape = ReadFloatShape(text);
  if (!shape) return {};
  double value = 0;
  const char* first = shape->digits.data();
  const char* last = first + shape->digits.size();
  const auto format = shape->hex ? std::chars_format::hex : std::chars_format::general;
  const auto result = std::from_chars(first, last, value, format);
  if (result.ec == std::errc::result_out_of_range) {
    // from_chars leaves open which side it fell off.
    value = std::strtod((shape->hex ? "0x" + shape->digits : shape->digits).c_str(), nullptr);
  } else if (result.ec != std::errc{} || result.ptr != last) {
    return {};
  }
  if (shape->negative) value = -value;
  return {value, std::isinf(value) ? FloatResult::kRange : FloatResult::kOk};
}

std::optional<std::int64_t> ParseInt(std::string_view text) {
  const auto magnitude = ReadInteger(text);
  if (!magnitude) return std::nullopt;
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;
  if (magnitude->negative) {
    if (magnitude->value > kLimit) return std::nullopt;
    return static_cast<std::int64_t>(0 - magnitude->value);
  }
  if (magnitude->value >= kLimit) return std::nullopt;
  return static_cast<std::int64_t>(magnitude->value);
}

std::optional<std::uint64_t> ParseUint(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) return std::nullopt;
  const auto magnitude = ReadInteger(text);
  if (!magnitude) return std::nullopt;
  return magnitude->value;
}

NumberResult ParseNumber(std::string_view text) {
  NumberResult result;
  Number& number = result.number;
  number.prefers_float = text.find_first_of(".eEpP") != std::string_view::npos &&
                         !(text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x' &&
                           text.find_first_of("pP") == std::string_view::npos);
  if (text.ends_with('i')) {
    const ParsedFloat imaginary = ParseFloat(text.substr(0, text.size() - 1));
    if (imaginary.result == FloatResult::kOk) {
      number.is_complex = true;
      number.complex = {0, imaginary.value};
      SimplifyComplex(number);
      return result;
    }
  }
  if (const auto value = ParseUint(text)) {
    number.is_uint = true;
    number.unsigned_integer = *value;
  }
  if (const auto value = ParseInt(text)) {
    number.is_int = true;
    number.integer = *value;
    if (*value == 0) number.is_uint = true;
  }
  if (number.is_int || number.is_uint) {
    number.is_float = true;
    number.floating = number.is_int ? static_cast<double>(number.integer)
                                    : static_cast<double>(number.unsigned_integer);
    return result;
  }
  const ParsedFloat value = ParseFloat(text);
  if (value.result != FloatResult::kOk) {
    result.error = "bad number " + std::string(text);
    return result;
  }
  if (text.find_first_of(".eEpP") == std::string_view::npos) {
    result.error = "integer is too large: " + std::string(text);
    return result;
  }
  number.is_float = true;
  number.floating = value.value;
  number.integer = ToInt64(value.value);
  number.is_int = static_cast<double>(number.integer) == value.value;
  number.is_uint = number.is_int && number.integer >= 0;
  number.unsigned_integer = static_cast<std::uint64_t>(number.integer);
  return result;
}

NumberResult ParseComplexNumber(std::string_view text) {
  NumberResult result;
  std::size_t split = 1;
  const auto is_split = [text](std::size_t at) {
    return (text[at] == '+' || text[at] == '-') && Lower(text[at - 1]) != 'e' &&
           Lower(text[at - 1]) != 'p';
  };
  // An e is a digit, not an exponent, in hexadecimal: there the sign behind it splits.
  const bool hex =
      text.size() > 2 && Lower(text.substr(text[0] == '+' || text[0] == '-' ? 2 : 1)[0]) == 'x';
  while (split < text.size() && !is_split(split) &&
         !(hex && (text[split] == '+' || text[split] == '-') && Lower(text[split - 1]) == 'e'))
    ++split;
  if (split >= text.size()) {
    result.error = "bad complex number " + std::string(text);
    return result;
  }
  const ParsedFloat real = ParseFloat(text.substr(0, split));
  const ParsedFloat imaginary = ParseFloat(text.substr(split, text.size() - split - 1));
  if (real.result != FloatResult::kOk || imaginary.result != FloatResult::kOk) {
    result.error = "bad complex number " + std::string(text);
    return result;
  }
  result.number.is_complex = true;
  result.number.complex = {real.value, imaginary.value};
  SimplifyComplex(result.number);
  return result;
}

NumberResult ParseRuneConstant(std::string_view text) {
  NumberResult result;
  std::size_t at = 1;
  const auto rune = Unescape(text, at, '\'');
  if (!rune || text.substr(at) != "'") {
    result.error = "bad character constant " + std::string(text);
    return result;
  }
  Number& number = result.number;
  number.is_int = number.is_uint = number.is_float = true;
  number.integer = static_cast<std::int64_t>(rune->rune);
  number.unsigned_integer = rune->rune;
  number.floating = static_cast<double>(rune->rune);
  return result;
}

std::optional<std::string> Unquote(std::string_view quoted) {
  std::string out;
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (quoted[0] == '`') {
    for (const char c : inside) {
      if (c != '\r') out += c;
    }
    return out;
  }
  for (std::size_t at = 0; at < inside.size();) {
    const auto unescaped = Unescape(inside, at, '"');
    if (!unescaped) return std::nullopt;
    if (unescaped->is_byte) {
      out += static_cast<char>(static_cast<unsigned char>(unescaped->rune));
    } else {
      AppendRune(unescaped->rune, out);
    }
  }
  return out;
}

std::int64_t ToInt64(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(value >= -kLimit && value < kLimit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

}  // namespace promql::tmpl

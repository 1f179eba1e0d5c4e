// SPDX-License-Identifier: Apache-2.0
// Numbers and quoted text as Go writes them.
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "promql/template/number.h"

namespace promql::tmpl {
namespace {

void AppendHexDigits(std::uint64_t value, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[value >> static_cast<unsigned>(shift) & 0xFU];
}

void AppendEscapedRune(Rune rune, char quote, QuoteStyle style, std::string& out) {
  if (rune == static_cast<Rune>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
    return;
  }
  if (style == QuoteStyle::kAscii ? rune < 0x80 && IsPrint(rune) : IsPrint(rune)) {
    AppendRune(rune, out);
    return;
  }
  switch (rune) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  if (rune < ' ' || rune == 0x7F) {
    out += "\\x";
    AppendHexDigits(rune, 2, out);
  } else if (rune < 0x10000) {
    out += "\\u";
    AppendHexDigits(rune, 4, out);
  } else {
    out += "\\U";
    AppendHexDigits(rune, 8, out);
  }
}

// 0x1.8p+03: one bit, hexadecimal digits, the exponent of two in at least two digits; rounds half
// to even.
void AppendHexFloat(double value, char format, int precision, std::string& out) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if ((bits >> 63U) != 0) out += '-';
  auto exponent = static_cast<int>(bits >> 52U & 0x7FFU);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52U) - 1);
  exponent == 0 ? void(++exponent) : void(mantissa |= std::uint64_t{1} << 52U);
  exponent = mantissa == 0 ? 0 : exponent - 1023;
  mantissa <<= 8U;  // the leading bit is bit 60
  while (mantissa != 0 && (mantissa >> 60U) == 0) {
    mantissa <<= 1U;
    --exponent;
  }
  if (precision >= 0 && precision < 15) {
    const auto kept = static_cast<unsigned>(precision) * 4;
    const std::uint64_t rest = (mantissa << kept) & ((std::uint64_t{1} << 60U) - 1);
    mantissa >>= 60 - kept;
    if ((rest | (mantissa & 1U)) > std::uint64_t{1} << 59U) ++mantissa;
    mantissa <<= 60 - kept;
    if ((mantissa >> 61U) != 0) {
      mantissa >>= 1U;
      ++exponent;
    }
  }
  const std::string_view digits = format == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  out += format == 'X' ? "0X" : "0x";
  out += digits[mantissa >> 60U & 1U];
  mantissa <<= 4U;
  if (precision > 0 || (precision < 0 && mantissa != 0)) out += '.';
  for (int i = 0; precision < 0 ? mantissa != 0 : i < precision; ++i, mantissa <<= 4U)
    out += digits[mantissa >> 60U];
  out += format == 'X' ? "P" : "p";
  out += exponent < 0 ? '-' : '+';
  exponent = std::abs(exponent);
  if (exponent < 10) out += '0';
  AppendInt(exponent, out);
}

// 4503599627370496p-52: the mantissa as an integer and the exponent of two.
void AppendBinaryFloat(double value, std::string& out) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const bool negative = (bits >> 63U) != 0;
  auto exponent = static_cast<int>(bits >> 52U & 0x7FFU);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52U) - 1);
  if (exponent == 0) {
    exponent = 1;
  } else {
    mantissa |= std::uint64_t{1} << 52U;
  }
  exponent -= 1023 + 52;
  if (negative) out += '-';
  AppendInt(static_cast<std::int64_t>(mantissa), out);
  out += 'p';
  if (exponent >= 0) out += '+';
  AppendInt(exponent, out);
}

}  // namespace

void AppendFloat(double value, char format, int precision, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Inf" : "+Inf";
    return;
  }
  if (format == 'b') return AppendBinaryFloat(value, out);
  if (format == 'x' || format == 'X') return AppendHexFloat(value, format, precision, out);
  std::array<char, 1600> buffer;
  char* const first = buffer.data();
  char* const last = first + buffer.size();
  const auto put = [&](const std::to_chars_result& result) {
    const std::size_t start = out.size();
    out.append(first, static_cast<std::size_t>(result.ptr - first));
    if (format == 'E' || format == 'G') {
      for (std::size_t i = start; i < out.size(); ++i) out[i] = out[i] == 'e' ? 'E' : out[i];
    }
  };
  // No double has more than 1,074 digits behind the point: the rest are zeros.
  constexpr int kMost = 1100;
  if (format == 'f' || format == 'F') {
    put(precision < 0 ? std::to_chars(first, last, value, std::chars_format::fixed)
                      : std::to_chars(first, last, value, std::chars_format::fixed,
                                      std::min(precision, kMost)));
    if (precision > kMost) out.append(static_cast<std::size_t>(precision - kMost), '0');
    return;
  }
  if (format == 'e' || format == 'E') {
    put(precision < 0 ? std::to_chars(first, last, value, std::chars_format::scientific)
                      : std::to_chars(first, last, value, std::chars_format::scientific,
                                      std::min(precision, kMost)));
    if (precision > kMost)
      out.insert(out.rfind(format), static_cast<std::size_t>(precision - kMost), '0');
    return;
  }
  if (precision >= 0)
    return put(std::to_chars(first, last, value, std::chars_format::general,
                             std::min(precision == 0 ? 1 : precision, kMost)));
  // Shortest: Go goes to an exponent from 1e6 on and below 1e-4, whatever is shorter.
  const auto scientific = std::to_chars(first, last, value, std::chars_format::scientific);
  const std::string_view text(first, static_cast<std::size_t>(scientific.ptr - first));
  int exponent = 0;
  const std::size_t mark = text.find('e');
  std::from_chars(first + mark + (text[mark + 1] == '+' ? 2 : 1), scientific.ptr, exponent);
  if (exponent < -4 || exponent >= 6) return put(scientific);
  put(std::to_chars(first, last, value, std::chars_format::fixed));
}

void AppendInt(std::int64_t value, std::string& out) {
  std::array<char, 24> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
}

void AppendQuoted(std::string_view text, char quote, QuoteStyle style, std::string& out) {
  out += quote;
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    if (decoded.rune == kRuneError && decoded.size == 1) {
      out += "\\x";
      AppendHexDigits(static_cast<unsigned char>(text[0]), 2, out);
    } else {
      AppendEscapedRune(decoded.rune, quote, style, out);
    }
    text.remove_prefix(decoded.size);
  }
  out += quote;
}

void AppendQuotedRune(Rune rune, QuoteStyle style, std::string& out) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) rune = kRuneError;
  out += '\'';
  AppendEscapedRune(rune, '\'', style, out);
  out += '\'';
}

bool CanBackquote(std::string_view text) {
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    if (decoded.size > 1
            ? decoded.rune == 0xFEFF
            : decoded.rune == kRuneError || (decoded.rune < ' ' && decoded.rune != '\t') ||
                  decoded.rune == '`' || decoded.rune == 0x7F) {
      return false;
    }
    text.remove_prefix(decoded.size);
  }
  return true;
}

}  // namespace promql::tmpl

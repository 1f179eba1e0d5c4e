// SPDX-License-Identifier: Apache-2.0
// Numbers and quoted text as Go reads and writes them (package strconv).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/template/ast.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {

enum class FloatResult : std::uint8_t { kOk, kSyntax, kRange };
struct ParsedFloat {
  double value = 0;
  FloatResult result = FloatResult::kSyntax;
};
// Decimal, hexadecimal (0x1p4), underscores between digits behind a prefix or not, inf, infinity,
// nan in any case.
[[nodiscard]] ParsedFloat ParseFloat(std::string_view text);

// Base 0: 0x, 0o, 0b, a leading 0 and underscores count. Nothing when it is no number or out of
// range.
[[nodiscard]] std::optional<std::int64_t> ParseInt(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> ParseUint(std::string_view text);

// A constant of the language: 12, 0x1f, 1.5, 2i, 1+2i, 'a'.
struct NumberResult {
  Number number;
  std::string error;  // empty when fine
};
[[nodiscard]] NumberResult ParseNumber(std::string_view text);
[[nodiscard]] NumberResult ParseComplexNumber(std::string_view text);
[[nodiscard]] NumberResult ParseRuneConstant(std::string_view text);

// The text inside "…" or `…`; nothing when an escape is wrong.
[[nodiscard]] std::optional<std::string> Unquote(std::string_view quoted);

// Appends the number in format e, E, f, g, G, b, x or X; precision -1 takes the fewest digits that
// read back.
void AppendFloat(double value, char format, int precision, std::string& out);
void AppendInt(std::int64_t value, std::string& out);

enum class QuoteStyle : std::uint8_t { kUnicode, kAscii };
void AppendQuoted(std::string_view text, char quote, QuoteStyle style, std::string& out);
void AppendQuotedRune(Rune rune, QuoteStyle style, std::string& out);
[[nodiscard]] bool CanBackquote(std::string_view text);

// What a float becomes as a 64-bit integer on x86-64: the least one when it does not fit.
[[nodiscard]] std::int64_t ToInt64(double value);

}  // namespace promql::tmpl

// SPDX-License-Identifier: Apache-2.0
// UTF-8 and the Unicode facts that Go's text functions rest on (version 15). A rune is a code
// point; bytes that are no UTF-8 decode one by one to U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace promql::tmpl {

using Rune = char32_t;
inline constexpr Rune kRuneError = 0xFFFD;

struct Decoded {
  Rune rune = kRuneError;
  std::size_t size = 0;  // bytes; 0 at the end of the text
};

[[nodiscard]] Decoded DecodeRune(std::string_view text);
void AppendRune(Rune rune,
                std::string& out);  // surrogates and what is beyond Unicode become U+FFFD
[[nodiscard]] std::size_t CountRunes(std::string_view text);

[[nodiscard]] bool IsLetterOrDigit(Rune rune);  // or underscore: what identifiers are made of
[[nodiscard]] bool IsPrint(Rune rune);
[[nodiscard]] bool IsSpace(Rune rune);

[[nodiscard]] std::string ToUpper(std::string_view text);
[[nodiscard]] std::string ToLower(std::string_view text);
[[nodiscard]] std::string_view TrimSpace(std::string_view text);

// What becomes of the letters of a word after its first one.
enum class TitleRest : std::uint8_t { kKeep, kLower };
[[nodiscard]] std::string ToTitle(std::string_view text, TitleRest rest);

}  // namespace promql::tmpl

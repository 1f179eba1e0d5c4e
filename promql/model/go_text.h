// SPDX-License-Identifier: Apache-2.0
// Text as Go treats it: UTF-8 runes, white space, printable characters (Unicode 15), double-quoted
// strings. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace promql {

struct Rune {
  char32_t value = 0xfffd;
  std::size_t width = 0;  // bytes; 0 at the end of the text, 1 for an invalid byte (value U+FFFD)
  bool is_valid = false;
};

// The first rune of `text`.
[[nodiscard]] Rune DecodeRune(std::string_view text);
void AppendRune(std::string& text,
                char32_t rune);  // surrogates and values past U+10FFFF become U+FFFD
[[nodiscard]] bool IsValidUtf8(std::string_view text);

// unicode.IsSpace and unicode.IsPrint.
[[nodiscard]] bool IsSpace(char32_t rune);
[[nodiscard]] bool IsPrint(char32_t rune);

// Without leading and trailing IsSpace.
[[nodiscard]] std::string_view TrimSpace(std::string_view text);

// strconv.Quote: in double quotes, what does not print escaped.
[[nodiscard]] std::string Quote(std::string_view text);

// The inverse for a double-quoted Go string, quotes included; nothing when it is none. All of Go's
// escapes; no `\'`, no raw line feed. The result may hold invalid UTF-8 (`"\xff"`).
[[nodiscard]] std::optional<std::string> Unquote(std::string_view quoted);

}  // namespace promql

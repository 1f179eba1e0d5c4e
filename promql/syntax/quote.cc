// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/quote.h"

#include <algorithm>

#include "promql/model/go_text.h"
#include "promql/syntax/characters.h"

namespace promql {
void AppendQuoted(std::string_view text, std::string& out) {
  const auto is_plain = [](char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; };
  if (!std::ranges::all_of(text, is_plain)) {
    out += Quote(text);
    return;
  }
  out.push_back('"');
  out += text;
  out.push_back('"');
}

bool HasEscapes(std::string_view quoted) {
  return quoted.front() != '`' && quoted.find('\\') != std::string_view::npos;
}

std::size_t Unquote(std::string_view quoted, char* out) {
  const std::string_view body = quoted.substr(1, quoted.size() - 2);
  if (!HasEscapes(quoted)) {
    std::ranges::copy(body, out);
    return body.size();
  }
  char* const begin = out;
  for (std::size_t at = 0; at < body.size(); ++at) {
    if (body[at] != '\\') {
      *out++ = body[at];
      continue;
    }
    const char c = body[++at];
    // Reads `count` digits from `first` on and leaves `at` on the last of them.
    const auto digits = [&](std::size_t first, std::size_t count, char32_t base) {
      char32_t value = 0;
      for (std::size_t i = first; i < first + count; ++i)
        value = value * base + static_cast<char32_t>(HexDigit(body[i]));
      at = first + count - 1;
      return value;
    };
    if (c == 'u' || c == 'U') {
      std::string rune;
      AppendRune(rune, digits(at + 1, c == 'u' ? 4 : 8, 16));
      out = std::ranges::copy(rune, out).out;
    } else if (c == 'x') {
      *out++ = static_cast<char>(digits(at + 1, 2, 16));
    } else if (c >= '0' && c <= '7') {
      *out++ = static_cast<char>(digits(at, 3, 8));
    } else if (const std::size_t letter = std::string_view("abfnrtv").find(c);
               letter != std::string_view::npos) {
      *out++ = "\a\b\f\n\r\t\v"[letter];
    } else {
      *out++ = c;
    }
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace promql

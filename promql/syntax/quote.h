// SPDX-License-Identifier: Apache-2.0
// Strings between quotes: written as Go writes them (so as Prometheus prints them), read as PromQL
// reads them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace promql {

// Between double quotes, as Quote of promql/model/go_text.h.
void AppendQuoted(std::string_view text, std::string& out);

// Whether a quoted string has escape sequences, so that its value is not just the text between the
// quotes.
[[nodiscard]] bool HasEscapes(std::string_view quoted);
// Writes the value of a string with its quotes, which the lexer has found well formed, and returns
// its length: at most that of the text between the quotes.
std::size_t Unquote(std::string_view quoted, char* out);

}  // namespace promql

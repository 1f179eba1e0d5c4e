// SPDX-License-Identifier: Apache-2.0
// Any bytes → text that is safe where it is shown: valid UTF-8, one line where one line is meant,
// nothing that moves a cursor or ends an attribute. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/finding.h"

namespace promql::report {

// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string CleanUtf8(std::string_view text);
// At most so many bytes, cut between characters, `…` behind what was cut.
[[nodiscard]] std::string Cut(std::string_view text, std::size_t most_bytes);

// For terminals and logs: what does not print, line feeds among it, is shown as an escape
// (`\u001b`).
[[nodiscard]] std::string OneLine(std::string_view text);
// The same, except that lines stay lines.
[[nodiscard]] std::vector<std::string> Lines(std::string_view text);
// Message, details and advice, a paragraph each; as they are.
[[nodiscard]] std::string FullText(const lint::Finding& finding);

// Columns of a terminal that a character takes: 0, 1 or 2.
[[nodiscard]] std::size_t Width(char32_t rune);
[[nodiscard]] std::size_t Width(std::string_view text);
// Lines of at most `width` columns, broken between words; a word that is longer stays whole.
[[nodiscard]] std::vector<std::string> Wrap(std::string_view line, std::size_t width);

// For text and attributes alike; characters that XML 1.0 does not know become U+FFFD.
[[nodiscard]] std::string Xml(std::string_view text);

// A path as a relative URI reference; absolute paths as file: URIs.
[[nodiscard]] std::string PathUri(std::string_view path);
// Without `./` in front.
[[nodiscard]] std::string_view PlainPath(std::string_view path);

}  // namespace promql::report

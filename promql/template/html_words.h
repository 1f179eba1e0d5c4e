// SPDX-License-Identifier: Apache-2.0
// Words of HTML, JavaScript and CSS that decide how values are escaped. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace promql::tmpl {

enum class HtmlContent : std::uint8_t {
  kPlain,
  kUrl,
  kStyle,
  kScript,
  kSourceSet,
  kHtml,
  kUnsafe,  // changes how other content is read
};

// What an attribute holds, by its name in lower case.
[[nodiscard]] HtmlContent ContentOfAttribute(std::string_view name);
// Whether <script type="…"> holds JavaScript or JSON.
[[nodiscard]] bool IsScriptType(std::string_view mime_type);
// return, typeof …: a slash behind it starts a regular expression.
[[nodiscard]] bool ComesBeforeRegex(std::string_view word);

[[nodiscard]] std::string_view TrimScriptSpaceRight(std::string_view text);
[[nodiscard]] bool IsHtmlSpace(char c);  // blank, tab, line feed, form feed, CR
[[nodiscard]] bool IsAsciiAlnum(char c);
[[nodiscard]] bool IsHexDigit(char c);
[[nodiscard]] bool IsScriptNameChar(char c);
[[nodiscard]] bool IsStyleNameChar(char32_t rune);

[[nodiscard]] std::string AsciiLower(std::string_view text);
[[nodiscard]] bool EqualsIgnoringCase(std::string_view a, std::string_view lower);

// Backslash escapes of CSS undone.
[[nodiscard]] std::string DecodeStyle(std::string_view text);
// Entities undone. Named ones beyond ASCII become U+FFFD: where they stand matters, not which they
// are.
[[nodiscard]] std::string DecodeEntities(std::string_view text);

}  // namespace promql::tmpl

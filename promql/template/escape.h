// SPDX-License-Identifier: Apache-2.0
// Text made safe for other languages, exactly as Go's template functions and packages do it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace promql::tmpl {

void AppendHtmlEscaped(std::string_view text, std::string& out);
void AppendJsEscaped(std::string_view text, std::string& out);
// As in a query: blanks become +.
void AppendQueryEscaped(std::string_view text, std::string& out);
[[nodiscard]] std::optional<std::string> QueryUnescape(std::string_view text);

// The URL alphabet, with padding. Decoding skips line breaks.
[[nodiscard]] std::string Base64UrlEncode(std::string_view text);
[[nodiscard]] std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace promql::tmpl

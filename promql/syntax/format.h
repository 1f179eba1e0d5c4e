// SPDX-License-Identifier: Apache-2.0
// Expressions laid out for people: comments, literals and the order of matchers stay as written,
// only space between words changes, and brackets around nothing go. Formatting what is formatted
// changes nothing.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "promql/syntax/options.h"
#include "promql/syntax/types.h"

namespace promql {

// Lines are at most `width` wide where that is possible. Without a line feed at the end. Where the
// layout would not mean the same (a form that Prometheus' grammar cannot write), the text comes
// back as it was.
[[nodiscard]] std::expected<std::string, SyntaxErrors> FormatExpression(
    std::string_view text, std::size_t width = 100, const ParseOptions& options = {});

}  // namespace promql

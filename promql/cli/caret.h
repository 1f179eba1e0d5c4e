// SPDX-License-Identifier: Apache-2.0
// A mistake in a text of the command line, shown in it.
#pragma once

#include <cstddef>
#include <string_view>

namespace promql::cli {

// On standard error: line:column: message, the line, and carets under the bytes from `start` up to
// `end`, of its first line only. Columns are code points.
void PrintCaret(std::string_view text, std::size_t start, std::size_t end,
                std::string_view message);

}  // namespace promql::cli

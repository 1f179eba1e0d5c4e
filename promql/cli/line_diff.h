// SPDX-License-Identifier: Apache-2.0
// The difference of two texts as `diff -u` and `patch` know it. Pure; time grows with size and
// number of differences (Myers, An O(ND) Difference Algorithm, 1986), and beyond a limit the
// changed stretch is shown as replaced whole.
#pragma once

#include <string>
#include <string_view>

namespace promql::cli {

// Empty when the texts are equal. `name` may hold anything; a line feed in it is escaped.
[[nodiscard]] std::string UnifiedDiff(std::string_view name, std::string_view before,
                                      std::string_view after);

}  // namespace promql::cli

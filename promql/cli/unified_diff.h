// SPDX-License-Identifier: Apache-2.0
// Edits of a text as a unified diff, as `patch` and `git apply` read it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "promql/rulefile/format.h"

namespace promql::cli {

// `edits` are in order and apart from each other. Empty when nothing changes.
[[nodiscard]] std::string UnifiedDiff(const std::string& path, std::string_view content,
                                      std::span<const rulefile::Edit> edits);

}  // namespace promql::cli

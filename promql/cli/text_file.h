// SPDX-License-Identifier: Apache-2.0
// Whole files in and out.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace promql::cli {

// The bytes of a file, or of standard input for `-`; else what hinders.
[[nodiscard]] std::expected<std::string, std::string> ReadWhole(const std::string& path);

// Puts new content in the place of a file's at once: who reads it sees the old or the new. Keeps
// permissions and, where that is allowed, the owner; behind a symbolic link the target is replaced.
[[nodiscard]] std::expected<void, std::string> ReplaceWhole(const std::string& path,
                                                            std::string_view content);

}  // namespace promql::cli

// SPDX-License-Identifier: Apache-2.0
// Whole files in and out. Failures are reasons in words: "permission denied".
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace promql::cli {

// `-` is standard input. Folders, devices without an end and files of more than `most_bytes` are
// refused.
[[nodiscard]] std::expected<std::string, std::string> ReadWholeFile(const std::string& path,
                                                                    std::size_t most_bytes);

// Another name first, then renamed, so that a reader sees the old or the new text and nothing else;
// mode and, where we may, owner stay. What a symbolic link points at is replaced, not the link;
// what is no plain file (/dev/stderr) is written to.
[[nodiscard]] std::expected<void, std::string> ReplaceFile(const std::string& path,
                                                           std::string_view text);

// A text at the end of a file, which comes to be if need be.
[[nodiscard]] std::expected<void, std::string> AppendFile(const std::string& path,
                                                          std::string_view text);

// Standard output, whole; false when nobody takes it.
[[nodiscard]] bool WriteStdout(std::string_view text);

}  // namespace promql::cli

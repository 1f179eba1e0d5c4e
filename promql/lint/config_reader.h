// SPDX-License-Identifier: Apache-2.0
// `.promwarden-lint.yaml` → Config. Everything that is wrong is said at once, with line and column:
// unknown and repeated keys, values of another kind, ids of checks that do not exist. No
// environment is read and no file but the text given.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/config.h"

namespace promql::lint {

inline constexpr std::string_view kConfigFileName = ".promwarden-lint.yaml";

struct ConfigProblem {
  std::string file;
  std::uint32_t line = 0;    // 1-based; 0: of the file as a whole
  std::uint32_t column = 0;  // 1-based, in code points
  std::string message;       // lower case, no full stop
  std::string source_line;
};

// "file:2:3: message", the line and a caret below it.
[[nodiscard]] std::string Format(const ConfigProblem& problem);

// `ids` are those of the checks that exist.
[[nodiscard]] std::expected<Config, std::vector<ConfigProblem>> ReadConfig(
    std::string_view text, std::string file, std::span<const std::string_view> ids);

// `3.5`, `v3.5.1`; nothing for anything else.
[[nodiscard]] std::optional<Version> ParseVersion(std::string_view text);

// The JSON schema of the file, for editors.
[[nodiscard]] std::string_view ConfigSchema();

// Section → its keys, as the reader knows them; for the tests that hold CONFIG.md and the schema
// against it.
using KnownKeys = std::map<std::string, std::vector<std::string_view>, std::less<>>;
[[nodiscard]] KnownKeys KnownConfigKeys();

// The one of `known` that `text` most likely means; empty when none is near.
[[nodiscard]] std::string_view Nearest(std::string_view text,
                                       std::span<const std::string_view> known);

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree that knows where everything stands. Aliases are copied; depth and size
// with aliases expanded are limited, so that a hostile document is an error.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace promql::lint {

struct ConfigNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  bool is_quoted = false;
  std::string text;               // of a scalar
  std::vector<ConfigNode> items;  // of a list; of a map key, value, key, value …
  std::uint32_t line = 0;         // 1-based
  std::uint32_t column = 0;       // 1-based, in code points
};

struct ConfigNodeError {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string message;
};

// Null for a text without a document.
[[nodiscard]] std::expected<ConfigNode, ConfigNodeError> ParseConfigNode(std::string_view text);

}  // namespace promql::lint

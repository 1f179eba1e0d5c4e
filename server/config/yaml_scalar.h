// SPDX-License-Identifier: Apache-2.0
// What a scalar means, as Go's yaml.v2 resolves it: YAML 1.1 with its booleans (`yes`, `on`), octal
// and hexadecimal numbers, underscores in numbers. Quoted text is text.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "server/config/yaml_node.h"

namespace warden {

struct YamlNull {
  friend bool operator==(YamlNull, YamlNull) = default;
};

using YamlValue = std::variant<YamlNull, bool, std::int64_t, std::uint64_t, double, std::string>;

// `node` is a scalar.
[[nodiscard]] YamlValue Resolve(const YamlNode& node);

// A node as JSON text, strings kept as they are (they may be templates). Keys are text. Invalid
// numbers become strings.
[[nodiscard]] std::string ToJson(const YamlNode& node);

}  // namespace warden

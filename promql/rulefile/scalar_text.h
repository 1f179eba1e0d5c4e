// SPDX-License-Identifier: Apache-2.0
// Writing texts as YAML scalars of one line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "promql/rulefile/text.h"

namespace promql::rulefile {

enum class YamlContext : std::uint8_t { kBlock, kFlow };

// In the given style where it can say this, plain texts in single quotes where they need them.
// Nothing for line feeds in other than double quotes, and for block styles.
[[nodiscard]] std::optional<std::string> SpellScalar(std::string_view text, Style style,
                                                     YamlContext context);

}  // namespace promql::rulefile

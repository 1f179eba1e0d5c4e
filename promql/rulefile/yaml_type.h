// SPDX-License-Identifier: Apache-2.0
// What a scalar means to Go's yaml.v3: YAML 1.2's booleans and null, YAML 1.1's numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/rulefile/text.h"

namespace promql::rulefile {

[[nodiscard]] YamlType TypeOfPlain(std::string_view text);

// As Go decodes a scalar into an int: fractions are cut off, what does not fit is nothing.
[[nodiscard]] std::optional<std::int64_t> ReadInteger(std::string_view text);

// The bytes of `!!binary`; nothing when it is no base64.
[[nodiscard]] std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace promql::rulefile

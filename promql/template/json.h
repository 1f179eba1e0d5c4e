// SPDX-License-Identifier: Apache-2.0
// Values as JSON, byte for byte as Go's encoding/json writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "promql/template/value.h"

namespace promql::tmpl {

// Nothing for what JSON cannot hold: NaN, infinities, complex numbers, times beyond the year 9999.
[[nodiscard]] std::optional<std::string> ToJson(const Value& value);

// Each byte that is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string ToValidUtf8(std::string_view text);

}  // namespace promql::tmpl

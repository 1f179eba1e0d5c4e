// SPDX-License-Identifier: Apache-2.0
// JSON → the values that templates run over.
#pragma once

#include <string_view>

#include "promql/template/value.h"

namespace promql::cli {

// No value when it is no JSON, is nested too deeply, or holds an integer past 64 bits. A number
// without point and exponent is an int. The arena owns what the value refers to.
[[nodiscard]] tmpl::Value ReadJson(std::string_view text, tmpl::Arena& arena);

}  // namespace promql::cli

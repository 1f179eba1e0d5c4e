// SPDX-License-Identifier: Apache-2.0
// Where libyaml refuses what Go's port of it takes: the same text with harmless bytes in the place
// that it stumbles over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "promql/rulefile/problem.h"

namespace promql::rulefile {

// Of the same length; the replaced bytes stand outside of scalars or are letters of one, whose true
// bytes the caller knows. Nothing when Go's port would refuse it too.
[[nodiscard]] std::optional<std::string> Mend(std::string_view text, const Problem& error);

}  // namespace promql::rulefile

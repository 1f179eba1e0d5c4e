// SPDX-License-Identifier: Apache-2.0
// Bytes of a rule file → what findings carry: lines, columns and the source to show.
#pragma once

#include <string_view>
#include <vector>

#include "promql/lint/context.h"
#include "promql/lint/finding.h"

namespace promql::lint {

[[nodiscard]] Place PlaceIn(const FileContext& file, rulefile::Source at);
// The first kMostSourceLines lines of the place.
[[nodiscard]] std::vector<SourceLine> LinesAt(const FileContext& file, const Place& place);
[[nodiscard]] std::string_view TextAt(const FileContext& file, rulefile::Source at);

}  // namespace promql::lint

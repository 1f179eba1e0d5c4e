// SPDX-License-Identifier: Apache-2.0
// Findings' fixes → the text of their file with them applied. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "promql/lint/finding.h"

namespace promql::lint {

enum class FixChoice : std::uint8_t { kSafe, kAll };

struct FixedText {
  std::string text;
  std::size_t applied = 0;  // findings
  std::size_t left =
      0;  // findings whose fix would touch what another one changed: the next round's
};

// The first fix of each finding that the choice allows, whole or not at all, in the order of
// findings. `content` is the file as it was checked.
[[nodiscard]] FixedText ApplyFixes(std::string_view content, std::span<const Finding> findings,
                                   FixChoice choice);

}  // namespace promql::lint

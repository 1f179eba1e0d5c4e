// SPDX-License-Identifier: Apache-2.0
// Which rules read what others record. A value that borrows the project.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "promql/lint/context.h"

namespace promql::lint {

struct RuleGraph {
  struct Edge {
    std::size_t reader = 0;    // in `rules`
    std::size_t producer = 0;  // in `rules`; records `metric`
    std::string_view metric;
  };
  std::vector<const RuleContext*> rules;  // in the order of files
  std::vector<Edge> edges;                // by reader, each once
};

// By exact names: a selector without one reads whatever it reads.
[[nodiscard]] RuleGraph GraphOf(const Project& project);

}  // namespace promql::lint

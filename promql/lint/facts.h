// SPDX-License-Identifier: Apache-2.0
// What is worked out once a rule and shared by its checks.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "promql/analysis/facts.h"
#include "promql/analysis/units.h"
#include "promql/lint/context.h"

namespace promql::lint {

struct RuleFacts {
  std::optional<std::vector<TemplateText>> templates;
  std::optional<analysis::Facts> expression;
  std::optional<analysis::Units> units;
};

}  // namespace promql::lint

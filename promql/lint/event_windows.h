// SPDX-License-Identifier: Apache-2.0
// Functions over windows, as the checks that speak of them see them.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "promql/lint/context.h"
#include "promql/syntax/ast.h"

namespace promql::lint {

// One call of a function over a range: rate(x[5m]), max_over_time(x[1h:1m]).
struct WindowCall {
  const Expr* call = nullptr;
  const Expr* argument = nullptr;           // the range selector or subquery
  const VectorSelector* selector = nullptr;  // null for subqueries
  std::string_view function;
  Duration window{0};  // 0: computed when the query runs
};

// Of the whole expression, or of a part of it; in the order of the text.
[[nodiscard]] std::vector<WindowCall> WindowCallsIn(const RuleContext& rule);
[[nodiscard]] std::vector<WindowCall> WindowCallsIn(const RuleContext& rule, const Expr& part);

// Whether the function tells how much happened in its window: increase, changes, resets, delta …
[[nodiscard]] bool CountsEvents(std::string_view function);
// Whether it needs two samples in its window: rate and its like.
[[nodiscard]] bool NeedsTwoSamples(std::string_view function);

}  // namespace promql::lint

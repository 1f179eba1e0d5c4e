// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/event_windows.h"

#include <algorithm>
#include <array>

#include "promql/syntax/walk.h"

namespace promql::lint {

Duration LengthOf(const DurationValue& duration) {
  return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(duration.nanoseconds));
}

std::vector<WindowCall> WindowCallsIn(const Expr& root) {
  std::vector<WindowCall> calls;
  Walk(root, [&](const Expr& node) {
    const Call* call = node.As<Call>();
    if (call == nullptr) return;
    for (const Expr* argument : call->args) {
      const Expr* inner = argument;
      while (const ParenExpr* paren = inner->As<ParenExpr>()) inner = paren->inner;
      if (const MatrixSelector* matrix = inner->As<MatrixSelector>()) {
        calls.push_back({&node, inner, matrix->selector->As<VectorSelector>(),
                         call->function->name, LengthOf(matrix->range)});
      } else if (const Subquery* subquery = inner->As<Subquery>()) {
        calls.push_back({&node, inner, nullptr, call->function->name, LengthOf(subquery->range)});
      }
    }
  });
  return calls;
}

bool CountsEvents(std::string_view function) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"increase", "xincrease", "changes", "resets", "delta", "idelta"});
  return std::ranges::find(kNames, function) != kNames.end();
}

bool NeedsTwoSamples(std::string_view function) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"});
  return std::ranges::find(kNames, function) != kNames.end();
}

}  // namespace promql::lint

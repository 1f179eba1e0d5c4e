// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/event_windows.h"

#include <algorithm>
#include <array>

#include "promql/analysis/facts.h"

namespace promql::lint {

std::vector<WindowCall> WindowCallsIn(const RuleContext& rule) {
  return WindowCallsIn(rule, *rule.expr());
}

std::vector<WindowCall> WindowCallsIn(const RuleContext& rule, const Expr& part) {
  std::vector<WindowCall> calls;
  for (const analysis::Window& window : rule.expression_facts().ranges.windows) {
    if (window.function == nullptr) continue;
    const Span span = window.function->span;
    if (span.start < part.span.start || span.end > part.span.end) continue;
    const MatrixSelector* matrix = window.expr->As<MatrixSelector>();
    calls.push_back({window.function, window.expr,
                     matrix == nullptr ? nullptr : matrix->selector->As<VectorSelector>(),
                     window.function->As<Call>()->function->name,
                     std::chrono::duration_cast<Duration>(window.range.value_or(Duration{0}))});
  }
  return calls;
}

bool CountsEvents(std::string_view function) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"increase", "changes", "resets", "delta", "idelta"});
  return std::ranges::find(kNames, function) != kNames.end();
}

bool NeedsTwoSamples(std::string_view function) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"});
  return std::ranges::find(kNames, function) != kNames.end();
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
// Alerts that fire whenever their query returns anything, and it always does.
#include <string>

#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/choosing.h"
#include "promql/lint/edits.h"

namespace promql::lint::checks {
namespace {

using analysis::Condition;
using analysis::Unwrapped;

bool IsNumber(const Expr& expr) { return Unwrapped(expr).type == ValueType::kScalar; }

}  // namespace

void AlertNoCondition(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert() || IsNumber(*rule.expr())) return;
  for (const Condition& condition : analysis::SplitAlert(*rule.expr()).conditions) {
    if (!condition.comparisons.empty() || condition.is_absence) continue;
    if (!condition.also.empty() || !condition.unless.empty()) continue;
    if (MayBeEmptyWhenWell(rule, *condition.observed)) continue;
    sink.Add({.at = rule.At(*condition.observed),
              .message = "nothing is compared: the alert fires for every series that this returns, "
                         "whatever its value",
              .details = "a sum, a rate or a metric that is always there returns 0 when all is well, "
                         "and 0 fires as well as 1",
              .advice = "compare with the value that is wrong, for example > 0"});
  }
}

// `> bool` returns 0 or 1 for every series, and both fire.
void AlertBool(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  for (const Condition& condition : analysis::SplitAlert(*rule.expr()).conditions) {
    if (condition.comparisons.empty()) continue;
    const analysis::Comparison& last = condition.comparisons.back();
    if (!last.returns_bool || !condition.also.empty()) continue;
    const BinaryExpr* binary = last.expr->As<BinaryExpr>();
    Draft draft;
    draft.at = rule.At(*last.expr);
    draft.message = "'bool' turns the comparison into 0 or 1, and an alert fires for both";
    draft.advice = "take 'bool' away";
    const Span between{binary->lhs->span.end, binary->rhs->span.start};
    const std::string_view text = rule.Written(between);
    if (const auto at = text.find("bool"); at != std::string_view::npos) {
      const auto begin = between.start + static_cast<std::uint32_t>(at);
      const bool has_space = at > 0 && text[at - 1] == ' ';
      if (auto edit = Replacement(rule, {begin - (has_space ? 1 : 0), begin + 4}, "")) {
        draft.fixes.push_back({"take 'bool' away", false, {std::move(*edit)}});
      }
    }
    sink.Add(std::move(draft));
  }
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// Expressions that say something else than most readers take them for.
#include <cmath>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

const BinaryExpr* BinaryIn(const Expr& expr) { return expr.As<BinaryExpr>(); }

bool IsEquality(BinaryOp op) { return op == BinaryOp::kEqual || op == BinaryOp::kNotEqual; }

// Whether a value comes out of a division or a mean, and so is hardly ever exactly a number.
bool IsMeasured(const Expr& expr) {
  const Expr& inner = analysis::Unwrapped(expr);
  if (const BinaryExpr* binary = inner.As<BinaryExpr>()) {
    if (binary->op == BinaryOp::kDiv) return true;
    const bool scales = binary->op == BinaryOp::kMul &&
                        (analysis::NumberIn(*binary->rhs) || analysis::NumberIn(*binary->lhs));
    return scales && (IsMeasured(*binary->lhs) || IsMeasured(*binary->rhs));
  }
  if (const AggregateExpr* aggregate = inner.As<AggregateExpr>()) {
    if (aggregate->op == AggregateOp::kStddev || aggregate->op == AggregateOp::kStdvar) return true;
    return aggregate->op == AggregateOp::kSum && IsMeasured(*aggregate->operand);
  }
  const Call* call = inner.As<Call>();
  if (call == nullptr) return false;
  const std::string_view name = call->function->name;
  return name == "rate" || name == "irate" || name == "deriv" || name == "histogram_quantile" ||
         name == "predict_linear";
}

}  // namespace

void NamelessSelector(const RuleContext& rule, Sink& sink) {
  for (const analysis::MetricUse& use : rule.expression_facts().names.metrics) {
    if (use.naming != analysis::Naming::kNameless) continue;
    sink.Add({.at = rule.At(*use.selector),
              .message = "this selector names no metric: it reads every series that has these labels",
              .details = "Prometheus cannot know on which rules of the group it depends, and "
                         "evaluates all of them one after another",
              .advice = "name the metric, or match __name__"});
  }
}

// a and b or c unless d: `and` and `unless` bind more strongly than `or`.
void Precedence(const RuleContext& rule, Sink& sink) {
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const BinaryExpr* outer = BinaryIn(*node);
    if (outer == nullptr) continue;
    for (const Expr* operand : {outer->lhs, outer->rhs}) {
      const BinaryExpr* inner = BinaryIn(*operand);
      if (inner == nullptr) continue;
      const bool mixes_sets =
          outer->op == BinaryOp::kOr &&
          (inner->op == BinaryOp::kAnd || inner->op == BinaryOp::kUnless);
      const bool chains = IsComparison(outer->op) && IsComparison(inner->op) &&
                          !inner->return_bool && IsEquality(outer->op) != IsEquality(inner->op);
      if (!mixes_sets && !chains) continue;
      sink.Add({.at = rule.At(*operand),
                .message = mixes_sets
                               ? "'" + std::string(Text(inner->op)) +
                                     "' binds more strongly than 'or': parentheses would say so"
                               : "the result of one comparison is compared with another: "
                                 "comparisons keep the value, so that both look at the same number",
                .advice = "put parentheses around what belongs together"});
    }
  }
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const UnaryExpr* sign = node->As<UnaryExpr>();
    if (sign == nullptr || sign->op != UnaryOp::kMinus) continue;
    const BinaryExpr* power = BinaryIn(*sign->operand);
    if (power == nullptr || power->op != BinaryOp::kPow) continue;
    sink.Add({.at = rule.At(*node),
              .message = "the sign stands before the power: -x ^ 2 is -(x ^ 2)",
              .advice = "put parentheses around what belongs together"});
  }
}

void FloatEquality(const RuleContext& rule, Sink& sink) {
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const BinaryExpr* binary = BinaryIn(*node);
    if (binary == nullptr || !IsEquality(binary->op)) continue;
    const auto number = analysis::NumberIn(*binary->rhs);
    // Zero, one and not-a-number are reached exactly: nothing of it, all of it.
    if (!number || *number == 0 || *number == 1 || *number == 100 || std::isnan(*number)) continue;
    if (!IsMeasured(*binary->lhs)) continue;
    sink.Add({.at = rule.At(*node),
              .message = "a measured value is hardly ever exactly " +
                         std::string(rule.Written(binary->rhs->span)),
              .advice = "compare with a range: > and <"});
  }
}

// increase() extrapolates to the ends of its window, so that one event is seldom exactly 1.
void IncreaseExact(const RuleContext& rule, Sink& sink) {
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const BinaryExpr* binary = BinaryIn(*node);
    if (binary == nullptr || !IsComparison(binary->op)) continue;
    const auto number = analysis::NumberIn(*binary->rhs);
    if (!number || *number <= 0 || *number != std::floor(*number)) continue;
    const bool needs_exact = IsEquality(binary->op) ||
                             (binary->op == BinaryOp::kLessEqual && *number == 1) ||
                             (binary->op == BinaryOp::kGreaterEqual && *number == 1);
    if (!needs_exact) continue;
    const Expr* inner = &analysis::Unwrapped(*binary->lhs);
    if (const AggregateExpr* sum = inner->As<AggregateExpr>();
        sum != nullptr && sum->op == AggregateOp::kSum) {
      inner = &analysis::Unwrapped(*sum->operand);
    }
    const Call* call = inner->As<Call>();
    if (call == nullptr || call->function->name != "increase") continue;
    const bool equal = IsEquality(binary->op);
    sink.Add({.at = rule.At(*node),
              .message = "increase() extrapolates: one event counts as 0.98 or 1.07, hardly ever as "
                         "a whole number",
              .advice = equal ? "compare with > and <"
                              : "write > 0 to see the first event",
              .severity = equal ? Severity::kWarning : Severity::kInfo});
  }
}

}  // namespace promql::lint::checks

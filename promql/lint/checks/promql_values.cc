// SPDX-License-Identifier: Apache-2.0
// Comparisons whose outcome is known beforehand, and arguments that give nothing useful.
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/choosing.h"

namespace promql::lint::checks {
namespace {

using analysis::ComparisonFact;

std::string Proof(const ComparisonFact& fact) {
  std::string text = "the left side is " + Text(fact.left.interval);
  if (!fact.left.evidence.text.empty()) text += " (" + std::string(fact.left.evidence.text) + ")";
  text += ", the right side " + Text(fact.right.interval);
  if (!fact.right.evidence.text.empty()) {
    text += " (" + std::string(fact.right.evidence.text) + ")";
  }
  return text;
}

Draft DraftOf(const RuleContext& rule, const ComparisonFact& fact, std::string message) {
  Draft draft;
  draft.at = rule.At(*fact.expr);
  draft.message = std::move(message);
  draft.details = Proof(fact);
  if (!fact.is_proven) {
    draft.confidence = Confidence::kLikely;
    draft.severity = Severity::kWarning;
  }
  return draft;
}

// `x and count(y) > 0`: whether something is there is what is asked, in more words than it takes.
bool AsksForPresence(const analysis::Tree& tree, const Expr& comparison) {
  const Expr* around = tree.Enclosing(comparison);
  const BinaryExpr* binary = around == nullptr ? nullptr : around->As<BinaryExpr>();
  return binary != nullptr && IsSetOperator(binary->op);
}

}  // namespace

void NeverTrue(const RuleContext& rule, Sink& sink) {
  for (const ComparisonFact& fact : rule.expression_facts().values.comparisons()) {
    if (fact.outcome != ComparisonFact::Outcome::kNeverTrue) continue;
    Draft draft = DraftOf(rule, fact, "this comparison is never true");
    if (rule.is_alert() && fact.expr == &analysis::Unwrapped(*rule.expr())) {
      draft.message += ": the alert can never fire";
    }
    sink.Add(std::move(draft));
  }
}

void AlwaysTrue(const RuleContext& rule, Sink& sink) {
  for (const ComparisonFact& fact : rule.expression_facts().values.comparisons()) {
    if (fact.outcome != ComparisonFact::Outcome::kAlwaysTrue) continue;
    Draft draft = DraftOf(rule, fact, "this comparison is always true");
    if (rule.is_alert() && fact.expr == &analysis::Unwrapped(*rule.expr())) {
      draft.message += ": the alert fires as soon as there is a series";
    }
    // count(x == 1) > 0 chooses inside: the comparison is needless, the alert is right.
    if (MayBeEmptyWhenWell(rule, *fact.expr->As<BinaryExpr>()->lhs)) {
      draft.message = "this comparison changes nothing: it is always true";
      draft.severity = Severity::kHint;
    } else if (AsksForPresence(rule.expression_facts().tree, *fact.expr)) {
      draft.severity = Severity::kInfo;
    }
    sink.Add(std::move(draft));
  }
}

void InvalidArgument(const RuleContext& rule, Sink& sink) {
  for (const analysis::ArgumentFact& fact : rule.expression_facts().values.arguments()) {
    sink.Add({.at = rule.At(*fact.argument), .message = std::string(fact.text)});
  }
}

}  // namespace promql::lint::checks

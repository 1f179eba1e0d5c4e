// SPDX-License-Identifier: Apache-2.0
// What tells the alerts of a rule apart, and what takes that away.
#include <algorithm>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {
namespace {

// Whether the choice that topk makes can be seen in the labels of the result.
bool IsHidden(const analysis::Tree& tree, const Expr& node) {
  for (analysis::Tree::Id id = tree.IdOf(node); id != tree.root_id();) {
    id = tree.ParentOf(id);
    const Expr* above = tree.nodes()[id];
    if (above->As<AggregateExpr>() != nullptr) return true;
    const Call* call = above->As<Call>();
    if (call != nullptr && (call->function->name == "scalar" || call->function->name == "absent")) {
      return true;
    }
  }
  return false;
}

bool ChoosesSeries(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk ||
         op == AggregateOp::kLimitRatio;
}

}  // namespace

void AlertTopk(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const analysis::Tree& tree = rule.expression_facts().tree;
  for (const Expr* node : tree.nodes()) {
    const AggregateExpr* aggregate = node->As<AggregateExpr>();
    if (aggregate == nullptr || !ChoosesSeries(aggregate->op) || IsHidden(tree, *node)) continue;
    sink.Add({.at = rule.At(*node),
              .message = std::string(Text(aggregate->op)) +
                         "() chooses other series from one evaluation to the next: the alert ends "
                         "for one and begins for another",
              .details = rule.for_() > Duration{0}
                             ? "'for' starts again each time a series comes into the choice"
                             : "",
              .advice = "compare every series with a threshold instead"});
  }
}

// A ratio of two sums while one of them misses a scrape.
void AlertPartialData(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert() || rule.for_() > Duration{0}) return;
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const BinaryExpr* binary = node->As<BinaryExpr>();
    if (binary == nullptr || (binary->op != BinaryOp::kDiv && binary->op != BinaryOp::kSub)) continue;
    const auto adds_up = [](const Expr& side) {
      const AggregateExpr* aggregate = analysis::Unwrapped(side).As<AggregateExpr>();
      return aggregate != nullptr &&
             (aggregate->op == AggregateOp::kSum || aggregate->op == AggregateOp::kCount);
    };
    if (!adds_up(*binary->lhs) || !adds_up(*binary->rhs)) continue;
    sink.Add({.at = rule.At(*node),
              .message = "without 'for' one missed scrape is enough: the two sums are then made of "
                         "different targets",
              .advice = "add 'for' with at least two evaluations"});
    return;
  }
}

// sum by (severity) with `labels: {severity: page}`: the rule's label hides the one that tells the
// results apart.
void AlertIdentityCollision(const RuleContext& rule, Sink& sink) {
  const analysis::LabelFlow& flow = rule.expression_facts().labels.OfRoot();
  for (const rulefile::Label* label : FieldsOf(rule, FieldKind::kLabel)) {
    if (IsTemplated(label->value.value)) continue;
    for (const analysis::LabelBranch& branch : flow.branches) {
      const analysis::LabelFact* fact = branch.Find(label->name.value);
      // Only where the expression keeps the label on purpose, and nothing pins its value.
      if (fact == nullptr || fact->presence == analysis::Presence::kCannot) continue;
      if (fact->reason.cause != analysis::Cause::kBy) continue;
      const auto pins = [](const analysis::ValueConstraint& value) {
        return value.op == MatchOp::kEqual;
      };
      if (std::ranges::any_of(fact->values, pins)) continue;
      const std::string name(label->name.value);
      const bool is_kept_by_group = fact->reason.span.end > fact->reason.span.start;
      Draft draft;
      draft.at = label->name.source;
      draft.message = "'" + name + "' tells the results of the expression apart, and is overwritten "
                      "here: two of them make the rule fail";
      draft.details = "the expression groups by '" + name + "'; with one value for all of them "
                      "Prometheus finds the same label set twice and drops the whole result";
      draft.advice = "take '" + name + "' out of the grouping, or give the label another name";
      if (is_kept_by_group) {
        draft.related.push_back({&rule.file(), rule.At(fact->reason.span), "it is kept here"});
      }
      sink.Add(std::move(draft));
      break;
    }
  }
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// Labels that an aggregation names although its operand cannot have them.
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"

namespace promql::lint::checks {

void DeadLabel(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const AggregateExpr* aggregate = node->As<AggregateExpr>();
    if (aggregate == nullptr) continue;
    const analysis::LabelFlow& flow = facts.labels.Of(*aggregate->operand);
    for (const std::string_view label : aggregate->grouping) {
      if (flow.Of(label) != analysis::Presence::kCannot) continue;
      const analysis::LabelFact fact = flow.branches.front().Of(label);
      // Taking away the name of the metric, which rate() took away already, is a habit.
      if (aggregate->without && label == "__name__") continue;
      Draft draft;
      draft.at = rule.At(node->span.start < aggregate->operand->span.start
                             ? Span{node->span.start, aggregate->operand->span.start}
                             : node->span);
      draft.message = (aggregate->without ? "the label '" : "grouping by '") + std::string(label) +
                      (aggregate->without ? "' cannot be taken away: the operand does not have it"
                                          : "' does nothing: the operand cannot have that label");
      draft.details = "'" + std::string(label) + "' " +
                      std::string(Text(fact.reason.cause, analysis::Presence::kCannot));
      if (aggregate->without) draft.severity = Severity::kHint;
      if (fact.reason.span.end > fact.reason.span.start) {
        draft.related.push_back(
            {&rule.file(), rule.At(fact.reason.span), "this is what takes it away"});
      }
      sink.Add(std::move(draft));
    }
  }
}

}  // namespace promql::lint::checks

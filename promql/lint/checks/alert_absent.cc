// SPDX-License-Identifier: Apache-2.0
// absent() fires on the first evaluation that finds nothing, and its result has only the labels
// that equality matchers give it.
#include <algorithm>

#include "promql/analysis/tree.h"
#include "promql/lint/check.h"
#include "promql/model/duration.h"
#include "promql/syntax/walk.h"

namespace promql::lint::checks {
namespace {

template <class Visit>
void ForEachAbsent(const RuleContext& rule, const Visit& visit) {
  Walk(*rule.expr(), [&](const Expr& node) {
    const Call* call = node.As<Call>();
    if (call == nullptr || call->args.empty()) return;
    const std::string_view name = call->function->name;
    if (name == "absent" || name == "absent_over_time") visit(node, *call);
  });
}

}  // namespace

void AlertAbsentFor(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const Environment& environment = rule.project().environment();
  const Duration scrape = environment.scrape_interval.value_or(std::chrono::minutes(1));
  const Duration needed = 2 * scrape;
  if (rule.for_() >= needed) return;
  // Only when absent() is the alert, not one of its conditions.
  const Call* call = analysis::Unwrapped(*rule.expr()).As<Call>();
  if (call == nullptr || call->function->name != "absent") return;
  const bool has_for = rule.for_() > Duration{0};
  sink.Add({.at = has_for ? rule.rule().for_->text.source : rule.At(*rule.expr()),
            .message = has_for ? "'for' of " + FormatDuration(rule.for_()) +
                                     " is less than two scrapes: a restart fires the alert"
                               : "without 'for', absent() fires as soon as one evaluation finds "
                                 "nothing: a restart is enough",
            .advice = "add 'for: " + FormatDuration(std::max<Duration>(needed, std::chrono::minutes(5))) +
                      "', or what your targets need to come back",
            .confidence = environment.scrape_interval ? Confidence::kLikely
                                                      : Confidence::kHeuristic});
}

void AlertAbsentLabels(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  ForEachAbsent(rule, [&](const Expr& node, const Call& call) {
    const Expr* inner = &analysis::Unwrapped(*call.args.front());
    if (const MatrixSelector* matrix = inner->As<MatrixSelector>()) inner = matrix->selector;
    const VectorSelector* selector = inner->As<VectorSelector>();
    if (selector == nullptr) return;
    const auto gives_label = [](const LabelMatcher& matcher) {
      return matcher.op == MatchOp::kEqual && matcher.name != "__name__";
    };
    if (std::ranges::any_of(selector->matchers, gives_label)) return;
    const bool has_others = selector->matchers.size() > 1 || selector->name.empty();
    sink.Add({.at = rule.At(node),
              .message = has_others
                             ? "this absent() has no labels: only matchers with '=' give it any"
                             : "this absent() has no labels, and speaks only when the last series "
                               "of them all is gone",
              .advice = "add matchers with '=', one rule for each job that has to be there"});
  });
}

void AlertAbsentAggregate(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  ForEachAbsent(rule, [&](const Expr& node, const Call& call) {
    const AggregateExpr* aggregate = analysis::Unwrapped(*call.args.front()).As<AggregateExpr>();
    if (aggregate == nullptr) return;
    sink.Add({.at = rule.At(node),
              .message = std::string(call.function->name) + "() of an aggregation loses the labels "
                         "that its selector would give it",
              .details = "absent() takes labels from the matchers of a bare selector only; whether "
                         "an aggregation of it is empty is the same question",
              .advice = "write absent() around the selector itself"});
  });
}

}  // namespace promql::lint::checks

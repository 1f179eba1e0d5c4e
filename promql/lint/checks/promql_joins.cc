// SPDX-License-Identifier: Apache-2.0
// Matches between two vectors that do not do what they are written for. The facts, with their
// proofs, are those of promql/analysis/joins.h.
#include <algorithm>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"

namespace promql::lint::checks {
namespace {

using analysis::JoinFact;
using analysis::JoinFinding;

// The operator with its modifiers: between the operands.
Span OperatorSpan(const Expr& expr) {
  const BinaryExpr& binary = *expr.As<BinaryExpr>();
  return {binary.lhs->span.end, binary.rhs->span.start};
}

// Without the spaces around it.
Span Trimmed(const RuleContext& rule, Span span) {
  const std::string_view text = rule.Written(span);
  const std::size_t first = text.find_first_not_of(" \t\r\n()");
  if (first == std::string_view::npos) return span;
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return {span.start + static_cast<std::uint32_t>(first),
          span.start + static_cast<std::uint32_t>(last) + 1};
}

std::string OperatorText(const JoinFact& fact) {
  return "'" + std::string(Text(fact.expr->As<BinaryExpr>()->op)) + "'";
}

Draft DraftOf(const RuleContext& rule, const JoinFact& fact, std::string message) {
  Draft draft;
  draft.at = rule.At(Trimmed(rule, OperatorSpan(*fact.expr)));
  draft.message = std::move(message);
  draft.details = Explain(fact);
  if (!fact.is_proven) draft.confidence = Confidence::kLikely;
  const auto add = [&](const analysis::LabelFact& label, std::string_view side) {
    const Span span = label.reason.span;
    if (span.end <= span.start) return;
    draft.related.push_back(
        {&rule.file(), rule.At(span),
         "decides about '" + std::string(label.name) + "' on the " + std::string(side)});
  };
  add(fact.left, "left");
  add(fact.right, "right");
  return draft;
}

template <class Visit>
void ForEachJoin(const RuleContext& rule, JoinFinding finding, const Visit& visit) {
  for (const JoinFact& fact : rule.expression_facts().joins) {
    if (fact.finding == finding) visit(fact);
  }
}

std::string Quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::string_view Named(analysis::Side side) {
  return side == analysis::Side::kLeft ? "left" : "right";
}

// topk by (pod) (1, …): whatever labels are kept, there is one for each match.
bool ChoosesOne(const Expr& side) {
  const AggregateExpr* aggregate = analysis::Unwrapped(side).As<AggregateExpr>();
  if (aggregate == nullptr || aggregate->parameter == nullptr) return false;
  const bool chooses = aggregate->op == AggregateOp::kTopk ||
                       aggregate->op == AggregateOp::kBottomk ||
                       aggregate->op == AggregateOp::kLimitk;
  return chooses && analysis::NumberIn(*aggregate->parameter) == 1.0;
}

// sum(x or vector(0)): one series in any case, and 0 adds nothing.
bool IsZeroOfASum(const analysis::Tree& tree, const Expr& expr) {
  const Expr* around = tree.Enclosing(expr);
  const AggregateExpr* sum = around == nullptr ? nullptr : around->As<AggregateExpr>();
  if (sum == nullptr || sum->op != AggregateOp::kSum || !sum->grouping.empty() || sum->without)
    return false;
  const Call* vector = analysis::Unwrapped(*expr.As<BinaryExpr>()->rhs).As<Call>();
  return vector != nullptr && vector->function->name == "vector" &&
         analysis::NumberIn(*vector->args[0]) == 0;
}

}  // namespace

void ImpossibleJoin(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kImpossible, [&](const JoinFact& fact) {
    Draft draft =
        DraftOf(rule, fact,
                "no series of the left can ever match one of the right: " + OperatorText(fact) +
                    " always gives nothing");
    if (!fact.is_proven) draft.severity = Severity::kWarning;
    draft.advice =
        "compare only labels that both sides have, with on (…) or ignoring (…), or keep "
        "the label where it is aggregated away";
    sink.Add(std::move(draft));
  });
}

void DeadBranch(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kDeadBranch, [&](const JoinFact& fact) {
    const bool is_left = fact.side == analysis::Side::kLeft;
    Draft draft = DraftOf(rule, fact,
                          "one operand of 'or' on the " + std::string(Named(fact.side)) +
                              " never matches anything on the other side of " + OperatorText(fact));
    const Span source = is_left ? fact.left_source : fact.right_source;
    if (source.end > source.start) draft.at = rule.At(source);
    draft.advice = "give it the labels that are compared, or take it away";
    sink.Add(std::move(draft));
  });
}

void UnlessNeverExcludes(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kNeverExcludes, [&](const JoinFact& fact) {
    Draft draft = DraftOf(rule, fact,
                          "'unless' never takes anything away: its right side matches "
                          "no series of the left");
    draft.advice = "say with on (…) which labels have to agree";
    sink.Add(std::move(draft));
  });
}

void OrAlwaysAdds(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kAlwaysAdds, [&](const JoinFact& fact) {
    if (IsZeroOfASum(rule.expression_facts().tree, *fact.expr)) return;
    Draft draft = DraftOf(rule, fact,
                          "the right side of 'or' has no labels and is always added, not only when "
                          "the left side is empty");
    draft.advice =
        "aggregate the left side without labels too, or write 'or on () …' to add it "
        "only when nothing is there";
    sink.Add(std::move(draft));
  });
}

void OrNeverAdds(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kNeverAdds, [&](const JoinFact& fact) {
    sink.Add(DraftOf(rule, fact,
                     "the right side of 'or' never adds anything: the left side always has a "
                     "series with the same labels"));
  });
}

void JoinOnNothing(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kKeyOnNeither, [&](const JoinFact& fact) {
    Draft draft = DraftOf(rule, fact,
                          "neither side can have the label " + Quoted(fact.label()) +
                              ", so that comparing it compares nothing");
    draft.advice = "take it out of on (…), or keep the label on both sides";
    sink.Add(std::move(draft));
  });
}

void ManyToMany(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kSideRepeats, [&](const JoinFact& fact) {
    const BinaryExpr& binary = *fact.expr->As<BinaryExpr>();
    // group_left (node) … max by (pod, node): one node a pod is what the writer knows.
    const auto& brought = binary.written_matching->include;
    if (std::ranges::find(brought, fact.label()) != brought.end()) return;
    if (ChoosesOne(fact.side == analysis::Side::kLeft ? *binary.lhs : *binary.rhs)) return;
    Draft draft = DraftOf(rule, fact,
                          "the " + std::string(Named(fact.side)) + " side keeps the label " +
                              Quoted(fact.label()) +
                              ", which is not compared: two series that differ in it make the "
                              "rule fail");
    draft.advice = "aggregate the label away there, or compare it";
    sink.Add(std::move(draft));
  });
}

void GroupLabelMissing(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kIncludedMissing, [&](const JoinFact& fact) {
    Draft draft = DraftOf(rule, fact,
                          "the " + std::string(Named(fact.side)) + " side has no label " +
                              Quoted(fact.label()) + " to bring in");
    draft.advice = "keep the label on that side, or take it out of the list";
    sink.Add(std::move(draft));
  });
}

void GroupLabelRedundant(const RuleContext& rule, Sink& sink) {
  ForEachJoin(rule, JoinFinding::kIncludedIsKey, [&](const JoinFact& fact) {
    sink.Add(DraftOf(rule, fact,
                     "the label " + Quoted(fact.label()) +
                         " is compared, and so is the same on both sides: bringing it in does "
                         "nothing"));
  });
}

}  // namespace promql::lint::checks

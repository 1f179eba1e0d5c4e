// SPDX-License-Identifier: Apache-2.0
// Comparisons whose outcome is known beforehand, and arguments that give nothing useful.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/choosing.h"
#include "promql/lint/selectors.h"

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

// `and` that keeps series that are on both sides, label by label.
const BinaryExpr* PlainAnd(const Expr* expr) {
  const BinaryExpr* binary = expr == nullptr ? nullptr : expr->As<BinaryExpr>();
  const bool is_plain =
      binary != nullptr && binary->op == BinaryOp::kAnd && binary->matching() == nullptr;
  return is_plain ? binary : nullptr;
}

// The operands of a row of them, in the order of text.
std::vector<const Expr*> Conjuncts(const Expr& row) {
  std::vector<const Expr*> conjuncts;
  std::vector<const Expr*> pending{&row};
  while (!pending.empty()) {
    const Expr& next = analysis::Unwrapped(*pending.back());
    pending.pop_back();
    if (const BinaryExpr* both = PlainAnd(&next)) {
      pending.insert(pending.end(), {both->rhs, both->lhs});
    } else {
      conjuncts.push_back(&next);
    }
  }
  return conjuncts;
}

// Names are not compared: only where every series has the same one are equal labels the same
// series.
bool HasOneSeriesForLabels(const analysis::Tree& tree, const Expr& observed) {
  const analysis::Tree::Id id = tree.IdOf(observed);
  const auto nodes = tree.nodes().subspan(id + 1 - tree.SubtreeSize(id), tree.SubtreeSize(id));
  return std::ranges::all_of(nodes, [](const Expr* node) {
    if (const auto* selector = node->As<VectorSelector>()) return !MetricOf(*selector).empty();
    const Call* call = node->As<Call>();
    return call == nullptr ||
           (call->function->name != "label_replace" && call->function->name != "label_join");
  });
}

struct Bounds {
  const Expr* observed = nullptr;
  analysis::Interval left;  // what the comparison leaves of it
};

// `observed op number`, either way round.
std::optional<Bounds> BoundsOf(const Expr& conjunct) {
  const BinaryExpr* compares = conjunct.As<BinaryExpr>();
  if (compares == nullptr || !IsComparison(compares->op) || compares->return_bool) {
    return std::nullopt;
  }
  const auto right = analysis::NumberIn(*compares->rhs);
  const auto number = right ? right : analysis::NumberIn(*compares->lhs);
  if (!number) return std::nullopt;
  const BinaryOp op = right ? compares->op : analysis::Mirrored(compares->op);
  return Bounds{&analysis::Unwrapped(right ? *compares->lhs : *compares->rhs),
                Filtered(op, analysis::Interval::Any(), analysis::Interval::Exactly(*number))};
}

// up == 1 and up == 0: each can be true, not both.
void TellContradictions(const RuleContext& rule, const Expr& row, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  struct Seen {
    analysis::Interval left;
    const Expr* first = nullptr;
  };
  std::map<analysis::Hash128, Seen> seen;
  for (const Expr* conjunct : Conjuncts(row)) {
    const auto bounds = BoundsOf(*conjunct);
    if (!bounds || bounds->left.is_nothing()) continue;
    auto& [left, first] =
        seen.try_emplace(facts.hashes.Of(*bounds->observed), Seen{bounds->left, conjunct})
            .first->second;
    const analysis::Interval both = Intersection(left, bounds->left);
    if (both.is_nothing() && HasOneSeriesForLabels(facts.tree, *bounds->observed)) {
      sink.Add({.at = rule.At(*conjunct),
                .message = "this contradicts what was asked of the same value before: the two are "
                           "never true together",
                .details = "before it is " + Text(left) + ", here " + Text(bounds->left),
                .advice = "write 'or' where one of them is enough",
                .related = {{&rule.file(), rule.At(*first), "it was asked here"}}});
      return;
    }
    left = both;
  }
}

}  // namespace

void NeverTrue(const RuleContext& rule, Sink& sink) {
  const analysis::Tree& tree = rule.expression_facts().tree;
  for (const Expr* node : tree.nodes()) {
    const bool is_row = PlainAnd(node) != nullptr && PlainAnd(tree.Enclosing(*node)) == nullptr;
    if (is_row) TellContradictions(rule, *node, sink);
  }
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

// SPDX-License-Identifier: Apache-2.0
// Transfer rules of operators between two vectors.
#include <algorithm>

#include "promql/analysis/label_algebra.h"
#include "promql/analysis/label_rules.h"

namespace promql::analysis {
namespace {

class Combination {
 public:
  Combination(const Expr& expr, const BinaryExpr& binary, const RuleContext& context)
      : expr_(expr), binary_(binary), context_(context), key_(binary.matching()) {}

  // Of all pairs of branches whose series can match.
  [[nodiscard]] LabelFlow Of(const LabelFlow& many, const LabelFlow& one) const {
    LabelFlow flow;
    for (const LabelBranch& left : many.branches) {
      for (const LabelBranch& right : one.branches) {
        if (!fills() && FindConflict(left, right, key_, context_.logic)) continue;
        LabelBranch both = OfPair(left, right);
        if (many.branches.size() == 1 && one.branches.size() > 1) both.source = right.source;
        AddBranch(flow, std::move(both));
      }
    }
    // Nothing can come out. What the left side has serves explanations best.
    if (flow.branches.empty()) {
      for (const LabelBranch& left : many.branches) AddBranch(flow, OfPair(left, left));
    }
    return flow;
  }

  static void AddBranch(LabelFlow& flow, LabelBranch branch) {
    for (const LabelBranch& known : flow.branches) {
      if (IsSameBranch(known, branch)) return;
    }
    flow.branches.push_back(std::move(branch));
    if (flow.branches.size() <= kMostBranches) return;
    LabelBranch all = flow.branches.front();
    for (const LabelBranch& other : std::span(flow.branches).subspan(1)) all = Join(all, other);
    flow.branches.assign(1, std::move(all));
  }

 private:
  [[nodiscard]] bool fills() const {
    return binary_.matching() != nullptr && binary_.matching()->has_fill();
  }
  [[nodiscard]] bool is_set() const { return IsSetOperator(binary_.op); }
  [[nodiscard]] bool is_one_to_one() const {
    return binary_.cardinality() == MatchCardinality::kOneToOne;
  }
  [[nodiscard]] bool drops_name() const {
    return !is_set() && (!IsComparison(binary_.op) || binary_.return_bool);
  }

  [[nodiscard]] LabelFact OfKey(const LabelBranch& many, const LabelBranch& one,
                                std::string_view name) const {
    const LabelFact left = many.Of(name);
    const LabelFact right = one.Of(name);
    if (fills()) return Join(left, right);
    LabelFact both = Meet(left, right);
    if (both.presence != left.presence && both.reason.cause == Cause::kNothing) {
      both.reason = {Cause::kOperator, expr_.span};
    }
    return both;
  }

  [[nodiscard]] LabelBranch OfPair(const LabelBranch& many, const LabelBranch& one) const {
    LabelBranch result;
    result.source = many.source;
    SetDefault(result, many, one);
    for (const std::string_view name : Mentioned(many, one, key_.listed())) {
      const bool is_key = key_.Has(name);
      if (!is_key && name != kName && is_one_to_one() && !is_set()) {
        if (!key_.is_on()) {
          result.labels.push_back(Absent(name, {Cause::kIgnoring, expr_.span}));
        }
        continue;  // on (…) keeps nothing else
      }
      if (name == kName && !is_key && is_one_to_one() && key_.is_on() && !is_set()) continue;
      LabelFact fact = is_key ? OfKey(many, one, name) : many.Of(name);
      if (key_.is_on() && is_key && fact.reason.cause == Cause::kNothing) {
        fact.reason = {Cause::kOn, expr_.span};
      }
      result.labels.push_back(std::move(fact));
    }
    if (!result.is_open && many.is_open && !key_.is_on() && many.Find(kName) == nullptr) {
      Set(result, many.Of(kName));
    }
    if (drops_name()) {
      LabelFlow flow{.branches = {std::move(result)}};
      result = WithoutName(std::move(flow), expr_, context_).branches.front();
    }
    Include(result, one);
    return result;
  }

  // Labels that nobody mentions.
  void SetDefault(LabelBranch& result, const LabelBranch& many, const LabelBranch& one) const {
    if (key_.is_on()) {
      const bool keeps_others = is_set() || !is_one_to_one();
      result.is_open = keeps_others && many.is_open;
      result.reason = keeps_others ? many.reason : Reason{Cause::kOn, expr_.span};
    } else if (fills()) {
      result.is_open = many.is_open || one.is_open;
      result.reason = many.reason;
    } else {
      result.is_open = many.is_open && one.is_open;
      result.reason = !many.is_open ? many.reason : one.reason;
    }
  }

  void Include(LabelBranch& result, const LabelBranch& one) const {
    if (binary_.matching() == nullptr) return;
    for (const std::string_view name : binary_.matching()->include) {
      LabelFact fact = one.Of(name);
      if (fills() && fact.presence == Presence::kMust) fact.presence = Presence::kMay;
      if (fact.presence != Presence::kCannot || one.Find(name) == nullptr) {
        fact.reason = {Cause::kIncluded, expr_.span};
      }
      Set(result, std::move(fact));
    }
  }

  const Expr& expr_;
  const BinaryExpr& binary_;
  const RuleContext& context_;
  MatchKey key_;
};

// Branches say where they come from: operands of `or`, until one is itself such a list.
void AddOperand(LabelFlow& flow, const LabelFlow& operand, const Expr& expr) {
  for (LabelBranch branch : operand.branches) {
    if (operand.branches.size() == 1) branch.source = Unwrapped(expr).span;
    Combination::AddBranch(flow, std::move(branch));
  }
}

}  // namespace

LabelFlow BinaryLabels(const Expr& expr, const BinaryExpr& binary, const LabelFlow& lhs,
                       const LabelFlow& rhs, const RuleContext& context) {
  if (binary.op == BinaryOp::kOr) {
    LabelFlow flow;
    AddOperand(flow, lhs, *binary.lhs);
    AddOperand(flow, rhs, *binary.rhs);
    return flow;
  }
  const bool is_swapped = binary.cardinality() == MatchCardinality::kOneToMany;
  const Combination combination(expr, binary, context);
  return is_swapped ? combination.Of(rhs, lhs) : combination.Of(lhs, rhs);
}

}  // namespace promql::analysis

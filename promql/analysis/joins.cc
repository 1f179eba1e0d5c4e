// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/joins.h"

#include <algorithm>

#include "promql/analysis/label_algebra.h"

namespace promql::analysis {
namespace {

bool IsAggregation(const Expr& expr) {
  const Expr* inner = &Unwrapped(expr);
  // label_replace and the like keep what an aggregation keeps.
  while (const auto* call = inner->As<Call>()) {
    if (!call->function->name.starts_with("label_")) break;
    inner = &Unwrapped(*call->args[0]);
  }
  return inner->As<AggregateExpr>() != nullptr;
}

class Judge {
 public:
  Judge(const Expr& expr, const LabelFlow& left, const LabelFlow& right, const Values& values,
        ValueLogic& logic, std::vector<JoinFact>& facts)
      : expr_(expr),
        binary_(*expr.As<BinaryExpr>()),
        left_(left),
        right_(right),
        values_(values),
        key_(binary_.matching()),
        logic_(logic),
        facts_(facts) {}

  void Run() {
    if (binary_.matching() != nullptr && binary_.matching()->has_fill()) return;
    if (IsEmpty(*binary_.lhs) || IsEmpty(*binary_.rhs)) return;  // said where it becomes so
    JudgePairs();
    JudgeKeys();
    if (IsSetOperator(binary_.op)) return;
    JudgeIncluded();
    JudgeRepeats();
  }

 private:
  [[nodiscard]] bool IsEmpty(const Expr& expr) const {
    return values_.Of(expr).proven.interval.is_nothing();
  }

  void Add(JoinFinding finding, Side side, LabelFact left, LabelFact right, bool is_proven = true) {
    facts_.push_back({.finding = finding,
                      .expr = &expr_,
                      .is_proven = is_proven,
                      .side = side,
                      .left = std::move(left),
                      .right = std::move(right),
                      .left_source = left_.branches.front().source,
                      .right_source = right_.branches.front().source});
  }

  void JudgePairs() {
    const std::size_t columns = right_.branches.size();
    std::vector<bool> can_match(left_.branches.size() * columns);
    std::optional<LabelConflict> example;
    for (std::size_t i = 0; i < can_match.size(); ++i) {
      auto conflict =
          FindConflict(left_.branches[i / columns], right_.branches[i % columns], key_, logic_);
      can_match[i] = !conflict;
      if (conflict && !example) example = std::move(conflict);
    }
    const bool any = std::ranges::find(can_match, true) != can_match.end();
    if (!any && binary_.op == BinaryOp::kOr && !IsWithoutLabels(right_)) {
      return;  // what `or` is for
    }
    if (!any) {
      Add(OnNoMatch(), Side::kLeft, std::move(example->left), std::move(example->right));
    } else if (binary_.op == BinaryOp::kOr) {
      JudgeShadowing();
    } else if (example) {
      AddDeadBranches(can_match);
    }
  }

  [[nodiscard]] JoinFinding OnNoMatch() const {
    if (binary_.op == BinaryOp::kUnless) return JoinFinding::kNeverExcludes;
    if (binary_.op == BinaryOp::kOr) return JoinFinding::kAlwaysAdds;
    return JoinFinding::kImpossible;
  }

  static bool IsWithoutLabels(const LabelFlow& flow) {
    return std::ranges::all_of(flow.branches, [](const LabelBranch& branch) {
      return !branch.is_open && std::ranges::all_of(branch.labels, [](const LabelFact& fact) {
        return fact.presence == Presence::kCannot;
      });
    });
  }

  void AddDeadBranches(const std::vector<bool>& can_match) {
    const std::size_t columns = right_.branches.size();
    const auto is_dead = [&](Side side, std::size_t branch) {
      for (std::size_t i = 0; i < can_match.size(); ++i) {
        const std::size_t own = side == Side::kLeft ? i / columns : i % columns;
        if (own == branch && can_match[i]) return false;
      }
      return true;
    };
    for (const Side side : {Side::kLeft, Side::kRight}) {
      const LabelFlow& own = side == Side::kLeft ? left_ : right_;
      // What `unless` leaves unmatched on its left is what it is for.
      if (own.branches.size() < 2 || (side == Side::kLeft && binary_.op == BinaryOp::kUnless)) {
        continue;
      }
      for (std::size_t branch = 0; branch < own.branches.size(); ++branch) {
        if (is_dead(side, branch)) AddDeadBranch(side, branch);
      }
    }
  }

  void AddDeadBranch(Side side, std::size_t branch) {
    const LabelBranch& left = left_.branches[side == Side::kLeft ? branch : 0];
    const LabelBranch& right = right_.branches[side == Side::kRight ? branch : 0];
    auto conflict = FindConflict(left, right, key_, logic_);
    Add(JoinFinding::kDeadBranch, side, std::move(conflict->left), std::move(conflict->right));
    facts_.back().left_source = left.source;
    facts_.back().right_source = right.source;
  }

  // `vector(0) or x` shows nothing of x that has no labels; `sum by (job) (x) or vector(0)` adds
  // the 0 whenever every series has a job.
  void JudgeShadowing() {
    if (left_.branches.size() != 1 || right_.branches.size() != 1) return;
    const LabelBranch& left = left_.branches.front();
    const LabelBranch& right = right_.branches.front();
    if (values_.Of(*binary_.lhs).is_never_empty && !HasKeys(left) && !HasKeys(right)) {
      Add(JoinFinding::kNeverAdds, Side::kRight, {}, {});
      return;
    }
    if (HasKeys(right) || right.is_open || left.is_open) return;
    for (const LabelFact& fact : left.labels) {
      if (fact.presence != Presence::kMay || !key_.Has(fact.name)) continue;
      Add(JoinFinding::kAlwaysAdds, Side::kRight, fact, right.Of(fact.name), false);
      return;
    }
  }

  // Whether series of a branch may differ in what is compared.
  [[nodiscard]] bool HasKeys(const LabelBranch& branch) const {
    if (key_.is_on()) {
      return std::ranges::any_of(key_.listed(), [&](std::string_view name) {
        return branch.Of(name).presence != Presence::kCannot;
      });
    }
    return branch.is_open || std::ranges::any_of(branch.labels, [&](const LabelFact& fact) {
             return fact.presence != Presence::kCannot && key_.Has(fact.name);
           });
  }

  void JudgeKeys() {
    if (!key_.is_on()) return;
    for (const std::string_view name : key_.listed()) {
      if (left_.Of(name) != Presence::kCannot || right_.Of(name) != Presence::kCannot) continue;
      Add(JoinFinding::kKeyOnNeither, Side::kLeft, left_.branches.front().Of(name),
          right_.branches.front().Of(name));
    }
  }

  [[nodiscard]] Side OneSide() const {
    return binary_.cardinality() == MatchCardinality::kOneToMany ? Side::kLeft : Side::kRight;
  }

  void JudgeIncluded() {
    if (binary_.matching() == nullptr) return;
    const Side side = OneSide();
    const LabelFlow& one = side == Side::kLeft ? left_ : right_;
    for (const std::string_view name : binary_.matching()->include) {
      const LabelFact left = left_.branches.front().Of(name);
      const LabelFact right = right_.branches.front().Of(name);
      if (one.Of(name) == Presence::kCannot) {
        Add(JoinFinding::kIncludedMissing, side, left, right);
      } else if (key_.Has(name)) {
        Add(JoinFinding::kIncludedIsKey, side, left, right);
      }
    }
  }

  // An aggregation that keeps a label apart, whose series are then compared without it.
  void JudgeRepeats() {
    for (const Side side : {Side::kLeft, Side::kRight}) {
      const bool must_be_unique =
          binary_.cardinality() == MatchCardinality::kOneToOne || side == OneSide();
      const Expr& operand = side == Side::kLeft ? *binary_.lhs : *binary_.rhs;
      const LabelFlow& flow = side == Side::kLeft ? left_ : right_;
      if (!must_be_unique || !IsAggregation(operand) || flow.branches.size() != 1) continue;
      const LabelBranch& branch = flow.branches.front();
      if (branch.is_open) continue;
      for (const LabelFact& fact : branch.labels) {
        const bool varies = fact.presence != Presence::kCannot &&
                            std::ranges::none_of(fact.values, [](const ValueConstraint& one) {
                              return one.op == MatchOp::kEqual;
                            });
        if (!varies || key_.Has(fact.name) || fact.name == kName) continue;
        Add(JoinFinding::kSideRepeats, side, left_.branches.front().Of(fact.name),
            right_.branches.front().Of(fact.name), false);
        break;
      }
    }
  }

  const Expr& expr_;
  const BinaryExpr& binary_;
  const LabelFlow& left_;
  const LabelFlow& right_;
  const Values& values_;
  MatchKey key_;
  ValueLogic& logic_;
  std::vector<JoinFact>& facts_;
};

std::string OnSide(const LabelFact& fact) {
  std::string text(Text(fact.reason.cause, fact.presence));
  if (!fact.values.empty()) text += " (" + Text(fact.values) + ")";
  return text;
}

}  // namespace

std::vector<JoinFact> FindJoins(const Tree& tree, const Labels& labels, const Values& values,
                                LanguageCache* languages) {
  ValueLogic logic(languages);
  std::vector<JoinFact> facts;
  for (const Expr* expr : tree.nodes()) {
    const auto* binary = expr->As<BinaryExpr>();
    if (binary == nullptr || binary->lhs->type != ValueType::kVector ||
        binary->rhs->type != ValueType::kVector) {
      continue;
    }
    Judge(*expr, labels.Of(*binary->lhs), labels.Of(*binary->rhs), values, logic, facts).Run();
  }
  return facts;
}

std::string Explain(const JoinFact& fact) {
  if (fact.label().empty()) return "neither side has labels that are compared";
  return "`" + std::string(fact.label()) + "` " + OnSide(fact.left) + " on the left, and " +
         OnSide(fact.right) + " on the right";
}

}  // namespace promql::analysis

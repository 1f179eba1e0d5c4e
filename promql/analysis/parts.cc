// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/parts.h"

#include <algorithm>

#include "promql/analysis/label_algebra.h"
#include "promql/analysis/tree.h"
#include "promql/syntax/equal.h"

namespace promql::analysis {
namespace {

bool IsSameShift(const TimeShift& a, const TimeShift& b) {
  return a.offset.expr == nullptr && b.offset.expr == nullptr &&
         a.offset.nanoseconds == b.offset.nanoseconds && a.at_ms == b.at_ms &&
         a.at_bound == b.at_bound;
}

// Whether `part` selects some of the series that `whole` does.
bool SelectsSome(const VectorSelector& part, const VectorSelector& whole) {
  constexpr std::size_t kMostMatchers = 50;
  if (part.matchers.size() > kMostMatchers || whole.matchers.size() > kMostMatchers) return false;
  if (part.anchored != whole.anchored || part.smoothed != whole.smoothed) return false;
  return IsSameShift(part.shift, whole.shift) &&
         std::ranges::all_of(whole.matchers, [&](const LabelMatcher& wanted) {
           return std::ranges::any_of(part.matchers, [&](const LabelMatcher& matcher) {
             return matcher.name == wanted.name && matcher.op == wanted.op &&
                    matcher.value == wanted.value;
           });
         });
}

// The vector that a comparison with a number filters; null for anything else.
const Expr* FilteredOperand(const Expr& expr) {
  const auto* binary = expr.As<BinaryExpr>();
  if (binary == nullptr || !IsComparison(binary->op) || binary->return_bool) return nullptr;
  if (binary->rhs->type == ValueType::kScalar) return binary->lhs;
  return binary->lhs->type == ValueType::kScalar ? binary->rhs : nullptr;
}

// Whether the series of `a` are some of those of `b`, with the same values.
bool IsSome(const Expr& part, const Expr& whole) {
  const Expr* a = &Unwrapped(part);
  const Expr* b = &Unwrapped(whole);
  for (;;) {
    if (a->node.index() == b->node.index()) {
      if (const auto* selector = a->As<VectorSelector>()) {
        return SelectsSome(*selector, *b->As<VectorSelector>());
      }
      const auto* left = a->As<MatrixSelector>();
      const auto* right = b->As<MatrixSelector>();
      if (left != nullptr) {
        if (left->range.expr != nullptr || right->range.expr != nullptr ||
            left->range.nanoseconds != right->range.nanoseconds) {
          return false;
        }
        a = left->selector;
        b = right->selector;
        continue;
      }
      const auto* call = a->As<Call>();
      if (call != nullptr && call->args.size() == 1 && call->function == b->As<Call>()->function &&
          !call->function->name.starts_with("absent")) {
        a = &Unwrapped(*call->args[0]);
        b = &Unwrapped(*b->As<Call>()->args[0]);
        continue;
      }
      if (IsSameTree(*a, *b)) return true;
    }
    const Expr* filtered = FilteredOperand(*a);
    if (filtered == nullptr) return false;
    a = &Unwrapped(*filtered);
  }
}

// Whether each group of the part is divided by the group of the whole that holds its series.
bool GroupsMatch(const BinaryExpr& division, const AggregateExpr& part,
                 const AggregateExpr& whole) {
  if (part.without != whole.without) return false;
  const std::vector<std::string_view> inner = Sorted(part.grouping);
  const std::vector<std::string_view> outer = Sorted(whole.grouping);
  const MatchKey key(division.matching());
  if (part.without) return inner == outer && !key.is_on() && key.listed().empty();
  return std::ranges::includes(inner, outer) &&
         std::ranges::all_of(outer, [&](std::string_view name) { return key.Has(name); });
}

}  // namespace

PartOfWhole FindPart(const BinaryExpr& division) {
  if (division.matching() != nullptr && division.matching()->has_fill()) return {};
  const auto* part = Unwrapped(*division.lhs).As<AggregateExpr>();
  const auto* whole = Unwrapped(*division.rhs).As<AggregateExpr>();
  if (part == nullptr || whole == nullptr || !GroupsMatch(division, *part, *whole)) return {};
  const bool counts = part->op == AggregateOp::kCount && whole->op == AggregateOp::kCount;
  const bool adds = part->op == AggregateOp::kSum && whole->op == AggregateOp::kSum;
  const bool is_mixed = part->op == AggregateOp::kSum && whole->op == AggregateOp::kCount;
  if (!counts && !adds && !is_mixed) return {};
  if (!IsSome(*part->operand, *whole->operand)) return {};
  return {.added = whole->operand, .counts = counts, .is_sum_over_count = is_mixed};
}

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/equal.h"

#include <algorithm>
#include <bit>

namespace promql {
namespace {

bool Same(double a, double b) {
  return (a != a && b != b) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool Same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || Same(*a, *b));
}

bool Same(const DurationExpr* a, const DurationExpr* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->op == b->op && a->in_parens == b->in_parens && a->has_unit == b->has_unit &&
         Same(a->seconds, b->seconds) && Same(a->lhs, b->lhs) && Same(a->rhs, b->rhs);
}

bool Same(const DurationValue& a, const DurationValue& b) {
  return a.nanoseconds == b.nanoseconds && Same(a.expr, b.expr);
}

bool Same(const TimeShift& a, const TimeShift& b) {
  return Same(a.offset, b.offset) && a.at_ms == b.at_ms && a.at_bound == b.at_bound;
}

bool Same(const LabelMatcher& a, const LabelMatcher& b) {
  return a.name == b.name && a.op == b.op && a.value == b.value;
}

bool Same(const VectorMatching* a, const VectorMatching* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->cardinality == b->cardinality && a->on == b->on &&
         std::ranges::equal(a->labels, b->labels) && std::ranges::equal(a->include, b->include) &&
         Same(a->fill_left, b->fill_left) && Same(a->fill_right, b->fill_right);
}

bool SameNode(const NumberLiteral& a, const NumberLiteral& b) {
  return a.has_unit == b.has_unit && Same(a.value, b.value);
}

bool SameNode(const StringLiteral& a, const StringLiteral& b) { return a.value == b.value; }

bool SameNode(const ParenExpr& a, const ParenExpr& b) { return IsSameTree(*a.inner, *b.inner); }

bool SameNode(const UnaryExpr& a, const UnaryExpr& b) {
  return a.op == b.op && IsSameTree(*a.operand, *b.operand);
}

bool SameNode(const AggregateExpr& a, const AggregateExpr& b) {
  return a.op == b.op && a.without == b.without && std::ranges::equal(a.grouping, b.grouping) &&
         (a.parameter == nullptr || IsSameTree(*a.parameter, *b.parameter)) &&
         IsSameTree(*a.operand, *b.operand);
}

bool SameNode(const Call& a, const Call& b) {
  const auto same = [](const Expr* x, const Expr* y) { return IsSameTree(*x, *y); };
  return a.function == b.function && std::ranges::equal(a.args, b.args, same);
}

bool SameNode(const VectorSelector& a, const VectorSelector& b) {
  const auto same = [](const LabelMatcher& x, const LabelMatcher& y) { return Same(x, y); };
  return a.name == b.name && std::ranges::equal(a.matchers, b.matchers, same) &&
         Same(a.shift, b.shift) && a.anchored == b.anchored && a.smoothed == b.smoothed;
}

bool SameNode(const MatrixSelector& a, const MatrixSelector& b) {
  return Same(a.range, b.range) && IsSameTree(*a.selector, *b.selector);
}

bool SameNode(const Subquery& a, const Subquery& b) {
  return Same(a.range, b.range) && Same(a.step, b.step) && Same(a.shift, b.shift) &&
         IsSameTree(*a.operand, *b.operand);
}

bool SameRow(const Expr& a, const Expr& b) {
  const OperatorRow rows[] = {OperatorRow(a), OperatorRow(b)};
  if (!IsSameTree(rows[0].first(), rows[1].first())) return false;
  return std::ranges::equal(
      rows[0].operators(), rows[1].operators(), [](const Expr* x, const Expr* y) {
        const auto& one = *x->As<BinaryExpr>();
        const auto& other = *y->As<BinaryExpr>();
        return one.op == other.op && one.return_bool == other.return_bool &&
               Same(one.matching(), other.matching()) && IsSameTree(*one.rhs, *other.rhs);
      });
}

}  // namespace

bool IsSameTree(const Expr& a, const Expr& b) {
  if (a.node.index() != b.node.index()) return false;
  return std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, BinaryExpr>) {
          return SameRow(a, b);
        } else {
          return SameNode(node, *b.As<Node>());
        }
      },
      a.node);
}

}  // namespace promql

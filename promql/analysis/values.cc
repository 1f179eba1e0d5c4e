// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/values.h"

#include <algorithm>

#include "promql/analysis/parts.h"
#include "promql/analysis/value_rules.h"

namespace promql::analysis {
namespace {

// Facts of the nodes so far, as the rules for one more ask for them.
class Known {
 public:
  Known(const Tree& tree, std::span<const ValueFact> facts, Trust trust)
      : tree_(tree), facts_(facts), trust_(trust) {}

  [[nodiscard]] const ValueBound& operator()(const Expr& expr) const {
    const ValueFact& fact = facts_[tree_.IdOf(expr)];
    return trust_ == Trust::kProven ? fact.proven : fact.likely;
  }
  [[nodiscard]] bool IsNeverEmpty(const Expr& expr) const {
    return facts_[tree_.IdOf(expr)].is_never_empty;
  }
  [[nodiscard]] Trust trust() const { return trust_; }

 private:
  const Tree& tree_;
  std::span<const ValueFact> facts_;
  Trust trust_;
};

const Evidence& Better(const Evidence& a, const Evidence& b) { return a.text.empty() ? b : a; }

ValueBound Compared(const Expr& expr, const BinaryExpr& binary, const ValueBound& a,
                    const ValueBound& b) {
  const bool gives_number = binary.return_bool || expr.type == ValueType::kScalar;
  if (gives_number) {
    if (a.interval.is_nothing() || b.interval.is_nothing()) return {Interval::Nothing(), {}};
    ValueBound bound{Interval::Integers(0, 1), {"a comparison with bool is 0 or 1", expr.span}};
    if (IsAlwaysTrue(binary.op, a.interval, b.interval)) bound.interval.lo = 1;
    if (IsNeverTrue(binary.op, a.interval, b.interval)) bound.interval.hi = 0;
    return bound;
  }
  const bool is_left = binary.lhs->type == ValueType::kVector;
  const ValueBound& filtered = is_left ? a : b;
  const ValueBound& limit = is_left ? b : a;
  const BinaryOp op = is_left ? binary.op : Mirrored(binary.op);
  if (IsNeverTrue(op, filtered.interval, limit.interval)) {
    return {Interval::Nothing(), {"a filter lets nothing through", expr.span}};
  }
  ValueBound left{Filtered(op, filtered.interval, limit.interval), filtered.evidence};
  if (left.interval != filtered.interval) left.evidence = {"a filter on its value", expr.span};
  return left;
}

// A part of a whole is at most all of it.
ValueBound Quotient(const Expr& expr, const BinaryExpr& binary, const Known& known) {
  const ValueBound& a = known(*binary.lhs);
  const ValueBound& b = known(*binary.rhs);
  const ValueBound quotient{Calculate(binary.op, a.interval, b.interval),
                            Better(a.evidence, b.evidence)};
  const PartOfWhole part = FindPart(binary);
  if (part.added == nullptr) return quotient;
  const Interval& added = known(*part.added).interval;
  const bool is_part = part.counts || (added.lo >= 0 && (!part.is_sum_over_count || added.hi <= 1));
  if (!is_part || quotient.interval.is_nothing()) return quotient;
  Interval share = Interval::Between(0, 1);
  share.may_be_nan = !part.counts;
  return {share, {"a part divided by its whole is between 0 and 1", expr.span}};
}

ValueBound OfBinary(const Expr& expr, const BinaryExpr& binary, const Known& known) {
  const ValueBound& a = known(*binary.lhs);
  const ValueBound& b = known(*binary.rhs);
  if (IsComparison(binary.op)) return Compared(expr, binary, a, b);
  switch (binary.op) {
    case BinaryOp::kAnd:
      return b.interval.is_nothing() ? b : a;
    case BinaryOp::kUnless:
      return a;
    case BinaryOp::kDiv:
      return Quotient(expr, binary, known);
    case BinaryOp::kOr:
      if (b.interval.is_nothing()) return a;
      if (a.interval.is_nothing()) return b;
      // Unbounded on either side is unbounded.
      return {Hull(a.interval, b.interval), a.evidence.text.empty() ? a.evidence : b.evidence};
    default:
      return {Calculate(binary.op, a.interval, b.interval), Better(a.evidence, b.evidence)};
  }
}

ValueBound Apply(const Expr& expr, const Known& known) {
  if (const auto* number = expr.As<NumberLiteral>()) {
    return {Interval::Exactly(number->value), {"a number", expr.span}};
  }
  if (const auto* paren = expr.As<ParenExpr>()) return known(*paren->inner);
  if (const auto* range = expr.As<MatrixSelector>()) return known(*range->selector);
  if (const auto* subquery = expr.As<Subquery>()) return known(*subquery->operand);
  if (const auto* unary = expr.As<UnaryExpr>()) {
    ValueBound bound = known(*unary->operand);
    if (unary->op == UnaryOp::kMinus) bound.interval = Negated(bound.interval);
    return bound;
  }
  if (const auto* selector = expr.As<VectorSelector>()) {
    return SelectorValues(expr, *selector, known.trust());
  }
  if (const auto* binary = expr.As<BinaryExpr>()) return OfBinary(expr, *binary, known);
  if (const auto* aggregate = expr.As<AggregateExpr>()) {
    const bool has_number =
        aggregate->parameter != nullptr && aggregate->parameter->type == ValueType::kScalar;
    return AggregateValues(expr, *aggregate, known(*aggregate->operand),
                           has_number ? known(*aggregate->parameter) : ValueBound{});
  }
  if (const auto* call = expr.As<Call>()) {
    std::vector<ValueBound> arguments;
    for (const Expr* argument : call->args) arguments.push_back(known(*argument));
    return CallValues(expr, *call, arguments, known.trust());
  }
  return {};
}

bool IsNeverEmpty(const Expr& expr, const Known& known) {
  if (expr.type == ValueType::kScalar) return true;
  if (const auto* paren = expr.As<ParenExpr>()) return known.IsNeverEmpty(*paren->inner);
  if (const auto* unary = expr.As<UnaryExpr>()) return known.IsNeverEmpty(*unary->operand);
  if (const auto* aggregate = expr.As<AggregateExpr>()) {
    return aggregate->parameter == nullptr && known.IsNeverEmpty(*aggregate->operand);
  }
  if (const auto* call = expr.As<Call>()) {
    return KeepsElements(*call) && std::ranges::all_of(call->args, [&](const Expr* argument) {
             return argument->type == ValueType::kString || known.IsNeverEmpty(*argument);
           });
  }
  const auto* binary = expr.As<BinaryExpr>();
  if (binary == nullptr) return false;
  const bool left = known.IsNeverEmpty(*binary->lhs);
  const bool right = known.IsNeverEmpty(*binary->rhs);
  if (binary->op == BinaryOp::kOr) return left || right;
  const bool is_filter = IsComparison(binary->op) && !binary->return_bool;
  // Two vectors may not match.
  const bool has_number =
      binary->lhs->type == ValueType::kScalar || binary->rhs->type == ValueType::kScalar;
  return !is_filter && has_number && left && right;
}

std::optional<ComparisonFact> Judge(const Expr& expr, const ValueBound& a, const ValueBound& b) {
  const auto* binary = expr.As<BinaryExpr>();
  if (a.interval.is_nothing() || b.interval.is_nothing()) return std::nullopt;
  ComparisonFact fact{.expr = &expr, .left = a, .right = b};
  if (IsNeverTrue(binary->op, a.interval, b.interval)) return fact;
  const bool is_join =
      binary->lhs->type == ValueType::kVector && binary->rhs->type == ValueType::kVector;
  if (is_join || !IsAlwaysTrue(binary->op, a.interval, b.interval)) return std::nullopt;
  fact.outcome = ComparisonFact::Outcome::kAlwaysTrue;
  return fact;
}

}  // namespace

Values::Values(const Tree& tree) : tree_(&tree) {
  facts_.reserve(tree.size());
  for (const Expr* expr : tree.nodes()) {
    const Known proven(tree, facts_, Trust::kProven);
    const Known likely(tree, facts_, Trust::kLikely);
    if (const auto wrong = WrongArgument(*expr)) arguments_.push_back(*wrong);
    if (const auto* binary = expr->As<BinaryExpr>();
        binary != nullptr && IsComparison(binary->op)) {
      auto fact = Judge(*expr, proven(*binary->lhs), proven(*binary->rhs));
      if (fact) fact->is_proven = true;
      if (!fact) fact = Judge(*expr, likely(*binary->lhs), likely(*binary->rhs));
      if (fact) comparisons_.push_back(*fact);
    }
    ValueFact fact;
    fact.proven = Apply(*expr, proven);
    fact.likely = Apply(*expr, likely);
    fact.is_never_empty = IsNeverEmpty(*expr, proven);
    facts_.push_back(fact);
  }
}

}  // namespace promql::analysis

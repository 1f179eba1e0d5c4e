// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "promql/analysis/alert.h"
#include "promql/analysis/interval.h"

namespace promql::analysis {
namespace {

constexpr std::size_t kMostConditions = 64;  // an `or` beyond is left whole

bool IsConstantVector(const Expr& expr) {
  const auto* call = Unwrapped(expr).As<Call>();
  return call != nullptr && call->function->name == "vector";
}

bool IsObservedOnTheRight(const BinaryExpr& binary) {
  const bool left = binary.lhs->type == ValueType::kVector;
  const bool right = binary.rhs->type == ValueType::kVector;
  if (left != right) return right;
  if (left) return IsConstantVector(*binary.lhs) && !IsConstantVector(*binary.rhs);
  return NumberIn(*binary.lhs).has_value() && !NumberIn(*binary.rhs).has_value();
}

std::optional<double> ThresholdNumber(const Expr& expr) {
  const auto* call = Unwrapped(expr).As<Call>();
  const bool is_vector = call != nullptr && call->function->name == "vector";
  return NumberIn(is_vector ? *call->args[0] : expr);
}

Comparison Read(const Expr& expr, const BinaryExpr& binary) {
  const bool is_right = IsObservedOnTheRight(binary);
  const Expr* threshold = is_right ? binary.lhs : binary.rhs;
  return {.expr = &expr,
          .op = is_right ? Mirrored(binary.op) : binary.op,
          .threshold = threshold,
          .number = ThresholdNumber(*threshold),
          .returns_bool = binary.return_bool};
}

// Peels operators off until what is left is observed, or an `or` whose operands go each their way.
void Peel(Condition& condition) {
  for (;;) {
    condition.observed = &Unwrapped(*condition.observed);
    const auto* binary = condition.observed->As<BinaryExpr>();
    if (binary == nullptr) return;
    if (IsComparison(binary->op)) {
      condition.comparisons.push_back(Read(*condition.observed, *binary));
      condition.observed = IsObservedOnTheRight(*binary) ? binary->rhs : binary->lhs;
    } else if (binary->op == BinaryOp::kAnd || binary->op == BinaryOp::kUnless) {
      (binary->op == BinaryOp::kAnd ? condition.also : condition.unless).push_back(binary->rhs);
      condition.observed = binary->lhs;
    } else {
      return;
    }
  }
}

void Finish(Condition& condition) {
  std::ranges::reverse(condition.comparisons);
  std::ranges::reverse(condition.also);
  std::ranges::reverse(condition.unless);
  const auto* call = condition.observed->As<Call>();
  condition.is_absence = call != nullptr && call->function->name.starts_with("absent");
}

}  // namespace

const Comparison* Condition::Threshold() const {
  const Comparison* best = nullptr;
  for (const Comparison& comparison : comparisons) {
    if (best == nullptr || comparison.number || !best->number) best = &comparison;
  }
  return best;
}

AlertSplit SplitAlert(const Expr& expr) {
  AlertSplit split;
  std::vector<Condition> pending(1);
  pending.back().observed = &expr;
  while (!pending.empty()) {
    Condition condition = std::move(pending.back());
    pending.pop_back();
    Peel(condition);
    const auto* binary = condition.observed->As<BinaryExpr>();
    const bool has_room = split.conditions.size() + pending.size() + 2 <= kMostConditions;
    if (binary != nullptr && binary->op == BinaryOp::kOr && has_room) {
      for (const Expr* operand : {binary->rhs, binary->lhs}) {
        pending.push_back(condition);
        pending.back().observed = operand;
      }
      continue;
    }
    Finish(condition);
    split.conditions.push_back(std::move(condition));
  }
  return split;
}

}  // namespace promql::analysis

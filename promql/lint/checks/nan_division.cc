// SPDX-License-Identifier: Apache-2.0
// sum(a / b): where b is 0 the quotient is NaN or infinite, and with it the whole sum.
#include <algorithm>
#include <array>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

using analysis::Unwrapped;

bool SpreadsNan(AggregateOp op) {
  return op == AggregateOp::kSum || op == AggregateOp::kAvg || op == AggregateOp::kStddev ||
         op == AggregateOp::kStdvar;
}

// Sizes, limits and totals of things are not 0 while the series exists.
bool IsNeverZeroByName(std::string_view metric) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"_size_bytes", "_limit", "_capacity", "_max_", "_max", "_total_bytes", "MemTotal", "_cores",
       "_cpus", "_quota", "_size"});
  return std::ranges::any_of(
      kWords, [&](auto word) { return metric.find(word) != std::string_view::npos; });
}

// Whether the divisor can be 0 as far as can be told: a rate or a metric, with no filter.
bool MayBeZero(const analysis::Facts& facts, const Expr& divisor) {
  if (!facts.values.Of(divisor).likely.interval.Contains(0)) return false;
  const Expr* inner = &Unwrapped(divisor);
  if (const AggregateExpr* aggregate = inner->As<AggregateExpr>()) {
    inner = &Unwrapped(*aggregate->operand);
  }
  if (const Call* call = inner->As<Call>()) {
    // Only what is 0 whenever nothing happens.
    const std::string_view name = call->function->name;
    return name == "rate" || name == "increase" || name == "irate" || name == "delta";
  }
  const VectorSelector* selector = inner->As<VectorSelector>();
  return selector != nullptr && !IsNeverZeroByName(MetricOf(*selector));
}

}  // namespace

void NanDivision(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const AggregateExpr* aggregate = node->As<AggregateExpr>();
    if (aggregate == nullptr || !SpreadsNan(aggregate->op)) continue;
    const BinaryExpr* binary = Unwrapped(*aggregate->operand).As<BinaryExpr>();
    if (binary == nullptr) continue;
    if (binary->op != BinaryOp::kDiv && binary->op != BinaryOp::kMod) continue;
    if (binary->rhs->type != ValueType::kVector || !MayBeZero(facts, *binary->rhs)) continue;
    sink.Add({.at = rule.At(*binary->rhs),
              .message = "where this is 0 the quotient is not a number, and makes the whole " +
                         std::string(Text(aggregate->op)) + " not a number",
              .advice = "divide the sums instead of summing quotients, or add '> 0' to the divisor"});
  }
}

}  // namespace promql::lint::checks

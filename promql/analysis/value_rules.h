// SPDX-License-Identifier: Apache-2.0
// The rules of values.h: the values of a node's result from those of its operands.
#pragma once

#include <optional>
#include <span>

#include "promql/analysis/values.h"

namespace promql::analysis {

// Whether only what is proven counts, or also what names suggest.
enum class Trust : std::uint8_t { kProven, kLikely };

[[nodiscard]] ValueBound SelectorValues(const Expr& expr, const VectorSelector& selector,
                                        Trust trust);
// `operand`: of the vector; `parameter`: of quantile's φ and the like, else Any.
[[nodiscard]] ValueBound AggregateValues(const Expr& expr, const AggregateExpr& aggregate,
                                         const ValueBound& operand, const ValueBound& parameter);
// `arguments`: one bound for each argument.
[[nodiscard]] ValueBound CallValues(const Expr& expr, const Call& call,
                                    std::span<const ValueBound> arguments, Trust trust);

// Whether a call has at least one element whenever its vector argument has.
[[nodiscard]] bool KeepsElements(const Call& call);

[[nodiscard]] std::optional<ArgumentFact> WrongArgument(const Expr& expr);

}  // namespace promql::analysis

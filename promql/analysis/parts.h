// SPDX-License-Identifier: Apache-2.0
// Parts of a whole: whether one side of a division adds up or counts some of what the other side
// does. Then the quotient of things that are not negative is between 0 and 1.
#pragma once

#include "promql/syntax/ast.h"

namespace promql::analysis {

// Of a division of two vectors: the operand of the whole's aggregation, whose values must not be
// negative for that; null when the left side is no part of the right one. Sums of what is at most 1
// over counts of the same count as well: `sum(up) / count(up)`, where `is_sum_over_count` is set.
struct PartOfWhole {
  const Expr* added = nullptr;
  bool counts = false;             // both sides count: nothing to ask of the values
  bool is_sum_over_count = false;  // the added values must lie between 0 and 1
};
[[nodiscard]] PartOfWhole FindPart(const BinaryExpr& division);

}  // namespace promql::analysis

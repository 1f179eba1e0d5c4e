// SPDX-License-Identifier: Apache-2.0
// Sets of numbers that a value can be: an interval with open or closed ends, perhaps integers only,
// and whether it can be NaN. Operations give every value that Prometheus' arithmetic can give, so
// that what is outside is impossible.
#pragma once

#include <limits>
#include <string>

#include "promql/syntax/ast.h"

namespace promql::analysis {

struct Interval {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool lo_is_open = false;  // lo itself is left out
  bool hi_is_open = false;
  bool is_integer = false;  // or infinite
  bool may_be_nan = true;

  [[nodiscard]] static constexpr Interval Any() { return {}; }
  [[nodiscard]] static constexpr Interval Between(double lo, double hi) {
    return {.lo = lo, .hi = hi, .may_be_nan = false};
  }
  [[nodiscard]] static constexpr Interval Integers(double lo, double hi) {
    return {.lo = lo, .hi = hi, .is_integer = true, .may_be_nan = false};
  }
  [[nodiscard]] static Interval Exactly(double value);
  [[nodiscard]] static constexpr Interval Nothing() {
    return {.lo = 1, .hi = 0, .may_be_nan = false};
  }

  // No number is in it; NaN may be.
  [[nodiscard]] bool has_no_number() const {
    return lo > hi || (lo == hi && (lo_is_open || hi_is_open));
  }
  [[nodiscard]] bool is_nothing() const { return has_no_number() && !may_be_nan; }
  [[nodiscard]] bool is_exact() const { return lo == hi && !has_no_number() && !may_be_nan; }
  [[nodiscard]] bool is_boolean() const {
    return is_integer && lo >= 0 && hi <= 1 && !may_be_nan && !has_no_number();
  }
  [[nodiscard]] bool Contains(double value) const;
  friend bool operator==(const Interval&, const Interval&) = default;
};

[[nodiscard]] Interval Hull(const Interval& a, const Interval& b);
[[nodiscard]] Interval Intersection(const Interval& a, const Interval& b);

[[nodiscard]] Interval Negated(const Interval& a);
// Of an arithmetic operator; histograms' trimming gives anything.
[[nodiscard]] Interval Calculate(BinaryOp op, const Interval& a, const Interval& b);
// With a function that never falls, like floor().
[[nodiscard]] Interval Mapped(const Interval& a, double (*rising)(double));

// Values of `a` that are left after `a op b`, for a comparison.
[[nodiscard]] Interval Filtered(BinaryOp op, const Interval& a, const Interval& b);
// Whether `a op b` holds for no pair; for every pair, NaN included.
[[nodiscard]] bool IsNeverTrue(BinaryOp op, const Interval& a, const Interval& b);
[[nodiscard]] bool IsAlwaysTrue(BinaryOp op, const Interval& a, const Interval& b);
// The comparison with its sides exchanged: `<` becomes `>`.
[[nodiscard]] BinaryOp Mirrored(BinaryOp op);
// The comparison that holds when this one does not: `<` becomes `>=`.
[[nodiscard]] BinaryOp Opposite(BinaryOp op);

// "always 1", "0 or 1", "between 0 and 23", "above 10", "0 or more", "any number", "nothing".
[[nodiscard]] std::string Text(const Interval& interval);

}  // namespace promql::analysis

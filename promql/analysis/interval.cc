// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/interval.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "promql/syntax/number.h"

namespace promql::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool IsWhole(double value) { return std::isinf(value) || std::floor(value) == value; }

// Integers start and end at integers.
Interval Tightened(Interval a) {
  if (!a.is_integer || a.has_no_number()) return a;
  if (std::isfinite(a.lo)) {
    a.lo = a.lo_is_open ? std::floor(a.lo) + 1 : std::ceil(a.lo);
    a.lo_is_open = false;
  }
  if (std::isfinite(a.hi)) {
    a.hi = a.hi_is_open ? std::ceil(a.hi) - 1 : std::floor(a.hi);
    a.hi_is_open = false;
  }
  return a;
}

bool MayBeInfinite(const Interval& a) {
  return (a.lo == -kInfinity && !a.lo_is_open) || (a.hi == kInfinity && !a.hi_is_open);
}

// Rounding can reach an end that is open in mathematics: only a filter keeps ends open.
Interval Closed(double lo, double hi, bool is_integer, bool may_be_nan) {
  return {.lo = lo, .hi = hi, .is_integer = is_integer, .may_be_nan = may_be_nan};
}

Interval Sum(const Interval& a, const Interval& b) {
  const bool can_cancel =
      (a.lo == -kInfinity && b.hi == kInfinity) || (a.hi == kInfinity && b.lo == -kInfinity);
  const double lo = a.lo == -kInfinity || b.lo == -kInfinity ? -kInfinity : a.lo + b.lo;
  const double hi = a.hi == kInfinity || b.hi == kInfinity ? kInfinity : a.hi + b.hi;
  return Closed(lo, hi, a.is_integer && b.is_integer, a.may_be_nan || b.may_be_nan || can_cancel);
}

double Times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Interval Product(const Interval& a, const Interval& b) {
  const auto corners =
      std::to_array({Times(a.lo, b.lo), Times(a.lo, b.hi), Times(a.hi, b.lo), Times(a.hi, b.hi)});
  const auto [lo, hi] = std::ranges::minmax(corners);
  const bool zero_times_infinity =
      (a.Contains(0) && MayBeInfinite(b)) || (b.Contains(0) && MayBeInfinite(a));
  return Closed(lo, hi, a.is_integer && b.is_integer,
                a.may_be_nan || b.may_be_nan || zero_times_infinity);
}

double Over(double a, double b) { return std::isinf(b) ? 0 : a / b; }

// For divisors that are above zero, or zero when their lower end is closed there.
Interval QuotientByPositive(const Interval& a, const Interval& b) {
  const bool may_be_zero = b.Contains(0);
  const bool nan = a.may_be_nan || b.may_be_nan || (may_be_zero && a.Contains(0)) ||
                   (MayBeInfinite(a) && MayBeInfinite(b));
  const auto end = [&](double value, bool is_lower) {
    if (value == 0) return 0.0;
    // Away from zero for small divisors, towards it for large ones.
    const bool shrinks = is_lower == (value > 0);
    if (shrinks) return Over(value, b.hi);
    return b.lo == 0 ? std::copysign(kInfinity, value) : value / b.lo;
  };
  return Closed(end(a.lo, true), end(a.hi, false), false, nan);
}

Interval Quotient(const Interval& a, const Interval& b) {
  if (b.lo >= 0) return QuotientByPositive(a, b);
  if (b.hi < 0) return Negated(QuotientByPositive(a, Negated(b)));
  return Interval::Any();
}

// Go's math.Mod: the sign of the dividend, smaller than the divisor.
Interval Remainder(const Interval& a, const Interval& b) {
  const double most = std::max(std::abs(b.lo), std::abs(b.hi));
  const bool nan = a.may_be_nan || b.may_be_nan || b.Contains(0) || MayBeInfinite(a);
  return Closed(a.lo >= 0 ? 0 : std::max(a.lo, -most), a.hi <= 0 ? 0 : std::min(a.hi, most),
                a.is_integer && b.is_integer, nan);
}

Interval Power(const Interval& a, const Interval& b) {
  const bool is_even = b.is_exact() && std::fmod(b.lo, 2) == 0;
  if (a.lo < 0 && !is_even) return Interval::Any();
  // A base of at least 0 gives no NaN of its own.
  return Closed(0, kInfinity, false, a.may_be_nan || b.may_be_nan);
}

}  // namespace

Interval Interval::Exactly(double value) {
  if (std::isnan(value)) return {.lo = 1, .hi = 0, .may_be_nan = true};
  return {.lo = value, .hi = value, .is_integer = IsWhole(value), .may_be_nan = false};
}

bool Interval::Contains(double value) const {
  if (std::isnan(value)) return may_be_nan;
  if (is_integer && !IsWhole(value)) return false;
  return (lo_is_open ? value > lo : value >= lo) && (hi_is_open ? value < hi : value <= hi);
}

Interval Hull(const Interval& a, const Interval& b) {
  const bool nan = a.may_be_nan || b.may_be_nan;
  if (a.has_no_number() || b.has_no_number()) {
    Interval one = a.has_no_number() ? b : a;
    one.may_be_nan = nan;
    return one;
  }
  Interval hull{.lo = std::min(a.lo, b.lo), .hi = std::max(a.hi, b.hi)};
  hull.lo_is_open = !(a.lo == hull.lo && !a.lo_is_open) && !(b.lo == hull.lo && !b.lo_is_open);
  hull.hi_is_open = !(a.hi == hull.hi && !a.hi_is_open) && !(b.hi == hull.hi && !b.hi_is_open);
  hull.is_integer = a.is_integer && b.is_integer;
  hull.may_be_nan = nan;
  return hull;
}

Interval Intersection(const Interval& a, const Interval& b) {
  Interval both{.lo = std::max(a.lo, b.lo), .hi = std::min(a.hi, b.hi)};
  both.lo_is_open = (a.lo == both.lo && a.lo_is_open) || (b.lo == both.lo && b.lo_is_open);
  both.hi_is_open = (a.hi == both.hi && a.hi_is_open) || (b.hi == both.hi && b.hi_is_open);
  both.is_integer = a.is_integer || b.is_integer;
  both.may_be_nan = a.may_be_nan && b.may_be_nan;
  return Tightened(both);
}

Interval Negated(const Interval& a) {
  Interval negated = a;
  negated.lo = -a.hi;
  negated.hi = -a.lo;
  negated.lo_is_open = a.hi_is_open;
  negated.hi_is_open = a.lo_is_open;
  if (a.has_no_number()) negated = {.lo = 1, .hi = 0, .may_be_nan = a.may_be_nan};
  return negated;
}

Interval Calculate(BinaryOp op, const Interval& a, const Interval& b) {
  if (a.has_no_number() || b.has_no_number()) {
    // NaN in, NaN out, but for powers such as NaN ^ 0.
    if (a.is_nothing() || b.is_nothing()) return Interval::Nothing();
    return op == BinaryOp::kPow ? Interval::Any() : Interval{.lo = 1, .hi = 0};
  }
  switch (op) {
    case BinaryOp::kAdd:
      return Sum(a, b);
    case BinaryOp::kSub:
      return Sum(a, Negated(b));
    case BinaryOp::kMul:
      return Product(a, b);
    case BinaryOp::kDiv:
      return Quotient(a, b);
    case BinaryOp::kMod:
      return Remainder(a, b);
    case BinaryOp::kPow:
      return Power(a, b);
    case BinaryOp::kAtan2:
      return Closed(-std::numbers::pi, std::numbers::pi, false, a.may_be_nan || b.may_be_nan);
    default:
      return Interval::Any();
  }
}

Interval Mapped(const Interval& a, double (*rising)(double)) {
  if (a.has_no_number()) return a;
  const double lo = rising(a.lo);
  const double hi = rising(a.hi);
  const bool nan = a.may_be_nan || std::isnan(lo) || std::isnan(hi);
  return Closed(std::isnan(lo) ? -kInfinity : lo, std::isnan(hi) ? kInfinity : hi, false, nan);
}

Interval Filtered(BinaryOp op, const Interval& a, const Interval& b) {
  if (a.is_nothing() || b.is_nothing()) return Interval::Nothing();
  if (op == BinaryOp::kNotEqual) {
    if (!b.is_exact() || !a.Contains(b.lo)) return a;
    Interval left = a;
    if (a.lo == b.lo) left.lo_is_open = true;
    if (a.hi == b.lo) left.hi_is_open = true;
    return Tightened(left);
  }
  if (a.has_no_number() || b.has_no_number()) return Interval::Nothing();
  Interval limit{.may_be_nan = false};
  switch (op) {
    case BinaryOp::kEqual:
      limit = b;
      limit.may_be_nan = false;
      break;
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterEqual:
      limit.lo = b.lo;
      limit.lo_is_open = op == BinaryOp::kGreater || b.lo_is_open;
      break;
    default:
      limit.hi = b.hi;
      limit.hi_is_open = op == BinaryOp::kLess || b.hi_is_open;
      break;
  }
  return Intersection(a, limit);
}

bool IsNeverTrue(BinaryOp op, const Interval& a, const Interval& b) {
  return Filtered(op, a, b).is_nothing() || Filtered(Mirrored(op), b, a).is_nothing();
}

bool IsAlwaysTrue(BinaryOp op, const Interval& a, const Interval& b) {
  if (op != BinaryOp::kNotEqual && (a.may_be_nan || b.may_be_nan)) return false;
  Interval numbers_a = a;
  Interval numbers_b = b;
  numbers_a.may_be_nan = numbers_b.may_be_nan = false;
  if (numbers_a.is_nothing() || numbers_b.is_nothing()) return false;
  return IsNeverTrue(Opposite(op), numbers_a, numbers_b);
}

BinaryOp Mirrored(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return BinaryOp::kGreater;
    case BinaryOp::kLessEqual:
      return BinaryOp::kGreaterEqual;
    case BinaryOp::kGreater:
      return BinaryOp::kLess;
    case BinaryOp::kGreaterEqual:
      return BinaryOp::kLessEqual;
    default:
      return op;
  }
}

BinaryOp Opposite(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLess:
      return BinaryOp::kGreaterEqual;
    case BinaryOp::kLessEqual:
      return BinaryOp::kGreater;
    case BinaryOp::kGreater:
      return BinaryOp::kLessEqual;
    case BinaryOp::kGreaterEqual:
      return BinaryOp::kLess;
    case BinaryOp::kEqual:
      return BinaryOp::kNotEqual;
    case BinaryOp::kNotEqual:
      return BinaryOp::kEqual;
    default:
      return op;
  }
}

std::string Text(const Interval& interval) {
  if (interval.has_no_number()) return interval.may_be_nan ? "NaN" : "nothing";
  const auto number = [](double value) {
    std::string text;
    AppendCompactNumber(value == 0 ? 0 : value, text);  // no -0
    return text;
  };
  const std::string nan =
      interval.may_be_nan && (interval.lo > -kInfinity || interval.hi < kInfinity) ? " or NaN" : "";
  if (interval.lo == interval.hi) return "always " + number(interval.lo) + nan;
  if (interval.is_integer && interval.lo == 0 && interval.hi == 1) return "0 or 1" + nan;
  const bool has_lo = interval.lo > -kInfinity;
  const bool has_hi = interval.hi < kInfinity;
  const std::string kind = interval.is_integer ? "an integer " : "";
  if (has_lo && has_hi) {
    const bool is_open = interval.lo_is_open || interval.hi_is_open;
    if (!is_open)
      return kind + "between " + number(interval.lo) + " and " + number(interval.hi) + nan;
    return kind + (interval.lo_is_open ? "above " : "at least ") + number(interval.lo) + " and " +
           (interval.hi_is_open ? "below " : "at most ") + number(interval.hi) + nan;
  }
  if (has_lo) {
    return interval.lo_is_open ? kind + "above " + number(interval.lo) + nan
                               : kind + number(interval.lo) + " or more" + nan;
  }
  if (has_hi) {
    return interval.hi_is_open ? kind + "below " + number(interval.hi) + nan
                               : kind + number(interval.hi) + " or less" + nan;
  }
  return interval.is_integer ? "any integer" : "any number";
}

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// Ranges, steps and the arithmetic of durations.
#include <cmath>
#include <limits>

#include "promql/syntax/grammar.h"
#include "promql/syntax/number.h"

namespace promql {

using enum TokenType;

namespace {

constexpr std::string_view kInBrackets = "the range";
constexpr std::string_view kDurationExpected = "a number, a duration, `step()` or `range()`";

// 2^63 nanoseconds.
constexpr double kLongestSeconds = 9223372036.854775808;
bool IsOutOfRange(double seconds) {
  return seconds > kLongestSeconds || seconds < -kLongestSeconds;
}

std::int64_t RoundToNanos(double seconds) {
  const double nanos = std::round(seconds * 1e9);
  if (!(nanos > -9223372036854775808.0)) return std::numeric_limits<std::int64_t>::min();
  if (nanos >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(nanos);
}

// A number as it stands; in parentheses it is an expression already.
bool IsLiteral(const DurationExpr& duration) {
  return duration.op == DurationExpr::Op::kLiteral && !duration.in_parens;
}

bool IsDurationOperator(TokenType type) { return type >= kAdd && type <= kPow; }

DurationExpr::Op OperatorOf(TokenType type) {
  switch (type) {
    case kSub:
      return DurationExpr::Op::kSub;
    case kMul:
      return DurationExpr::Op::kMul;
    case kDiv:
      return DurationExpr::Op::kDiv;
    case kMod:
      return DurationExpr::Op::kMod;
    case kPow:
      return DurationExpr::Op::kPow;
    default:
      return DurationExpr::Op::kAdd;
  }
}

}  // namespace

DurationValue Grammar::ToValue(const DurationExpr& duration) {
  if (IsLiteral(duration)) return {RoundToNanos(duration.seconds), nullptr};
  return {0, &duration};
}

// The number of a kNumber or kDuration token; 0 after a complaint.
double Grammar::LiteralSeconds(const Token& token) {
  if (token.type == kNumber) {
    const auto number = ParseNumber(TextOf(token));
    if (number) return *number;
    Fail(token.span, number.error());
    return 0;
  }
  const auto nanos = ParseDurationNanos(TextOf(token));
  if (!nanos) {
    Fail(token.span, nanos.error());
    return 0;
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  // In two parts, as Go's Duration.Seconds does it: the sum is rounded once.
  const std::int64_t whole = *nanos / kSecond;
  const std::int64_t rest = *nanos % kSecond;
  return static_cast<double>(whole) + static_cast<double>(rest) / 1e9;
}

// `[` is the next token.
Expr* Grammar::Brackets(Expr* operand) {
  const Token open = Take();
  const auto give_up = [&]() -> Expr* {
    if (!SkipTo(kRightBracket, kRightBracket)) return nullptr;
    Take();
    return operand;
  };
  const DurationExpr* range = PositiveDuration();
  if (range == nullptr) return give_up();
  if (Peek().type == kRightBracket)
    return NewMatrix(operand, *range, {open.span.start, Take().span.end});
  if (!Expect(kColon, kInBrackets, "`:` or `]`")) return give_up();
  Subquery subquery;
  subquery.operand = operand;
  subquery.range = ToValue(*range);
  if (Peek().type != kRightBracket) {
    const DurationExpr* step = PositiveDuration();
    if (step == nullptr) return give_up();
    subquery.step = ToValue(*step);
  }
  const Span close = Peek().span;
  if (!Expect(kRightBracket, "the subquery", "`]`")) return give_up();
  return NewExpr({operand->span.start, close.end}, ValueType::kMatrix, subquery, operand->height);
}

Expr* Grammar::NewMatrix(Expr* operand, const DurationExpr& range, Span brackets) {
  const auto* selector = operand->As<VectorSelector>();
  if (selector == nullptr) {
    Fail(brackets,
         "a range is only allowed behind a selector; for other expressions write a subquery, "
         "`[5m:]`");
  } else if (selector->shift.offset.is_set()) {
    Fail(brackets, "the range must stand before `offset`");
  } else if (selector->shift.has_at()) {
    Fail(brackets, "the range must stand before `@`");
  }
  return NewExpr({operand->span.start, brackets.end}, ValueType::kMatrix,
                 MatrixSelector{operand, ToValue(range)}, operand->height);
}

DurationExpr* Grammar::PositiveDuration() {
  DurationExpr* duration = Duration(kLowestPrecedence);
  if (duration == nullptr) return nullptr;
  if (IsLiteral(*duration) && !(duration->seconds > 0))
    Fail(duration->span, "the duration must be greater than 0");
  return duration;
}

DurationExpr* Grammar::Duration(int min_precedence) {
  Nesting nesting(*this);
  if (nesting.TooDeep()) return nullptr;
  return DurationRest(DurationOperand(), min_precedence);
}

// Operators and operands behind `lhs`.
DurationExpr* Grammar::DurationRest(DurationExpr* lhs, int min_precedence) {
  std::uint32_t chain = 0;
  while (lhs != nullptr && IsDurationOperator(Peek().type) &&
         Precedence(Peek().type) >= min_precedence) {
    if (++chain > options_.max_nesting) {
      Fail(Peek().span, "the duration has too many operators in a row");
      return nullptr;
    }
    const Token op = Take();
    DurationExpr* rhs = Duration(op.type == kPow ? kPowerPrecedence : Precedence(op.type) + 1);
    if (rhs == nullptr) return nullptr;
    if ((op.type == kDiv || op.type == kMod) && IsLiteral(*rhs) && rhs->seconds == 0) {
      Fail(op.span, op.type == kDiv ? "division by zero" : "modulo by zero");
    }
    lhs = arena_.New<DurationExpr>(OperatorOf(op.type), false, false,
                                   Span{lhs->span.start, rhs->span.end}, 0.0, lhs, rhs);
  }
  return lhs;
}

DurationExpr* Grammar::DurationOperand() {
  switch (Peek().type) {
    case kNumber:
    case kDuration:
      return DurationLiteral(true);
    case kStep:
    case kRange:
    case kMinOf:
    case kMaxOf:
      return DurationCall();
    case kLeftParen:
      return DurationInParens();
    case kAdd:
    case kSub: {
      const Token sign = Take();
      DurationExpr* operand = Duration(kPowerPrecedence);
      return operand == nullptr ? nullptr : Signed(sign, operand);
    }
    default:
      return Unexpected(kInBrackets, kDurationExpected);
  }
}

DurationExpr* Grammar::DurationLiteral(bool check_range) {
  const Token token = Take();
  double seconds = LiteralSeconds(token);
  if (check_range && IsOutOfRange(seconds)) {
    Fail(token.span, "duration out of range: at most 292 years");
    seconds = 0;
  }
  return arena_.New<DurationExpr>(DurationExpr::Op::kLiteral, false, token.type == kDuration,
                                  token.span, seconds);
}

// step(), range(), min_of(a, b), max_of(a, b)
DurationExpr* Grammar::DurationCall() {
  const Token name = Take();
  if (!Expect(kLeftParen, kInBrackets, "`(`")) return nullptr;
  DurationExpr call;
  call.op = name.type == kStep    ? DurationExpr::Op::kStep
            : name.type == kRange ? DurationExpr::Op::kRange
            : name.type == kMinOf ? DurationExpr::Op::kMin
                                  : DurationExpr::Op::kMax;
  if (name.type == kMinOf || name.type == kMaxOf) {
    call.lhs = Duration(kLowestPrecedence);
    if (call.lhs == nullptr || !Expect(kComma, kInBrackets, "`,`")) return nullptr;
    call.rhs = Duration(kLowestPrecedence);
    if (call.rhs == nullptr) return nullptr;
  }
  const Span close = Peek().span;
  if (!Expect(kRightParen, kInBrackets, "`)`")) return nullptr;
  call.span = {name.span.start, close.end};
  return arena_.New<DurationExpr>(call);
}

DurationExpr* Grammar::DurationInParens() {
  const Token open = Take();
  DurationExpr* inner = Duration(kLowestPrecedence);
  if (inner == nullptr) return nullptr;
  const Span close = Peek().span;
  if (!Expect(kRightParen, kInBrackets, "an operator or `)`")) return nullptr;
  inner->in_parens = true;
  inner->span = {open.span.start, close.end};
  return inner;
}

// A literal takes the sign in; a plus before anything else vanishes.
DurationExpr* Grammar::Signed(const Token& sign, DurationExpr* operand) {
  const Span span{sign.span.start, operand->span.end};
  if (IsLiteral(*operand)) {
    if (sign.type == kSub) operand->seconds = -operand->seconds;
    operand->span = span;
    if (IsOutOfRange(operand->seconds)) {
      Fail(sign.span, "duration out of range: at most 292 years");
      operand->seconds = 0;
    }
    return operand;
  }
  if (sign.type == kAdd) return operand;
  return arena_.New<DurationExpr>(DurationExpr::Op::kSub, false, false, span, 0.0, nullptr,
                                  operand);
}

// Behind `offset` an operator belongs to the expression outside, unless a parenthesis or a second
// sign has begun an arithmetic of durations: `foo offset -2^2` is `(foo offset -2)^2`.
DurationExpr* Grammar::OffsetDuration() {
  switch (Peek().type) {
    case kNumber:
    case kDuration:
      return DurationLiteral(true);
    case kStep:
    case kRange:
    case kMinOf:
    case kMaxOf:
      return DurationCall();
    case kLeftParen:
      return Duration(kLowestPrecedence);
    case kAdd:
    case kSub:
      return OffsetSigned(Take());
    default:
      return Unexpected("`offset`", kDurationExpected);
  }
}

DurationExpr* Grammar::OffsetSigned(const Token& sign) {
  DurationExpr* operand = nullptr;
  switch (Peek().type) {
    case kNumber:
    case kDuration:
      operand = DurationLiteral(false);
      break;
    case kStep:
    case kRange:
    case kMinOf:
    case kMaxOf:
      operand = DurationCall();
      break;
    case kLeftParen:
      operand = DurationInParens();
      break;
    case kAdd:
    case kSub:
      operand = Duration(kPowerPrecedence);
      return operand == nullptr ? nullptr : DurationRest(Signed(sign, operand), kLowestPrecedence);
    default:
      return Unexpected("`offset`", kDurationExpected);
  }
  return operand == nullptr ? nullptr : Signed(sign, operand);
}

}  // namespace promql

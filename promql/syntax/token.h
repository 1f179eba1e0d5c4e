// SPDX-License-Identifier: Apache-2.0
// The words of PromQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/syntax/types.h"

namespace promql {

enum class TokenType : std::uint8_t {
  kEnd,
  kError,
  kIdentifier,
  kMetricIdentifier,
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,
  kRegexMatch,
  kRegexNotMatch,
  kAt,
  // binary operators, in the order of BinaryOp
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kTrimUpper,
  kTrimLower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kUnless,
  // aggregations, in the order of AggregateOp
  kAvg,
  kBottomk,
  kCount,
  kCountValues,
  kGroup,
  kLimitk,
  kLimitRatio,
  kMax,
  kMin,
  kQuantile,
  kStddev,
  kStdvar,
  kSum,
  kTopk,
  // keywords
  kBool,
  kBy,
  kWithout,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kOffset,
  kAnchored,
  kSmoothed,
  kFill,
  kFillLeft,
  kFillRight,
  // keywords that also name functions
  kStart,
  kStop,
  kStep,
  kRange,
  kMaxOf,
  kMinOf,
};

struct Token {
  TokenType type = TokenType::kEnd;
  Span span;
};

[[nodiscard]] constexpr bool IsBinaryOperator(TokenType t) {
  return t >= TokenType::kAdd && t <= TokenType::kUnless;
}
[[nodiscard]] constexpr bool IsAggregation(TokenType t) {
  return t >= TokenType::kAvg && t <= TokenType::kTopk;
}
[[nodiscard]] constexpr bool IsFunctionKeyword(TokenType t) { return t >= TokenType::kStart; }
// Words that may name a metric.
[[nodiscard]] bool IsMetricName(TokenType t);
// Words that may name a label in `by (…)`, `on (…)` and the like.
[[nodiscard]] bool IsLabelName(TokenType t);

// kIdentifier when the word is none of the language; case does not matter.
[[nodiscard]] TokenType KeywordType(std::string_view word);

// For messages: "`)`", "number `5`", "the end of the expression".
[[nodiscard]] std::string Describe(const Token& token, std::string_view text);

}  // namespace promql

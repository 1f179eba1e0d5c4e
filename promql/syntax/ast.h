// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a PromQL expression: a closed variant of node kinds. Nodes live in the arena
// of the Expression that owns them (parser.h), are immutable once parsed, and borrow texts from it.
// Spans are byte offsets into the parsed text, end exclusive. Safe to read from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "promql/model/matcher.h"
#include "promql/syntax/functions.h"
#include "promql/syntax/types.h"

namespace promql {

struct Expr;

enum class UnaryOp : std::uint8_t { kPlus, kMinus };

enum class BinaryOp : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kTrimUpper,  // `</` and `>/`: cut histograms
  kTrimLower,  // arithmetic up to here
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,  // comparison
  kAnd,
  kOr,
  kUnless,  // sets
};

[[nodiscard]] std::string_view Text(BinaryOp op);
[[nodiscard]] constexpr bool IsComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual;
}
[[nodiscard]] constexpr bool IsSetOperator(BinaryOp op) { return op >= BinaryOp::kAnd; }

enum class AggregateOp : std::uint8_t {
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
};

[[nodiscard]] std::string_view Text(AggregateOp op);
// The type of the parameter before the vector; kNone when there is none.
[[nodiscard]] ValueType ParameterType(AggregateOp op);
[[nodiscard]] constexpr bool IsExperimental(AggregateOp op) {
  return op == AggregateOp::kLimitk || op == AggregateOp::kLimitRatio;
}

// An arithmetic expression of durations, as in `foo[5m + step()]`. Leaves are kLiteral, kStep and
// kRange; kMin and kMax have two operands; kAdd and kSub without `lhs` are signs.
struct DurationExpr {
  enum class Op : std::uint8_t {
    kLiteral,
    kStep,
    kRange,
    kMin,
    kMax,
    kAdd,
    kSub,
    kMul,
    kDiv,
    kMod,
    kPow
  };
  Op op = Op::kLiteral;
  bool in_parens = false;
  bool has_unit = false;  // kLiteral: written as `5m`, not as `300`
  Span span;
  double seconds = 0;  // kLiteral
  const DurationExpr* lhs = nullptr;
  const DurationExpr* rhs = nullptr;
};

// A duration known now (`expr` is null) or computed when the query runs (`nanoseconds` is 0).
struct DurationValue {
  std::int64_t nanoseconds = 0;
  const DurationExpr* expr = nullptr;
  [[nodiscard]] bool is_set() const { return nanoseconds != 0 || expr != nullptr; }
};

enum class AtBound : std::uint8_t { kNone, kStart, kEnd };

// `offset` and `@` of a selector or subquery.
struct TimeShift {
  DurationValue offset;
  std::optional<std::int64_t> at_ms;
  AtBound at_bound = AtBound::kNone;
  [[nodiscard]] bool has_at() const { return at_ms.has_value() || at_bound != AtBound::kNone; }
};

// One matcher as written, except that the name before the braces is the last matcher of its
// selector.
struct LabelMatcher {
  std::string_view name;
  std::string_view value;
  MatchOp op = MatchOp::kEqual;
  bool matches_empty = false;
  Span span;
};

struct NumberLiteral {
  double value = 0;
  bool has_unit = false;  // written as a duration
};

struct StringLiteral {
  std::string_view value;
};

struct ParenExpr {
  const Expr* inner = nullptr;
};

struct UnaryExpr {
  UnaryOp op = UnaryOp::kPlus;
  const Expr* operand = nullptr;
};

enum class MatchCardinality : std::uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

struct VectorMatching {
  MatchCardinality cardinality = MatchCardinality::kOneToOne;
  bool on = false;  // `on`, not `ignoring`
  std::span<const std::string_view> labels;
  std::span<const std::string_view> include;  // labels of group_left or group_right
  std::optional<double> fill_left;
  std::optional<double> fill_right;
  [[nodiscard]] bool has_fill() const { return fill_left.has_value() || fill_right.has_value(); }
};

struct BinaryExpr {
  BinaryOp op = BinaryOp::kAdd;
  bool return_bool = false;
  const Expr* lhs = nullptr;
  const Expr* rhs = nullptr;
  const VectorMatching* written_matching = nullptr;  // null when no modifier was written
  std::uint32_t row = 1;  // operators in the row that this one ends: see OperatorRow

  // What the evaluation uses: null unless both sides are vectors and modifiers were written.
  [[nodiscard]] const VectorMatching* matching() const;
  [[nodiscard]] MatchCardinality cardinality() const;
};

struct AggregateExpr {
  AggregateOp op = AggregateOp::kSum;
  bool without = false;
  const Expr* operand = nullptr;
  const Expr* parameter = nullptr;  // of topk, quantile, count_values …
  std::span<const std::string_view> grouping;
};

struct Call {
  const Function* function = nullptr;
  std::span<const Expr* const> args;
};

struct VectorSelector {
  std::string_view name;  // before the braces; else empty
  std::span<const LabelMatcher> matchers;
  TimeShift shift;
  bool anchored = false;
  bool smoothed = false;
};

struct MatrixSelector {
  const Expr* selector = nullptr;  // a VectorSelector, which carries the shift
  DurationValue range;
};

struct Subquery {
  const Expr* operand = nullptr;
  DurationValue range;
  DurationValue step;
  TimeShift shift;
};

struct Expr {
  using Node = std::variant<NumberLiteral, StringLiteral, ParenExpr, UnaryExpr, BinaryExpr,
                            AggregateExpr, Call, VectorSelector, MatrixSelector, Subquery>;
  Span span;
  // Of the tree below, this node included; a row of operators counts once.
  std::uint32_t height = 1;
  ValueType type = ValueType::kNone;
  Node node;

  template <class T>
  [[nodiscard]] const T* As() const {
    return std::get_if<T>(&node);
  }
};

static_assert(std::is_trivially_destructible_v<Expr>);

// A row of operators like `a + b - c` as a list, for walking the tree without recursion along its
// left side, which may be very long.
class OperatorRow {
 public:
  // `last` holds a BinaryExpr: the outermost and, in the text, last operator of the row.
  explicit OperatorRow(const Expr& last);
  OperatorRow(const OperatorRow&) = delete;
  OperatorRow& operator=(const OperatorRow&) = delete;

  // The left operand of the first operator.
  [[nodiscard]] const Expr& first() const { return *first_; }
  // In the order of the text; each holds a BinaryExpr.
  [[nodiscard]] std::span<const Expr* const> operators() const {
    return {many_.empty() ? few_.data() : many_.data(), size_};
  }

 private:
  const Expr* first_;
  std::size_t size_;
  std::array<const Expr*, 8> few_;
  std::vector<const Expr*> many_;
};

inline const VectorMatching* BinaryExpr::matching() const {
  return lhs->type == ValueType::kVector && rhs->type == ValueType::kVector ? written_matching
                                                                            : nullptr;
}

inline MatchCardinality BinaryExpr::cardinality() const {
  const auto written =
      written_matching != nullptr ? written_matching->cardinality : MatchCardinality::kOneToOne;
  return IsSetOperator(op) && written == MatchCardinality::kOneToOne ? MatchCardinality::kManyToMany
                                                                     : written;
}

}  // namespace promql

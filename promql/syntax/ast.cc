// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/ast.h"

#include <array>

namespace promql {

std::string_view Text(BinaryOp op) {
  constexpr auto kTexts =
      std::to_array<std::string_view>({"+", "-", "*", "/", "%", "^", "atan2", "</", ">/",
                                       "==", "!=", "<", "<=", ">", ">=", "and", "or", "unless"});
  return kTexts[static_cast<std::size_t>(op)];
}

std::string_view Text(AggregateOp op) {
  constexpr auto kTexts = std::to_array<std::string_view>(
      {"avg", "bottomk", "count", "count_values", "group", "limitk", "limit_ratio", "max", "min",
       "quantile", "stddev", "stdvar", "sum", "topk"});
  return kTexts[static_cast<std::size_t>(op)];
}

ValueType ParameterType(AggregateOp op) {
  switch (op) {
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
    case AggregateOp::kQuantile:
    case AggregateOp::kTopk:
      return ValueType::kScalar;
    case AggregateOp::kCountValues:
      return ValueType::kString;
    default:
      return ValueType::kNone;
  }
}

OperatorRow::OperatorRow(const Expr& last) : first_(&last), size_(last.As<BinaryExpr>()->row) {
  if (size_ > few_.size()) many_.resize(size_);
  const Expr** all = many_.empty() ? few_.data() : many_.data();
  for (std::size_t i = size_; i-- > 0; first_ = first_->As<BinaryExpr>()->lhs) all[i] = first_;
}

}  // namespace promql

// SPDX-License-Identifier: Apache-2.0
// The transfer rules of labels.h: the labels of a node's result from those of its operands, as
// Prometheus' engine makes them.
#pragma once

#include <deque>
#include <string>

#include "promql/analysis/labels.h"

namespace promql::analysis {

struct RuleContext {
  const LabelOptions& options;
  std::deque<std::string>& texts;  // for values that are computed
  ValueLogic& logic;
};

// The operand whose labels are those of the node, unchanged; null when there is none.
[[nodiscard]] const Expr* PassedOn(const Expr& expr);

// `lhs`, `rhs`: of the operands that are vectors; null where there is none.
[[nodiscard]] LabelFlow ApplyRule(const Expr& expr, const LabelFlow* lhs, const LabelFlow* rhs,
                                  const RuleContext& context);

// Parts, by kind of node.
[[nodiscard]] LabelFlow SelectorLabels(const Expr& expr, const VectorSelector& selector,
                                       const RuleContext& context);
[[nodiscard]] LabelFlow AggregateLabels(const Expr& expr, const AggregateExpr& aggregate,
                                        const LabelFlow& operand);
// `operand`: null when no argument is a vector.
[[nodiscard]] LabelFlow CallLabels(const Expr& expr, const Call& call, const LabelFlow* operand,
                                   const RuleContext& context);
[[nodiscard]] LabelFlow BinaryLabels(const Expr& expr, const BinaryExpr& binary,
                                     const LabelFlow& lhs, const LabelFlow& rhs,
                                     const RuleContext& context);

[[nodiscard]] LabelFlow NoLabels(const Expr& expr);
[[nodiscard]] LabelFlow WithoutName(LabelFlow flow, const Expr& expr, const RuleContext& context);

}  // namespace promql::analysis

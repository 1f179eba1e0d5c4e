// SPDX-License-Identifier: Apache-2.0
// Visiting the nodes of a tree.
#pragma once

#include <type_traits>

#include "promql/syntax/ast.h"

namespace promql {

// Calls visit(const Expr&) for the nodes right below `expr`, in the order in which they print; the
// selector of a range selector is one of them.
template <class Visit>
void ForEachChild(const Expr& expr, const Visit& visit) {
  std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, ParenExpr>) {
          visit(*node.inner);
        } else if constexpr (std::is_same_v<Node, UnaryExpr> || std::is_same_v<Node, Subquery>) {
          visit(*node.operand);
        } else if constexpr (std::is_same_v<Node, BinaryExpr>) {
          visit(*node.lhs);
          visit(*node.rhs);
        } else if constexpr (std::is_same_v<Node, AggregateExpr>) {
          if (node.parameter != nullptr) visit(*node.parameter);
          visit(*node.operand);
        } else if constexpr (std::is_same_v<Node, Call>) {
          for (const Expr* arg : node.args) visit(*arg);
        } else if constexpr (std::is_same_v<Node, MatrixSelector>) {
          visit(*node.selector);
        }
      },
      expr.node);
}

// Calls visit(const Expr&) for `root` and every node below it, in the order in which they print,
// parents before what is inside them. A row of operators is walked without recursion, its operators
// after its first operand.
template <class Visit>
void Walk(const Expr& root, const Visit& visit) {
  if (root.As<BinaryExpr>() == nullptr) {
    visit(root);
    ForEachChild(root, [&](const Expr& child) { Walk(child, visit); });
    return;
  }
  const OperatorRow row(root);
  Walk(row.first(), visit);
  for (const Expr* node : row.operators()) {
    visit(*node);
    Walk(*node->As<BinaryExpr>()->rhs, visit);
  }
}

}  // namespace promql

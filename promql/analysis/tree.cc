// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/tree.h"

#include <bit>
#include <cassert>

#include "promql/syntax/walk.h"

namespace promql::analysis {

Tree::Tree(const Expr& root) {
  struct Pending {
    const Expr* expr;
    Id first_below;
    bool is_entered;
  };
  std::vector<Pending> stack{{&root, 0, false}};
  while (!stack.empty()) {
    Pending& top = stack.back();
    if (top.is_entered) {
      Add(*top.expr, top.first_below);
      stack.pop_back();
      continue;
    }
    top.is_entered = true;
    top.first_below = size();
    const std::size_t below = stack.size();
    ForEachChild(*top.expr, [&](const Expr& child) { stack.push_back({&child, 0, false}); });
    for (std::size_t a = below, b = stack.size(); a + 1 < b; ++a) std::swap(stack[a], stack[--b]);
  }
  parents_.resize(nodes_.size(), root_id());
  for (Id id = 0; id < size(); ++id) {
    for (Id left = sizes_[id] - 1, child = id; left > 0; left -= sizes_[child]) {
      child = child == id ? id - 1 : child - sizes_[child];
      parents_[child] = id;
    }
  }
  Index();
}

void Tree::Add(const Expr& expr, Id first_below) {
  nodes_.push_back(&expr);
  sizes_.push_back(size() - first_below);
}

void Tree::Index() {
  slots_.resize(std::bit_ceil(nodes_.size() * 2));
  for (Id id = 0; id < size(); ++id) {
    std::size_t at = Hash(*nodes_[id]);
    while (slots_[at].expr != nullptr) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {nodes_[id], id};
  }
}

std::size_t Tree::Hash(const Expr& expr) const {
  const std::uint64_t mixed = (std::bit_cast<std::uintptr_t>(&expr) >> 3) * 0x9E3779B97F4A7C15U;
  return (mixed >> 32) & (slots_.size() - 1);
}

Tree::Id Tree::IdOf(const Expr& expr) const {
  std::size_t at = Hash(expr);
  while (slots_[at].expr != &expr) {
    assert(slots_[at].expr != nullptr);
    at = (at + 1) & (slots_.size() - 1);
  }
  return slots_[at].id;
}

const Expr* Tree::Enclosing(const Expr& expr) const {
  for (Id id = IdOf(expr); id != root_id();) {
    id = ParentOf(id);
    const Expr* above = nodes_[id];
    if (above->As<ParenExpr>() == nullptr && above->As<UnaryExpr>() == nullptr) return above;
  }
  return nullptr;
}

const Expr& Unwrapped(const Expr& expr) {
  const Expr* inner = &expr;
  while (const auto* paren = inner->As<ParenExpr>()) inner = paren->inner;
  return *inner;
}

std::optional<double> NumberIn(const Expr& expr) {
  const Expr* inner = &expr;
  double sign = 1;
  for (;;) {
    if (const auto* paren = inner->As<ParenExpr>()) {
      inner = paren->inner;
    } else if (const auto* unary = inner->As<UnaryExpr>()) {
      if (unary->op == UnaryOp::kMinus) sign = -sign;
      inner = unary->operand;
    } else if (const auto* number = inner->As<NumberLiteral>()) {
      return sign * number->value;
    } else {
      return std::nullopt;
    }
  }
}

std::optional<std::string_view> StringIn(const Expr& expr) {
  const auto* string = Unwrapped(expr).As<StringLiteral>();
  if (string == nullptr) return std::nullopt;
  return string->value;
}

}  // namespace promql::analysis

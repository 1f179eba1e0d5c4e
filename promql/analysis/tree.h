// SPDX-License-Identifier: Apache-2.0
// The nodes of a syntax tree in one list, children before their parents, so that every analysis is
// a loop over it: no recursion, however deep the tree or long its rows of operators. Borrows the
// tree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "promql/syntax/ast.h"

namespace promql::analysis {

class Tree {
 public:
  using Id = std::uint32_t;

  explicit Tree(const Expr& root);

  // Every node below and the root itself, which is the last. Siblings stand in the order of text.
  [[nodiscard]] std::span<const Expr* const> nodes() const { return nodes_; }
  [[nodiscard]] Id size() const { return static_cast<Id>(nodes_.size()); }
  [[nodiscard]] const Expr& root() const { return *nodes_.back(); }
  [[nodiscard]] Id root_id() const { return size() - 1; }
  // Only for nodes of this tree.
  [[nodiscard]] Id IdOf(const Expr& expr) const;
  // The number of nodes below `id`, itself included; they stand right before it.
  [[nodiscard]] Id SubtreeSize(Id id) const { return sizes_[id]; }
  // The root is its own parent.
  [[nodiscard]] Id ParentOf(Id id) const { return parents_[id]; }
  // The nearest node above that is no parenthesis and no sign; null for the outermost.
  [[nodiscard]] const Expr* Enclosing(const Expr& expr) const;

 private:
  struct Slot {
    const Expr* expr = nullptr;
    Id id = 0;
  };
  void Add(const Expr& expr, Id first_below);
  void Index();
  [[nodiscard]] std::size_t Hash(const Expr& expr) const;

  std::vector<const Expr*> nodes_;
  std::vector<Id> sizes_;
  std::vector<Id> parents_;
  std::vector<Slot> slots_;  // open addressing, a power of two
};

// The expression inside any number of parentheses.
[[nodiscard]] const Expr& Unwrapped(const Expr& expr);
// The value of a number, however many signs and parentheses stand around it.
[[nodiscard]] std::optional<double> NumberIn(const Expr& expr);
// The text of a string literal, likewise.
[[nodiscard]] std::optional<std::string_view> StringIn(const Expr& expr);

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// Whether expressions mean the same: a hash of every node that does not see the order of matchers,
// of labels in parentheses and of operands that may be exchanged, nor parentheses, plus signs and
// the way numbers are written. 128 bits: equal hashes are taken for equal meaning. The same on
// every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "promql/analysis/tree.h"

namespace promql::analysis {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

class Hashes {
 public:
  explicit Hashes(const Tree& tree);
  [[nodiscard]] Hash128 Of(Tree::Id id) const { return hashes_[id]; }
  [[nodiscard]] Hash128 Of(const Expr& expr) const { return Of(tree_->IdOf(expr)); }
  [[nodiscard]] Hash128 OfRoot() const { return Of(tree_->root_id()); }

 private:
  const Tree* tree_;
  std::vector<Hash128> hashes_;
};

[[nodiscard]] bool IsEquivalent(const Expr& a, const Expr& b);

}  // namespace promql::analysis

template <>
struct std::hash<promql::analysis::Hash128> {
  std::size_t operator()(const promql::analysis::Hash128& value) const noexcept {
    return value.low;
  }
};

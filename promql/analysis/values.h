// SPDX-License-Identifier: Apache-2.0
// Which values a result can have: for every node of a tree an interval that is proven, and a
// narrower one that names and conventions make likely; and what follows for each comparison.
// Samples that are native histograms have no value and are not spoken of. Borrows the tree.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "promql/analysis/interval.h"
#include "promql/analysis/tree.h"

namespace promql::analysis {

// Why an interval is what it is: the innermost fact that bounds it.
struct Evidence {
  std::string_view text;  // constant, "rate() is never negative"; empty: nothing bounds it
  Span span;              // of the node it speaks of
};

struct ValueBound {
  Interval interval;
  Evidence evidence;
};

struct ValueFact {
  ValueBound proven;
  ValueBound likely;            // inside `proven`; the same where no convention says more
  bool is_never_empty = false;  // there is always at least one element
};

struct ComparisonFact {
  enum class Outcome : std::uint8_t { kNeverTrue, kAlwaysTrue };
  const Expr* expr = nullptr;  // holds the BinaryExpr
  Outcome outcome = Outcome::kNeverTrue;
  bool is_proven = false;  // else likely
  ValueBound left;
  ValueBound right;
};

// An argument that Prometheus takes but that gives nothing useful: quantile(95, …).
struct ArgumentFact {
  const Expr* expr = nullptr;      // the call or aggregation
  const Expr* argument = nullptr;  // what is wrong with it:
  std::string_view text;           // constant, "a quantile is between 0 and 1: this one gives +Inf"
};

class Values {
 public:
  explicit Values(const Tree& tree);

  [[nodiscard]] const ValueFact& Of(Tree::Id id) const { return facts_[id]; }
  [[nodiscard]] const ValueFact& Of(const Expr& expr) const { return Of(tree_->IdOf(expr)); }
  [[nodiscard]] const ValueFact& OfRoot() const { return Of(tree_->root_id()); }

  // Comparisons whose outcome is known; in the order of the tree. A filter that is always true
  // changes nothing; of two vectors only those that are never true are listed.
  [[nodiscard]] std::span<const ComparisonFact> comparisons() const { return comparisons_; }
  [[nodiscard]] std::span<const ArgumentFact> arguments() const { return arguments_; }

 private:
  const Tree* tree_;
  std::vector<ValueFact> facts_;
  std::vector<ComparisonFact> comparisons_;
  std::vector<ArgumentFact> arguments_;
};

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// Units of results, as far as the suffixes of metric names and the operators tell: an algebra of
// seconds and bytes with their multiples, ratios, percent, counts and temperatures. What is not
// certain is unknown. Borrows the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/tree.h"

namespace promql::analysis {

enum class Dimension : std::uint8_t {
  kUnknown,
  kNumber,  // a bare number: of the text, or one that took no part in measuring
  kTime,
  kBytes,
  kRatio,  // a part of a whole, 1 being all of it
  kCount,  // things, requests, errors …
  kTemperature,
  kInstant,  // seconds since 1970
};

struct Unit {
  Dimension dimension = Dimension::kUnknown;
  // How many base units one is: 0.001 for milliseconds, 1024 for KiB, 0.01 for percent. Of kNumber
  // that was written down: its value.
  double scale = 1;
  bool per_second = false;

  [[nodiscard]] bool is_known() const { return dimension != Dimension::kUnknown; }
  [[nodiscard]] bool is_percent() const { return dimension == Dimension::kRatio && scale == 0.01; }
  friend bool operator==(const Unit&, const Unit&) = default;
};

// "milliseconds", "bytes per second", "percent"; empty when unknown.
[[nodiscard]] std::string Text(const Unit& unit);

// What a name promises: `_seconds`, `_bytes`, `_ratio`, `_percent`, `_celsius`, `_total` …
[[nodiscard]] Unit UnitOfName(std::string_view metric);

// Both operands of an operator that asks for one unit, and have two.
struct UnitMismatch {
  const Expr* expr = nullptr;  // holds the BinaryExpr
  Unit left;
  Unit right;
};

class Units {
 public:
  explicit Units(const Tree& tree);

  [[nodiscard]] const Unit& Of(Tree::Id id) const { return units_[id]; }
  [[nodiscard]] const Unit& Of(const Expr& expr) const { return Of(tree_->IdOf(expr)); }
  [[nodiscard]] const Unit& OfRoot() const { return Of(tree_->root_id()); }
  // Sums, differences and comparisons of different units: bytes with seconds, seconds with
  // milliseconds, a ratio with a percentage.
  [[nodiscard]] const std::vector<UnitMismatch>& mismatches() const { return mismatches_; }

 private:
  const Tree* tree_;
  std::vector<Unit> units_;
  std::vector<UnitMismatch> mismatches_;
};

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// An alert's expression taken apart: what it observes, how it compares that, and with what. And the
// observed part narrowed to the labels of one alert, to ask a server about just that series.
// Borrows the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/tree.h"
#include "promql/model/labels.h"

namespace promql::analysis {

struct Comparison {
  const Expr* expr = nullptr;        // holds the BinaryExpr
  BinaryOp op = BinaryOp::kGreater;  // as if the observed side stood on the left
  const Expr* threshold = nullptr;
  std::optional<double> number;  // of a threshold that is one
  bool returns_bool = false;     // `bool`: holds back nothing
};

// One way for an alert to fire: an operand of `or`.
struct Condition {
  // What is measured; without comparisons the whole operand.
  const Expr* observed = nullptr;
  std::vector<Comparison> comparisons;  // innermost first: `x > 1 < 5` has two
  std::vector<const Expr*> also;        // right sides of `and`
  std::vector<const Expr*> unless;      // right sides of `unless`
  bool is_absence = false;              // absent() or absent_over_time(): there is nothing to see

  // The comparison that a person would call the threshold: with a number where there is one. Null
  // when nothing is compared.
  [[nodiscard]] const Comparison* Threshold() const;
};

struct AlertSplit {
  std::vector<Condition> conditions;  // at least one
};

[[nodiscard]] AlertSplit SplitAlert(const Expr& expr);

// `observed`, a part of an expression parsed from `text`, for the series with these labels:
// matchers are added to selectors whose label reaches the result unchanged, where they cannot
// change what remains. `l="v"` where every series must have the label, else `l=~"v|"`, since the
// alert's label may have been added later (by the rule, or as an external one). `alertname` is
// never one of them. In canonical form.
[[nodiscard]] std::string Narrowed(const Expr& observed, std::string_view text,
                                   const LabelSet& alert_labels);

}  // namespace promql::analysis

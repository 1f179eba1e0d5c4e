// SPDX-License-Identifier: Apache-2.0
// Time in an expression: windows, offsets, subqueries and how far back in total the samples lie
// that it reads. Durations computed when the query runs are unknown. Borrows the tree.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "promql/analysis/tree.h"

namespace promql::analysis {

using Nanoseconds = std::chrono::nanoseconds;

// What one selector reads: samples from `oldest` to `newest` before the evaluation, negative in the
// future. An instant selector's own look-back is not in it.
struct Reach {
  const Expr* selector = nullptr;  // holds the VectorSelector
  Nanoseconds window{};            // of its own range, 0 for an instant selector
  Nanoseconds offset{};            // its own
  Nanoseconds oldest{};
  Nanoseconds newest{};
  bool is_known = true;   // false: a duration in the way is computed later
  bool is_fixed = false;  // `@` ties it to an instant: oldest and newest count from there
  bool is_in_subquery = false;
};

// A range selector or a subquery, right inside a function.
struct Window {
  const Expr* expr = nullptr;      // holds the MatrixSelector or Subquery
  const Expr* function = nullptr;  // holds the Call around it; null when there is none
  std::optional<Nanoseconds> range;
  // Of subqueries: nothing when it is left to the server's evaluation interval.
  std::optional<Nanoseconds> step;
  bool is_subquery = false;
  bool has_default_step = false;
};

struct Prediction {
  const Expr* call = nullptr;  // of predict_linear
  std::optional<Nanoseconds> window;
  double horizon_seconds = 0;
};

struct Ranges {
  std::vector<Reach> reaches;   // every selector, in the order of the text
  std::vector<Window> windows;  // the same order
  std::vector<Prediction> predictions;

  // Over all selectors that are known and not tied to an instant; nothing when there is none.
  [[nodiscard]] std::optional<Nanoseconds> Oldest() const;
  // Of windows whose length is known; null when there is none.
  [[nodiscard]] const Window* Smallest() const;
  [[nodiscard]] const Window* Largest() const;
};

[[nodiscard]] Ranges FindRanges(const Tree& tree);

}  // namespace promql::analysis

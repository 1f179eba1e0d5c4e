// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/ranges.h"

#include <algorithm>
#include <limits>

#include "promql/syntax/walk.h"

namespace promql::analysis {
namespace {

// A sum of durations that stays at the ends of what 64 bits hold.
Nanoseconds Plus(Nanoseconds a, Nanoseconds b) {
  Nanoseconds::rep sum = 0;
  if (!__builtin_add_overflow(a.count(), b.count(), &sum)) return Nanoseconds(sum);
  return b.count() > 0 ? Nanoseconds::max() : Nanoseconds::min();
}

std::optional<Nanoseconds> Known(const DurationValue& duration) {
  if (duration.expr != nullptr) return std::nullopt;
  return Nanoseconds(duration.nanoseconds);
}

// What stands around a node: the instants at which it is evaluated.
struct Around {
  Nanoseconds oldest{};
  Nanoseconds newest{};
  bool is_known = true;
  bool is_fixed = false;
  bool is_in_subquery = false;
};

Around Shifted(Around around, const TimeShift& shift) {
  if (shift.has_at()) {
    around.is_fixed = true;
    around.oldest = around.newest = {};
    around.is_known = true;
  }
  const auto offset = Known(shift.offset);
  if (!offset) around.is_known = false;
  around.oldest = Plus(around.oldest, offset.value_or(Nanoseconds(0)));
  around.newest = Plus(around.newest, offset.value_or(Nanoseconds(0)));
  return around;
}

Around Below(const Expr& parent, Around around) {
  if (const auto* subquery = parent.As<Subquery>()) {
    around = Shifted(around, subquery->shift);
    const auto range = Known(subquery->range);
    if (!range) around.is_known = false;
    around.oldest = Plus(around.oldest, range.value_or(Nanoseconds(0)));
    around.is_in_subquery = true;
  }
  return around;
}

Reach ReachOf(const Expr& selector, const Expr& parent, const Around& around) {
  const auto& vector = *selector.As<VectorSelector>();
  const Around own = Shifted(around, vector.shift);
  Reach reach{.selector = &selector,
              .offset = Known(vector.shift.offset).value_or(Nanoseconds(0)),
              .oldest = own.oldest,
              .newest = own.newest,
              .is_known = own.is_known,
              .is_fixed = own.is_fixed,
              .is_in_subquery = own.is_in_subquery};
  if (const auto* matrix = parent.As<MatrixSelector>()) {
    const auto range = Known(matrix->range);
    if (!range) reach.is_known = false;
    reach.window = range.value_or(Nanoseconds(0));
    reach.oldest = Plus(reach.oldest, reach.window);
  }
  return reach;
}

std::optional<Window> WindowOf(const Expr& expr, const Expr& parent) {
  Window window;
  window.expr = &expr;
  if (parent.As<Call>() != nullptr) window.function = &parent;
  if (const auto* matrix = expr.As<MatrixSelector>()) {
    window.range = Known(matrix->range);
    return window;
  }
  const auto* subquery = expr.As<Subquery>();
  if (subquery == nullptr) return std::nullopt;
  window.is_subquery = true;
  window.range = Known(subquery->range);
  window.has_default_step = !subquery->step.is_set();
  if (!window.has_default_step) window.step = Known(subquery->step);
  return window;
}

const Expr& ParentWithoutParens(const Tree& tree, Tree::Id id) {
  Tree::Id parent = tree.ParentOf(id);
  while (tree.nodes()[parent]->As<ParenExpr>() != nullptr && parent != tree.root_id()) {
    parent = tree.ParentOf(parent);
  }
  return *tree.nodes()[parent];
}

}  // namespace

std::optional<Nanoseconds> Ranges::Oldest() const {
  std::optional<Nanoseconds> oldest;
  for (const Reach& reach : reaches) {
    if (!reach.is_known || reach.is_fixed) continue;
    oldest = oldest ? std::max(*oldest, reach.oldest) : reach.oldest;
  }
  return oldest;
}

const Window* Ranges::Smallest() const {
  const auto length = [](const Window& w) { return w.range.value_or(Nanoseconds::max()); };
  const auto found = std::ranges::min_element(windows, {}, length);
  return found == windows.end() || !found->range ? nullptr : &*found;
}

const Window* Ranges::Largest() const {
  const auto length = [](const Window& w) { return w.range.value_or(Nanoseconds::min()); };
  const auto found = std::ranges::max_element(windows, {}, length);
  return found == windows.end() || !found->range ? nullptr : &*found;
}

Ranges FindRanges(const Tree& tree) {
  Ranges ranges;
  std::vector<Around> around(tree.size());
  for (Tree::Id id = tree.root_id(); id-- > 0;) {  // parents come first this way
    const Tree::Id parent = tree.ParentOf(id);
    around[id] = Below(*tree.nodes()[parent], around[parent]);
  }
  for (Tree::Id id = 0; id < tree.size(); ++id) {
    const Expr& expr = *tree.nodes()[id];
    const Expr& parent = *tree.nodes()[tree.ParentOf(id)];
    if (expr.As<VectorSelector>() != nullptr) {
      ranges.reaches.push_back(ReachOf(expr, parent, around[id]));
    } else if (const auto window = WindowOf(expr, ParentWithoutParens(tree, id))) {
      ranges.windows.push_back(*window);
    } else if (const auto* call = expr.As<Call>();
               call != nullptr && call->function->name == "predict_linear") {
      const auto horizon = NumberIn(*call->args[1]);
      const auto data = WindowOf(Unwrapped(*call->args[0]), expr);
      if (horizon && data) {
        ranges.predictions.push_back(
            {.call = &expr, .window = data->range, .horizon_seconds = *horizon});
      }
    }
  }
  return ranges;
}

}  // namespace promql::analysis

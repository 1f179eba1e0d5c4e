// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/summary.h"

#include <algorithm>

#include "promql/analysis/alert.h"

namespace promql::lint {
namespace {

std::optional<PlainThreshold> ThresholdOf(const Expr& root, const analysis::Hashes& hashes) {
  const analysis::AlertSplit split = analysis::SplitAlert(root);
  if (split.conditions.size() != 1) return std::nullopt;
  const analysis::Condition& condition = split.conditions.front();
  if (condition.comparisons.size() != 1 || !condition.also.empty() || !condition.unless.empty()) {
    return std::nullopt;
  }
  const analysis::Comparison& compares = condition.comparisons.front();
  if (!compares.number || compares.returns_bool) return std::nullopt;
  return PlainThreshold{hashes.Of(*condition.observed), compares.op, *compares.number};
}

MetricRead ReadOf(const analysis::MetricUse& use, const analysis::Tree& tree) {
  const Expr* parent = tree.nodes()[tree.ParentOf(tree.IdOf(*use.selector))];
  const bool has_range = parent->As<MatrixSelector>() != nullptr;
  return {use.selector, use.naming, use.name, use.matcher, has_range,
          has_range && use.range_function != nullptr};
}

// What is worth recording: an aggregation over something that is itself worked out.
bool IsCostly(const Expr& node) {
  const AggregateExpr* aggregate = node.As<AggregateExpr>();
  if (aggregate == nullptr) return false;
  const Expr& inner = analysis::Unwrapped(*aggregate->operand);
  return inner.As<VectorSelector>() == nullptr;
}

RuleSummary Made(const Expr& root, const analysis::Tree& tree, const analysis::Hashes& hashes,
                 const analysis::Names& names) {
  RuleSummary summary;
  summary.hash = hashes.OfRoot();
  summary.threshold = ThresholdOf(root, hashes);
  for (const analysis::MetricUse& use : names.metrics) summary.reads.push_back(ReadOf(use, tree));
  summary.alerts = names.alerts;
  const auto nodes = tree.nodes();
  for (analysis::Tree::Id id = tree.size(); id-- > 0;) {
    if (!IsCostly(*nodes[id])) continue;
    const auto size = tree.SubtreeSize(id);
    summary.parts.push_back({hashes.Of(id), nodes[id], size});
    id -= size - 1;  // what is inside it stands right before it
  }
  return summary;
}

}  // namespace

RuleSummary Summarised(const Expr& root, const analysis::Facts& facts) {
  return Made(root, facts.tree, facts.hashes, facts.names);
}

RuleSummary Summarised(const Expr& root) {
  const analysis::Tree tree(root);
  return Made(root, tree, analysis::Hashes(tree), analysis::FindNames(tree));
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/labels.h"

#include <algorithm>

#include "promql/analysis/label_algebra.h"
#include "promql/analysis/label_rules.h"
#include "promql/syntax/walk.h"

namespace promql::analysis {

std::string_view Text(Cause cause, Presence presence) {
  const bool is_there = presence != Presence::kCannot;
  switch (cause) {
    case Cause::kNothing:
      return is_there ? "may be there" : "cannot be there";
    case Cause::kMatcher:
      return is_there ? "is required by a matcher" : "is ruled out by a matcher";
    case Cause::kMetric:
      return "always stands on this metric";
    case Cause::kBy:
      return is_there ? "is kept by the aggregation" : "is aggregated away: not in by (…)";
    case Cause::kWithout:
      return is_there ? "is kept by the aggregation" : "is aggregated away: in without (…)";
    case Cause::kOn:
      return is_there ? "is in on (…)" : "is lost in the match: not in on (…)";
    case Cause::kIgnoring:
      return "is lost in the match: in ignoring (…)";
    case Cause::kIncluded:
      return is_there ? "is taken from the other side" : "is not on the side that it is taken from";
    case Cause::kOperator:
      return "is decided by the other side of the operator";
    case Cause::kFunction:
      return is_there ? "is set by the function" : "is removed by the function";
    case Cause::kNameDropped:
      return "is dropped where values change";
    case Cause::kNoLabels:
      return "is not on a result without labels";
  }
  return {};
}

Presence LabelFlow::Of(std::string_view name) const {
  const Presence first = branches.front().Of(name).presence;
  for (const LabelBranch& branch : branches) {
    if (branch.Of(name).presence != first) return Presence::kMay;
  }
  return first;
}

const LabelBranch* LabelFlow::BranchWithout(std::string_view name) const {
  const auto found = std::ranges::find_if(branches, [&](const LabelBranch& branch) {
    return branch.Of(name).presence == Presence::kCannot;
  });
  return found == branches.end() ? nullptr : &*found;
}

namespace {

// What an expression may cost, in label facts looked at: a thousand times that of a real one.
constexpr std::size_t kMostWork = 200'000;
constexpr std::size_t kMostLabels = 400;  // that one branch remembers

std::size_t CostOf(const LabelFlow& flow) {
  std::size_t cost = flow.branches.size();
  for (const LabelBranch& branch : flow.branches) cost += branch.labels.size();
  return cost;
}

LabelFlow Unknown(const Expr& expr) {
  return {.branches = {{.labels = {}, .is_open = true, .reason = {}, .source = expr.span}}};
}

void Limit(LabelFlow& flow) {
  for (LabelBranch& branch : flow.branches) {
    if (branch.labels.size() <= kMostLabels) continue;
    branch = {.labels = {}, .is_open = true, .reason = {}, .source = branch.source};
  }
}

}  // namespace

Labels::Labels(const Tree& tree, LabelOptions options) : tree_(&tree) {
  flow_of_.reserve(tree.size());
  flows_.reserve(tree.size());
  ValueLogic logic(options.languages);
  const RuleContext context{options, texts_, logic};
  std::size_t work = 0;
  for (const Expr* expr : tree.nodes()) {
    const Expr* operand = PassedOn(*expr);
    if (operand != nullptr) {
      flow_of_.push_back(flow_of_[tree.IdOf(*operand)]);
      continue;
    }
    flow_of_.push_back(static_cast<std::uint32_t>(flows_.size()));
    const LabelFlow* lhs = nullptr;
    const LabelFlow* rhs = nullptr;
    ForEachChild(*expr, [&](const Expr& child) {
      if (child.type != ValueType::kVector && child.type != ValueType::kMatrix) return;
      (lhs == nullptr ? lhs : rhs) = &flows_[flow_of_[tree.IdOf(child)]];
    });
    if (lhs != nullptr) work += CostOf(*lhs) * (rhs == nullptr ? 1 : rhs->branches.size());
    if (rhs != nullptr) work += CostOf(*rhs) * lhs->branches.size();
    flows_.push_back(work > kMostWork ? Unknown(*expr) : ApplyRule(*expr, lhs, rhs, context));
    Limit(flows_.back());
  }
}

}  // namespace promql::analysis

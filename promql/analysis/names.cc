// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/names.h"

#include <algorithm>
#include <array>

#include "promql/analysis/label_algebra.h"

namespace promql::analysis {
namespace {

struct Suffix {
  std::string_view text;
  HistogramPart part;
};
constexpr auto kSuffixes = std::to_array<Suffix>({{"_bucket", HistogramPart::kBucket},
                                                  {"_count", HistogramPart::kCount},
                                                  {"_sum", HistogramPart::kSum}});

// The matcher on a label that narrows it most: an equality, then a regular expression.
const LabelMatcher* BestMatcher(const VectorSelector& selector, std::string_view label) {
  const auto rank = [](const LabelMatcher& matcher) {
    switch (matcher.op) {
      case MatchOp::kEqual:
        return 0;
      case MatchOp::kRegex:
        return 1;
      default:
        return 2;
    }
  };
  const LabelMatcher* best = nullptr;
  for (const LabelMatcher& matcher : selector.matchers) {
    if (matcher.name != label) continue;
    if (best == nullptr || rank(matcher) < rank(*best)) best = &matcher;
  }
  return best;
}

MetricUse UseOf(const Tree& tree, Tree::Id id) {
  const Expr& expr = *tree.nodes()[id];
  const auto& selector = *expr.As<VectorSelector>();
  MetricUse use;
  use.selector = &expr;
  use.matcher = BestMatcher(selector, kName);
  if (use.matcher != nullptr) {
    const bool is_exact = use.matcher->op == MatchOp::kEqual && !use.matcher->value.empty();
    use.naming = is_exact ? Naming::kExact : Naming::kPattern;
    if (is_exact) use.name = use.matcher->value;
  }
  use.counter.by_suffix = HasCounterSuffix(use.name);
  use.histogram_part = HistogramPartOf(use.name);
  if (use.histogram_part != HistogramPart::kNone) use.histogram = WithoutHistogramSuffix(use.name);
  const Tree::Id range = tree.ParentOf(id);
  if (tree.nodes()[range]->As<MatrixSelector>() == nullptr) return use;
  Tree::Id around = tree.ParentOf(range);
  while (tree.nodes()[around]->As<ParenExpr>() != nullptr && around != tree.root_id()) {
    around = tree.ParentOf(around);
  }
  if (const auto* call = tree.nodes()[around]->As<Call>()) {
    use.range_function = call->function;
    use.counter.by_use = IsForCounters(call->function->name);
  }
  return use;
}

}  // namespace

bool HasCounterSuffix(std::string_view name) {
  // Recorded names say in their last part what was done to a counter.
  if (name.find(':') != std::string_view::npos) return false;
  return name.ends_with("_total") || HistogramPartOf(name) != HistogramPart::kNone;
}

HistogramPart HistogramPartOf(std::string_view name) {
  for (const Suffix& suffix : kSuffixes) {
    if (name.size() > suffix.text.size() && name.ends_with(suffix.text)) return suffix.part;
  }
  return HistogramPart::kNone;
}

std::string_view WithoutHistogramSuffix(std::string_view name) {
  for (const Suffix& suffix : kSuffixes) {
    if (name.size() > suffix.text.size() && name.ends_with(suffix.text)) {
      return name.substr(0, name.size() - suffix.text.size());
    }
  }
  return name;
}

bool IsForCounters(std::string_view function) {
  static constexpr auto kFunctions =
      std::to_array<std::string_view>({"increase", "irate", "rate", "resets"});
  return std::ranges::binary_search(kFunctions, function);
}

Names FindNames(const Tree& tree) {
  Names names;
  for (Tree::Id id = 0; id < tree.size(); ++id) {
    if (tree.nodes()[id]->As<VectorSelector>() == nullptr) continue;
    names.metrics.push_back(UseOf(tree, id));
    const MetricUse& use = names.metrics.back();
    const bool is_for_state = use.name == "ALERTS_FOR_STATE";
    if (use.name != "ALERTS" && !is_for_state) continue;
    names.alerts.push_back(
        {.selector = use.selector,
         .matcher = BestMatcher(*use.selector->As<VectorSelector>(), "alertname"),
         .is_for_state = is_for_state});
  }
  return names;
}

}  // namespace promql::analysis

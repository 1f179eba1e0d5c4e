// SPDX-License-Identifier: Apache-2.0
// Histograms used in ways that Prometheus answers with a warning, or with a number that means
// nothing.
#include <optional>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

using analysis::HistogramPart;
using analysis::MetricUse;
using analysis::Presence;

const Call* CallOf(const Expr& node, std::string_view name) {
  const Call* call = node.As<Call>();
  return call != nullptr && call->function->name == name ? call : nullptr;
}

// The buckets that a quantile is made of: the uses below it.
template <class Visit>
void ForEachBucketUse(const analysis::Facts& facts, const Expr& root, const Visit& visit) {
  for (const MetricUse& use : facts.names.metrics) {
    if (use.histogram_part != HistogramPart::kBucket) continue;
    if (use.selector->span.start < root.span.start || use.selector->span.end > root.span.end) {
      continue;
    }
    visit(use);
  }
}

}  // namespace

// sum by (job) of buckets loses `le`.
void HistogramNoLe(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const Call* call = CallOf(*node, "histogram_quantile");
    if (call == nullptr || call->args.size() < 2) continue;
    const Expr& buckets = *call->args[1];
    bool reads_buckets = false;
    ForEachBucketUse(facts, buckets, [&](const MetricUse&) { reads_buckets = true; });
    const analysis::LabelFlow& flow = facts.labels.Of(buckets);
    if (!reads_buckets || flow.Of("le") != Presence::kCannot) continue;
    const analysis::LabelFact fact = flow.branches.front().Of("le");
    Draft draft;
    draft.at = rule.At(buckets);
    draft.message = "without the label 'le' there are no buckets left: histogram_quantile() gives "
                    "nothing";
    draft.details = "'le' " + std::string(Text(fact.reason.cause, Presence::kCannot));
    draft.advice = "keep it: sum by (le, …)";
    if (fact.reason.span.end > fact.reason.span.start) {
      draft.related.push_back({&rule.file(), rule.At(fact.reason.span), "it is lost here"});
    }
    sink.Add(std::move(draft));
  }
}

// Buckets count since the process began: without rate() the quantile is that of a whole life.
void HistogramNoRate(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const Call* call = CallOf(*node, "histogram_quantile");
    if (call == nullptr || call->args.size() < 2) continue;
    ForEachBucketUse(facts, *call->args[1], [&](const MetricUse& use) {
      if (use.range_function != nullptr || !rule.project().Recording(use.name).empty()) return;
      const analysis::Tree::Id parent = facts.tree.ParentOf(facts.tree.IdOf(*use.selector));
      if (facts.tree.nodes()[parent]->As<MatrixSelector>() != nullptr) return;
      // bucket - bucket offset 5m is a rate by hand.
      const BinaryExpr* minus = facts.tree.nodes()[parent]->As<BinaryExpr>();
      if (minus != nullptr && minus->op == BinaryOp::kSub) return;
      sink.Add({.at = rule.At(*use.selector),
                .message = "the buckets of '" + std::string(use.histogram) +
                           "' are read without rate(): this is the quantile since the process "
                           "began, which hardly moves",
                .advice = "write rate(" + std::string(use.name) + "[5m])"});
    });
  }
}

void HistogramAvgOfQuantile(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const AggregateExpr* aggregate = node->As<AggregateExpr>();
    if (aggregate == nullptr) continue;
    if (aggregate->op != AggregateOp::kAvg && aggregate->op != AggregateOp::kSum) continue;
    const Expr& inner = analysis::Unwrapped(*aggregate->operand);
    bool is_quantile = CallOf(inner, "histogram_quantile") != nullptr;
    if (const VectorSelector* selector = inner.As<VectorSelector>()) {
      is_quantile = EqualTo(*selector, "quantile").has_value();
    }
    if (!is_quantile) continue;
    sink.Add({.at = rule.At(*node),
              .message = std::string(Text(aggregate->op)) + " of quantiles is no quantile of "
                         "anything",
              .details = "ten instances with a quiet minute hide one that is slow",
              .advice = "aggregate the buckets and take the quantile of them, or alert on max()"});
  }
}

// x_bucket{le="0.5"} without a rate, or compared with itself through quantile functions.
void HistogramBucketArithmetic(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const AggregateExpr* aggregate = node->As<AggregateExpr>();
    if (aggregate == nullptr || aggregate->op != AggregateOp::kSum) continue;
    // Only where the sum itself is the buckets of one name, and `le` is summed over.
    const analysis::LabelFlow& flow = facts.labels.Of(*node);
    if (flow.Of("le") != Presence::kCannot) continue;
    const Expr* inner = &analysis::Unwrapped(*aggregate->operand);
    if (const Call* call = inner->As<Call>(); call != nullptr && call->args.size() == 1) {
      inner = &analysis::Unwrapped(*call->args.front());
    }
    if (const MatrixSelector* matrix = inner->As<MatrixSelector>()) inner = matrix->selector;
    const VectorSelector* selector = inner->As<VectorSelector>();
    if (selector == nullptr) continue;
    const std::string_view metric = MetricOf(*selector);
    if (analysis::HistogramPartOf(metric) != HistogramPart::kBucket) continue;
    const bool has_le = std::ranges::any_of(
        selector->matchers, [](const LabelMatcher& matcher) { return matcher.name == "le"; });
    if (has_le || facts.labels.Of(*inner).Of("le") == Presence::kCannot) continue;
    // Inside a quantile it is the quantile that is wrong: histogram/no-le says so.
    const Call* around = facts.tree.nodes()[facts.tree.ParentOf(facts.tree.IdOf(*node))]->As<Call>();
    if (around != nullptr && around->function->name == "histogram_quantile") continue;
    const std::string count(analysis::WithoutHistogramSuffix(metric));
    sink.Add({.at = rule.At(*node),
              .message = "the buckets of '" + count +
                         "' include each other: their sum counts most events several times",
              .advice = "sum " + count + "_count, or one bucket: {le=\"…\"}"});
  }
}

// histogram_quantile over native histograms needs no le; buckets and native ones do not mix.
void HistogramNativeMix(const RuleContext& rule, Sink& sink) {
  const analysis::Facts& facts = rule.expression_facts();
  for (const Expr* node : facts.tree.nodes()) {
    const Call* call = node->As<Call>();
    if (call == nullptr || !call->function->name.starts_with("histogram_")) continue;
    if (call->function->name.starts_with("histogram_quantile")) continue;
    ForEachBucketUse(facts, *node, [&](const MetricUse& use) {
      sink.Add({.at = rule.At(*use.selector),
                .message = std::string(call->function->name) + "() reads native histograms only: "
                           "buckets are passed over, and the result is empty",
                .advice = "use '" + std::string(use.histogram) + "' itself, if it is scraped as a "
                          "native histogram"});
    });
  }
}

}  // namespace promql::lint::checks

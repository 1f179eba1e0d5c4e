// SPDX-License-Identifier: Apache-2.0
// Counters read as gauges and gauges read as counters. What a metric is comes from the environment
// where it is stated, else from its name; what is neither is not spoken of.
#include <algorithm>
#include <optional>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

using analysis::MetricUse;

std::optional<MetricType> StatedType(const RuleContext& rule, std::string_view metric) {
  const auto& types = rule.project().environment().metric_types;
  const auto found = types.find(metric);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

// Names that are counters by convention, and no other rule records them as something else.
bool IsCounter(const RuleContext& rule, std::string_view metric) {
  if (const auto stated = StatedType(rule, metric)) return *stated == MetricType::kCounter;
  if (!metric.ends_with("_total") || !rule.project().Recording(metric).empty()) return false;
  // Some call a number of things that there are now a total.
  constexpr auto kStates = std::to_array<std::string_view>(
      {"pending", "queue", "backlog", "active", "current", "running", "open", "served", "waiting",
       "in_use", "inflight", "size", "capacity", "memory", "space"});
  return std::ranges::none_of(
      kStates, [&](auto word) { return metric.find(word) != std::string_view::npos; });
}

// Names that cannot be counters: a state, a size, a share, a point in time.
bool IsGauge(const RuleContext& rule, std::string_view metric) {
  if (const auto stated = StatedType(rule, metric)) return *stated == MetricType::kGauge;
  constexpr auto kSuffixes = std::to_array<std::string_view>(
      {"_ratio", "_percent", "_celsius", "_info", "_timestamp_seconds", "_utilization",
       "_free_bytes", "_avail_bytes", "_available_bytes", "_limit", "_capacity_bytes",
       "_temperature"});
  // What common exporters say of memory, files and load.
  constexpr auto kKnown = std::to_array<std::string_view>(
      {"go_goroutines", "go_memstats_heap_inuse_bytes", "go_threads", "node_load1", "node_load15",
       "node_load5", "process_open_fds", "process_resident_memory_bytes",
       "process_virtual_memory_bytes"});
  const bool is_memory =
      metric.starts_with("node_memory_") || metric.starts_with("container_memory_");
  return std::ranges::any_of(kSuffixes, [&](auto suffix) { return metric.ends_with(suffix); }) ||
         std::ranges::binary_search(kKnown, metric) || (is_memory && metric.ends_with("_bytes"));
}

bool IsStated(const RuleContext& rule, std::string_view metric) {
  return StatedType(rule, metric).has_value();
}

// Whether an instant counter makes sense here: its existence, its age or its name is asked for, not
// its value.
bool LooksAtExistence(const Expr* parent, const Expr& node) {
  if (parent == nullptr) return false;
  if (const Call* call = parent->As<Call>()) {
    constexpr auto kNames = std::to_array<std::string_view>(
        {"absent", "timestamp", "scalar", "label_replace", "label_join", "info", "vector"});
    return std::ranges::find(kNames, call->function->name) != kNames.end();
  }
  if (const AggregateExpr* aggregate = parent->As<AggregateExpr>()) {
    return aggregate->op == AggregateOp::kCount || aggregate->op == AggregateOp::kGroup;
  }
  if (const BinaryExpr* binary = parent->As<BinaryExpr>()) {
    if (IsSetOperator(binary->op)) return &analysis::Unwrapped(*binary->rhs) == &node;
    // x - x offset 5m is a difference by hand; x == 0 asks whether anything ever happened.
    return binary->op == BinaryOp::kSub || binary->op == BinaryOp::kEqual ||
           binary->op == BinaryOp::kNotEqual || binary->op == BinaryOp::kDiv;
  }
  return false;
}

}  // namespace

void CounterRaw(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const analysis::Facts& facts = rule.expression_facts();
  for (const MetricUse& use : facts.names.metrics) {
    if (use.name.empty() || use.range_function != nullptr || !IsCounter(rule, use.name)) continue;
    const Expr* parent = facts.tree.Enclosing(*use.selector);
    if (parent != nullptr && parent->As<MatrixSelector>() != nullptr) continue;
    if (parent != nullptr && parent->As<Subquery>() != nullptr) continue;
    if (LooksAtExistence(parent, *use.selector)) continue;
    // Through sums and the like to what is done with them.
    const Expr* above = parent;
    const Expr* below = use.selector;
    while (above != nullptr && above->As<AggregateExpr>() != nullptr) {
      below = above;
      above = facts.tree.Enclosing(*above);
    }
    const BinaryExpr* compares = above == nullptr ? nullptr : above->As<BinaryExpr>();
    if (compares == nullptr) continue;
    if (compares->op != BinaryOp::kGreater && compares->op != BinaryOp::kGreaterEqual) continue;
    if (LooksAtExistence(above, *below)) continue;
    // More than nothing ever: the first error is what is waited for.
    const auto number = analysis::NumberIn(*compares->rhs);
    if (!number || *number < 1) continue;
    sink.Add({.at = rule.At(*use.selector),
              .message = "'" + std::string(use.name) +
                         "' only ever grows: compared with a number, it fires once and for good",
              .details = IsStated(rule, use.name) ? "the environment states that it is a counter"
                                                  : "a name that ends with _total is a counter",
              .advice = "compare how fast it grows: rate() or increase()"});
  }
}

void RateOnGauge(const RuleContext& rule, Sink& sink) {
  for (const MetricUse& use : rule.expression_facts().names.metrics) {
    if (use.name.empty() || use.range_function == nullptr) continue;
    if (!analysis::IsForCounters(use.range_function->name) || !IsGauge(rule, use.name)) continue;
    const std::string function(use.range_function->name);
    sink.Add({.at = rule.At(*use.selector),
              .message = function + "() takes every fall of '" + std::string(use.name) +
                         "' for a restart from zero: it is a gauge",
              .details = IsStated(rule, use.name) ? "the environment states that it is one"
                                                  : "its name says that it goes up and down",
              .advice = function == "increase" ? "use delta()" : "use deriv() or delta()",
              .confidence = IsStated(rule, use.name) ? Confidence::kProven : Confidence::kLikely});
  }
}

void DeltaOnCounter(const RuleContext& rule, Sink& sink) {
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.selector == nullptr) continue;
    const bool is_delta =
        call.function == "delta" || call.function == "idelta" || call.function == "deriv";
    const std::string_view metric = MetricOf(*call.selector);
    if (!is_delta || metric.empty() || !IsCounter(rule, metric)) continue;
    // clamp_min(…, 0) around it: somebody thought of restarts; what grew before is lost all the
    // same.
    const Expr* around = rule.expression_facts().tree.Enclosing(*call.call);
    const Call* clamp = around == nullptr ? nullptr : around->As<Call>();
    const bool is_cut = clamp != nullptr && clamp->function->name == "clamp_min";
    sink.Add({.at = rule.At(*call.call),
              .message = std::string(call.function) + "() of the counter '" + std::string(metric) +
                         "' falls far below zero when the process restarts",
              .advice = std::string("use ") + (call.function == "delta" ? "increase()" : "rate()"),
              .severity = is_cut ? std::optional(Severity::kInfo) : std::nullopt});
  }
}

// Of counters one sum up what they grew, not grow what they sum up to: rate(sum(x)[5m:]).
void RateOfSum(const RuleContext& rule, Sink& sink) {
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (!analysis::IsForCounters(call.function)) continue;
    if (const Subquery* subquery = call.argument->As<Subquery>()) {
      const Expr& inner = analysis::Unwrapped(*subquery->operand);
      const AggregateExpr* aggregate = inner.As<AggregateExpr>();
      if (aggregate == nullptr || aggregate->op != AggregateOp::kSum) continue;
      sink.Add({.at = rule.At(*call.call),
                .message = std::string(call.function) +
                           "() of a sum sees a restart of one series "
                           "as a fall of all, and counts it as growth from zero",
                .advice = "take " + std::string(call.function) + "() first and sum afterwards"});
      continue;
    }
    if (call.selector == nullptr) continue;
    for (const RuleContext* other : rule.project().Recording(MetricOf(*call.selector))) {
      if (other->expr() == nullptr) continue;
      const AggregateExpr* aggregate = analysis::Unwrapped(*other->expr()).As<AggregateExpr>();
      if (aggregate == nullptr || aggregate->op != AggregateOp::kSum) continue;
      const VectorSelector* summed = analysis::Unwrapped(*aggregate->operand).As<VectorSelector>();
      if (summed == nullptr || !IsCounter(*other, MetricOf(*summed))) continue;
      sink.Add(
          {.at = rule.At(*call.call),
           .message = std::string(call.function) + "() of '" +
                      std::string(MetricOf(*call.selector)) +
                      "', a recorded sum of counters, sees a restart of one of them as a fall "
                      "of all",
           .advice = "record the sum of rates instead",
           .related = {{&other->file(), other->At(*other->expr()), "the sum is recorded here"}}});
      break;
    }
  }
}

void Irate(const RuleContext& rule, Sink& sink) {
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.function != "irate" && call.function != "idelta") continue;
    const std::string slower = call.function == "irate" ? "rate" : "delta";
    Draft draft;
    draft.at = rule.At(*call.call);
    draft.message = std::string(call.function) + "() looks at the last two samples only: " +
                    (rule.is_alert() ? "a short spike fires, a short dip resolves"
                                     : "most of what happens between evaluations is lost");
    draft.advice = "use " + slower + "()";
    const Span name{call.call->span.start,
                    call.call->span.start + static_cast<std::uint32_t>(call.function.size())};
    if (auto edit = Replacement(rule, name, slower)) {
      draft.fixes.push_back({"write " + slower + "()", false, {std::move(*edit)}});
    }
    sink.Add(std::move(draft));
  }
}

}  // namespace promql::lint::checks

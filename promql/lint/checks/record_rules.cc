// SPDX-License-Identifier: Apache-2.0
// Recording rules whose name promises something else than they record.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/field_policy.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

using analysis::Unwrapped;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// `rate5m` → 5m: the window that the end of a name promises.
std::optional<Duration> WindowInName(std::string_view operation) {
  const std::size_t digit = operation.find_first_of("0123456789");
  if (digit == std::string_view::npos || digit == 0) return std::nullopt;
  const std::string_view word = operation.substr(0, digit);
  constexpr auto kWords = std::to_array<std::string_view>(
      {"rate", "irate", "increase", "delta", "avg", "max", "min", "sum", "avg_over_time",
       "max_over_time", "min_over_time", "sum_over_time", "quantile"});
  const auto names_it = [&](std::string_view known) {
    return word == known || word.ends_with("_" + std::string(known));
  };
  if (std::ranges::none_of(kWords, names_it)) return std::nullopt;
  return ParseDuration(operation.substr(digit));
}

std::string Joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace

void RecordNoColon(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert() || rule.name().find(':') != std::string_view::npos) return;
  sink.Add({.at = NamePlace(rule),
            .message = "the name has no colon: nobody can see that this metric is recorded, and "
                       "not scraped",
            .advice = "call it level:metric:operations, like job:requests:rate5m"});
}

// job:errors:rate5m over [1m].
void RecordWindow(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert() || rule.name().find(':') == std::string_view::npos) return;
  const auto promised = WindowInName(Split(rule.name(), ':').back());
  if (!promised) return;
  const auto calls = WindowCallsIn(rule);
  if (calls.empty()) return;
  const auto fits = [&](const WindowCall& call) {
    return call.window == *promised || call.window == Duration{0};
  };
  if (std::ranges::any_of(calls, fits)) return;
  sink.Add({.at = NamePlace(rule),
            .message = "the name promises a window of " + FormatDuration(*promised) +
                       ", the expression looks at " + FormatDuration(calls.front().window),
            .advice = "rename it, or change the window",
            .related = {{&rule.file(), rule.At(*calls.front().argument), "the window"}}});
}

// The level at the begin of a name says which labels are left: job:…, instance_path:….
void RecordLevel(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert()) return;
  const auto parts = Split(rule.name(), ':');
  const AggregateExpr* aggregate = Unwrapped(*rule.expr()).As<AggregateExpr>();
  if (parts.size() < 3 || aggregate == nullptr || aggregate->without) return;
  if (aggregate->op == AggregateOp::kTopk || aggregate->op == AggregateOp::kBottomk) return;
  // Only a level that is one of the labels people group by can be wrong about them.
  constexpr auto kLevels = std::to_array<std::string_view>(
      {"job", "instance", "namespace", "pod", "container", "service", "node", "cluster"});
  const std::string_view level = parts.front();
  if (std::ranges::find(kLevels, level) == kLevels.end()) return;
  if (std::ranges::find(aggregate->grouping, level) != aggregate->grouping.end()) return;
  // `cluster:…` and `node:…` also stand for everything of one.
  if (aggregate->grouping.empty() && (level == "cluster" || level == "node")) return;
  for (const rulefile::Label& label : rule.rule().labels) {
    if (label.name.value == level) return;
  }
  std::vector<std::string_view> kept(aggregate->grouping.begin(), aggregate->grouping.end());
  sink.Add({.at = NamePlace(rule),
            .message = "the name says that there is a series for each '" + std::string(level) +
                       "', the expression keeps " + (kept.empty() ? "no label" : Joined(kept)),
            .advice = "name the labels that are left at the begin of the name"});
}

// Objectives and thresholds that carry labels are looked up by them; those are left alone.
void RecordConstant(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert() || !rule.MergedLabels().empty()) return;
  const analysis::Facts& facts = rule.expression_facts();
  if (!facts.names.metrics.empty()) return;
  if (!facts.values.OfRoot().proven.interval.is_exact()) return;
  sink.Add({.at = rule.At(*rule.expr()),
            .message = "this records the same number for ever",
            .advice = "write the number where it is used; a comment can give it a name"});
}

// {__name__=~"a|b"} recorded under one name: two series that differed in name only are one.
void RecordCollision(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert()) return;
  const Expr* inner = &Unwrapped(*rule.expr());
  if (const Call* call = inner->As<Call>(); call != nullptr && !call->args.empty()) {
    inner = &Unwrapped(*call->args.back());
  }
  if (const MatrixSelector* matrix = inner->As<MatrixSelector>()) inner = matrix->selector;
  if (inner->As<VectorSelector>() == nullptr) return;
  for (const analysis::MetricUse& use : rule.expression_facts().names.metrics) {
    if (use.selector != inner || use.naming != analysis::Naming::kPattern) continue;
    sink.Add({.at = rule.At(*use.selector),
              .message = "several metrics are recorded under one name: where they have the same "
                         "labels the rule fails",
              .details = "the recorded name takes the place of the one that told them apart",
              .advice = "keep the name in a label with label_replace(), or record them one by one"});
  }
}

}  // namespace promql::lint::checks

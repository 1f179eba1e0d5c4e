// SPDX-License-Identifier: Apache-2.0
// How an alert's times and its group's interval go together. An evaluation happens once an
// interval, so that `for` and `keep_firing_for` act in whole intervals.
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

std::string IntervalText(const RuleContext& rule) {
  const GroupContext& group = rule.group();
  const std::string length = FormatDuration(group.interval());
  if (group.has_own_interval()) return "the group's interval of " + length;
  if (rule.project().environment().evaluation_interval) {
    return "the stated evaluation interval of " + length;
  }
  return "Prometheus' default evaluation interval of " + length;
}

// Proven only where the interval is known rather than assumed.
std::optional<Confidence> ByInterval(const RuleContext& rule) {
  const bool known = rule.group().has_own_interval() ||
                     rule.project().environment().evaluation_interval.has_value();
  return known ? std::nullopt : std::optional(Confidence::kHeuristic);
}

}  // namespace

void AlertForBelowInterval(const RuleContext& rule, Sink& sink) {
  const Duration interval = rule.group().interval();
  if (!rule.is_alert() || rule.for_() <= Duration{0} || rule.for_() >= interval) return;
  sink.Add({.at = rule.rule().for_->text.source,
            .message = "'for' of " + FormatDuration(rule.for_()) + " is shorter than " +
                       IntervalText(rule) + ", and acts as " + FormatDuration(interval),
            .details = "the condition is looked at once an interval: the alert fires at the first "
                       "evaluation that finds it still true",
            .confidence = ByInterval(rule)});
}

void AlertKeepFiringBelowInterval(const RuleContext& rule, Sink& sink) {
  const Duration interval = rule.group().interval();
  const Duration keep = rule.keep_firing_for();
  if (!rule.is_alert() || keep <= Duration{0} || keep >= interval) return;
  sink.Add({.at = rule.rule().keep_firing_for->text.source,
            .message = "'keep_firing_for' of " + FormatDuration(keep) + " is shorter than " +
                       IntervalText(rule) + ", and bridges a single missing evaluation",
            .confidence = ByInterval(rule)});
}

// Events between the end of one window and the begin of the next are never seen.
void AlertWindowBelowInterval(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const Duration interval = rule.group().interval();
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (!CountsEvents(call.function) || call.window <= Duration{0} || call.window >= interval) {
      continue;
    }
    const auto blind = 100 - 100 * call.window.count() / interval.count();
    sink.Add({.at = rule.At(*call.call),
              .message = std::string(call.function) + "() looks at " +
                         FormatDuration(call.window) + " once in " + FormatDuration(interval) +
                         ": what happens in between is never seen",
              .details = std::to_string(blind) + " % of the time lies outside of every window (" +
                         IntervalText(rule) + ")",
              .advice = "make the window at least as long as the interval",
              .confidence = ByInterval(rule)});
  }
}

void GroupIntervalAboveLookback(const GroupContext& group, Sink& sink) {
  const Duration lookback = group.file().project().environment().lookback_delta;
  if (!group.has_own_interval() || group.interval() <= lookback) return;
  bool records = false;
  bool keeps = true;
  for (const RuleContext& rule : group.rules()) {
    records = records || !rule.is_alert();
    keeps = keeps && (!rule.is_alert() || rule.keep_firing_for() >= group.interval());
  }
  if (group.rules().empty() || (!records && keeps)) return;
  sink.Add({.at = group.group().interval->text.source,
            .message = "an interval of " + FormatDuration(group.interval()) +
                       " is longer than the lookback of " + FormatDuration(lookback) +
                       ": between evaluations the results are gone",
            .details = records ? "a query finds a recorded series only until the lookback ends, so "
                                 "graphs and alerts on it have holes"
                             : "the series ALERTS has holes, so that `for` and dashboards that look "
                               "at it see the alert end and begin",
            .advice = "run the group more often, or read its series with last_over_time",
            .severity = records ? std::nullopt : std::optional(Severity::kInfo)});
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// Windows against how often there are samples, and against each other.
#include <algorithm>
#include <optional>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/scraping.h"
#include "promql/model/duration.h"
#include "promql/syntax/walk.h"

namespace promql::lint::checks {
namespace {

std::string IntervalText(const ScrapeInterval& scrape) {
  const std::string length = FormatDuration(scrape.length);
  if (scrape.recorded_by != nullptr) return "recorded every " + length;
  return scrape.is_stated ? "scraped every " + length
                          : "scraped every " + length + ", unless a server says otherwise";
}


}  // namespace

// rate() and its like need two samples in their window; since Prometheus 3 a window is open on the
// left, so that one of exactly the scrape interval holds one.
void WindowSmall(const RuleContext& rule, Sink& sink) {
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.selector == nullptr || call.window <= Duration{0}) continue;
    if (!NeedsTwoSamples(call.function)) continue;
    const ScrapeInterval scrape = ScrapeIntervalOf(rule, *call.selector);
    if (call.window >= 2 * scrape.length) continue;
    const bool is_empty = call.window <= scrape.length;
    // With nothing stated only what the default interval makes empty is worth a word.
    if (!scrape.is_stated && !is_empty) continue;
    Draft draft;
    draft.at = rule.At(*call.argument);
    draft.message = "a window of " + FormatDuration(call.window) + " holds " +
                    (is_empty ? "one sample at most" : "two samples only when none is late") +
                    ": " + std::string(call.function) + "() " +
                    (is_empty ? "has nothing to say" : "often has nothing to say");
    draft.details = "it needs two samples, and the series is " + IntervalText(scrape);
    draft.advice = "look at " + FormatDuration(4 * scrape.length) + " or more";
    if (!scrape.is_stated) {
      draft.severity = Severity::kHint;
      draft.confidence = Confidence::kHeuristic;
    } else if (is_empty && scrape.recorded_by == nullptr) {
      draft.severity = Severity::kError;
    }
    sink.Add(std::move(draft));
  }
}

// rate(a[5m]) / rate(b[10m]): a part measured over another time than its whole.
void WindowMismatch(const RuleContext& rule, Sink& sink) {
  Walk(*rule.expr(), [&](const Expr& node) {
    const BinaryExpr* binary = node.As<BinaryExpr>();
    if (binary == nullptr || (binary->op != BinaryOp::kDiv && binary->op != BinaryOp::kSub)) return;
    const auto left = WindowCallsIn(rule, *binary->lhs);
    const auto right = WindowCallsIn(rule, *binary->rhs);
    if (left.size() != 1 || right.size() != 1) return;
    const WindowCall& a = left.front();
    const WindowCall& b = right.front();
    if (a.function != b.function || a.window == b.window || a.selector == nullptr ||
        b.selector == nullptr || a.window == Duration{0} || b.window == Duration{0}) {
      return;
    }
    // The same series over two windows is a comparison of short with long, which is meant.
    if (a.selector->name == b.selector->name || a.selector->name.empty()) return;
    sink.Add({.at = rule.At(*b.argument),
              .message = std::string(a.function) + "() looks at " + FormatDuration(a.window) +
                         " on the left of '" + std::string(Text(binary->op)) + "' and at " +
                         FormatDuration(b.window) + " on the right",
              .details = "after a change the two sides speak of different times, and the result of "
                         "neither",
              .advice = "use one window on both sides",
              .related = {{&rule.file(), rule.At(*a.argument), "the left side's window"}}});
  });
}

void SubqueryStep(const RuleContext& rule, Sink& sink) {
  for (const analysis::Window& window : rule.expression_facts().ranges.windows) {
    if (!window.is_subquery || !window.has_default_step) continue;
    sink.Add({.at = rule.At(*window.expr),
              .message = "this subquery leaves its step to the server: another evaluation interval "
                         "gives another result",
              .advice = "write the step, as in [1h:1m]"});
  }
}

void SubqueryNeedless(const RuleContext& rule, Sink& sink) {
  for (const analysis::Window& window : rule.expression_facts().ranges.windows) {
    if (!window.is_subquery || window.function == nullptr) continue;
    const Subquery* subquery = window.expr->As<Subquery>();
    const VectorSelector* selector = analysis::Unwrapped(*subquery->operand).As<VectorSelector>();
    if (selector == nullptr || selector->shift.offset.is_set() || selector->shift.has_at()) continue;
    sink.Add({.at = rule.At(*window.expr),
              .message = "a subquery of a selector alone looks at the same sample several times, "
                         "and misses others",
              .advice = "a range selector reads every sample once: " +
                        std::string(rule.Written(subquery->operand->span)) + "[…]"});
  }
}

// Ranges, offsets and subqueries together, against what the server keeps.
void OlderThan(const RuleContext& rule, Sink& sink) {
  const auto retention = rule.project().environment().retention;
  const auto most = rule.project().config().policy.max_lookback;
  if (!retention && !most) return;
  for (const analysis::Reach& reach : rule.expression_facts().ranges.reaches) {
    if (!reach.is_known || reach.is_fixed) continue;
    const auto oldest = std::chrono::duration_cast<Duration>(reach.oldest);
    const bool is_gone = retention && oldest > *retention;
    if (!is_gone && (!most || oldest <= *most)) continue;
    sink.Add({.at = rule.At(*reach.selector),
              .message = "this looks back " + FormatDuration(oldest) + ", " +
                         (is_gone ? "further than the server keeps samples ("
                                  : "further than the policy allows (") +
                         FormatDuration(is_gone ? *retention : *most) + ")",
              .details = "windows, offsets and subqueries around the selector add up to that"});
  }
}

void RangeLimit(const RuleContext& rule, Sink& sink) {
  const DurationPolicy& policy = rule.project().config().policy.range;
  if (!policy.min && !policy.max) return;
  for (const analysis::Window& window : rule.expression_facts().ranges.windows) {
    if (!window.range) continue;
    const auto length = std::chrono::duration_cast<Duration>(*window.range);
    const bool too_short = policy.min && length < *policy.min;
    if (!too_short && (!policy.max || length <= *policy.max)) continue;
    sink.Add({.at = rule.At(*window.expr),
              .message = "a window of " + FormatDuration(length) + " is " +
                         (too_short ? "shorter than the " : "longer than the ") +
                         FormatDuration(too_short ? *policy.min : *policy.max) +
                         " that the policy allows"});
  }
}

// predict_linear(x[1h], 7*86400): a line through an hour says little about next week.
void PredictHorizon(const RuleContext& rule, Sink& sink) {
  constexpr double kFarthest = 24;
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.function != "predict_linear" || call.window <= Duration{0}) continue;
    const Expr& ahead = *call.call->As<Call>()->args.back();
    const analysis::Interval seconds =
        rule.expression_facts().values.Of(ahead).proven.interval;  // 7 * 86400 is worked out
    const double window = std::chrono::duration<double>(call.window).count();
    if (!seconds.is_exact() || seconds.lo <= kFarthest * window) continue;
    const auto horizon = Duration(static_cast<std::int64_t>(std::min(seconds.lo, 1e10) * 1000));
    sink.Add({.at = rule.At(*call.call),
              .message = "predict_linear() looks " + FormatDuration(horizon) +
                         " ahead from a window of " + FormatDuration(call.window),
              .details = "noise in the window is multiplied by " +
                         std::to_string(static_cast<long>(seconds.lo / window)),
              .advice = "look at a longer window, or less far ahead"});
  }
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// increase(x[5m]) > 0 with `for: 10m`: one event is inside the window for five minutes only, so the
// condition holds for ten minutes only when events keep coming.
#include <algorithm>

#include "promql/analysis/tree.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

// Whether a single event makes the comparison true: > 0, >= 1, != 0 and their like up to 1.
bool OneEventIsEnough(BinaryOp op, double threshold) {
  if (op == BinaryOp::kGreater) return threshold >= 0 && threshold < 1;
  if (op == BinaryOp::kGreaterEqual) return threshold > 0 && threshold <= 1;
  return op == BinaryOp::kNotEqual && threshold == 0;
}

// The events that a comparison counts: a window function, or a sum of such.
const Expr* CountedIn(const Expr& expr) {
  const Expr& inner = analysis::Unwrapped(expr);
  if (const AggregateExpr* aggregate = inner.As<AggregateExpr>()) {
    const bool adds = aggregate->op == AggregateOp::kSum || aggregate->op == AggregateOp::kMax;
    return adds ? CountedIn(*aggregate->operand) : nullptr;
  }
  const Call* call = inner.As<Call>();
  return call != nullptr && CountsEvents(call->function->name) ? &inner : nullptr;
}

}  // namespace

void AlertForOutlastsEvent(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert() || rule.for_() <= Duration{0}) return;
  const Expr& condition = analysis::Unwrapped(*rule.expr());
  const BinaryExpr* compares = condition.As<BinaryExpr>();
  if (compares == nullptr || !IsComparison(compares->op)) return;
  const NumberLiteral* threshold = analysis::Unwrapped(*compares->rhs).As<NumberLiteral>();
  const Expr* counted = CountedIn(*compares->lhs);
  if (threshold == nullptr || counted == nullptr) return;
  if (!OneEventIsEnough(compares->op, threshold->value)) return;
  const auto calls = WindowCallsIn(rule, *counted);
  if (calls.empty() || calls.front().window <= Duration{0}) return;
  const Duration window = calls.front().window;
  // delta() of a gauge goes on as long as the gauge does.
  if (calls.front().function == "delta" || calls.front().function == "idelta") return;
  if (rule.for_() < window) return;
  sink.Add({.at = rule.rule().for_->text.source,
            .message = "one event can never fire this alert: it is in the window for " +
                       FormatDuration(window) + ", and 'for' asks for " +
                       FormatDuration(rule.for_()),
            .details = std::string(calls.front().function) + "(…[" + FormatDuration(window) +
                       "]) falls back to 0 one window after the last event; the alert needs events "
                       "that keep coming for at least " +
                       FormatDuration(rule.for_() - window) + " more",
            .advice = "shorten 'for', or look at a window longer than it; when a lasting stream of "
                      "events is meant, say so with a higher threshold",
            .related = {{&rule.file(), rule.At(*calls.front().call), "the window"}}});
}

}  // namespace promql::lint::checks

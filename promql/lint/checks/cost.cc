// SPDX-License-Identifier: Apache-2.0
// What an expression costs each time it is evaluated.
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/selectors.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {

// A pattern over names reads the names of every metric that the server has.
void RegexpHeavy(const RuleContext& rule, Sink& sink) {
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const LabelMatcher& matcher : at.selector->matchers) {
      if (matcher.name != "__name__" || matcher.op != MatchOp::kRegex) continue;
      const bool is_open = matcher.value.starts_with(".*") || matcher.value.starts_with(".+");
      if (!is_open) continue;
      sink.Add({.at = rule.At(matcher.span),
                .message = "the server has to try this on the name of every metric that it has",
                .advice = "begin with what the names begin with, or name them: a|b|c"});
    }
  }
}

// A day of samples, read again at every evaluation.
void RangeHuge(const RuleContext& rule, Sink& sink) {
  constexpr auto kLong = std::chrono::hours(24);
  const Duration interval = rule.group().interval();
  if (interval >= std::chrono::hours(1)) return;
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.window <= kLong || call.selector == nullptr) continue;
    sink.Add({.at = rule.At(*call.argument),
              .message = "every " + FormatDuration(interval) + " this reads " +
                         FormatDuration(call.window) + " of samples of each series again",
              .advice = "record it over a shorter window and aggregate that, or evaluate the group "
                        "less often"});
  }
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// What Prometheus 3 changed about rules that worked before.
#include <algorithm>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/event_windows.h"
#include "promql/lint/scraping.h"
#include "promql/lint/selectors.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

bool IsWholeNumber(std::string_view text) {
  return !text.empty() && text.size() < 16 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsBefore3(const RuleContext& rule) {
  return rule.project().environment().target < Version{3, 0};
}

}  // namespace

// The values of `le` and `quantile` are written as floats since 3.0: le="1" is le="1.0" now.
void Prom3LeInteger(const RuleContext& rule, Sink& sink) {
  if (IsBefore3(rule)) return;
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const LabelMatcher& matcher : at.selector->matchers) {
      if (matcher.name != "le" && matcher.name != "quantile") continue;
      const bool is_equal = matcher.op == MatchOp::kEqual || matcher.op == MatchOp::kNotEqual;
      if (!is_equal || !IsWholeNumber(matcher.value)) continue;
      const std::string value(matcher.value);
      Draft draft;
      draft.at = rule.At(matcher.span);
      draft.message = "since Prometheus 3 the value is written " + value + ".0: " +
                      std::string(matcher.name) + "=\"" + value + "\" matches old samples only";
      draft.details = "classic histograms and summaries get their '" + std::string(matcher.name) +
                      "' as a float when they are scraped";
      draft.advice = "match both, for as long as old samples are read";
      const MatchOp op =
          matcher.op == MatchOp::kEqual ? MatchOp::kRegex : MatchOp::kNotRegex;
      if (auto fix = MatcherFix(rule, matcher, op, value + "([.]0)?",
                                "match " + value + " and " + value + ".0", false)) {
        draft.fixes.push_back(std::move(*fix));
      }
      sink.Add(std::move(draft));
    }
  }
}

// Ranges and lookbacks leave out a sample that lies exactly at their left end.
void Prom3LeftOpen(const RuleContext& rule, Sink& sink) {
  if (IsBefore3(rule)) return;
  for (const WindowCall& call : WindowCallsIn(rule)) {
    if (call.selector == nullptr || call.window <= Duration{0}) continue;
    const ScrapeInterval scrape = ScrapeIntervalOf(rule, *call.selector);
    if (!scrape.is_stated || call.window != scrape.length) continue;
    if (NeedsTwoSamples(call.function)) continue;  // promql/window-small says so
    sink.Add({.at = rule.At(*call.argument),
              .message = "a window as long as the interval between samples (" +
                         FormatDuration(scrape.length) + ") holds one sample since Prometheus 3, "
                         "where it often held two",
              .advice = "look at more than one interval"});
  }
}

void Prom3HoltWinters(const RuleContext& rule, Sink& sink) {
  for (const Expr* node : rule.expression_facts().tree.nodes()) {
    const Call* call = node->As<Call>();
    if (call == nullptr || call->function->name != "holt_winters") continue;
    sink.Add({.at = rule.At(*node),
              .message = "holt_winters() is called double_exponential_smoothing() since Prometheus "
                         "3, behind the feature promql-experimental-functions",
              .advice = "rename it when the server is upgraded; it has no season, whatever its old "
                        "name says"});
  }
}

// `.` matches a line feed since 3.0; a pattern whose meaning that changes is rare, but then wrong.
void Prom3RegexpDot(const RuleContext& rule, Sink& sink) {
  if (IsBefore3(rule)) return;
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const LabelMatcher& matcher : at.selector->matchers) {
      const bool is_regex = matcher.op == MatchOp::kRegex || matcher.op == MatchOp::kNotRegex;
      const bool knows_lines = matcher.value.find("\\n") != std::string_view::npos ||
                               matcher.value.find('\n') != std::string_view::npos ||
                               matcher.value.find("(?-s") != std::string_view::npos;
      if (!is_regex || !knows_lines || matcher.value.find('.') == std::string_view::npos) continue;
      sink.Add({.at = rule.At(matcher.span),
                .message = "since Prometheus 3 '.' matches a line feed too, and this pattern speaks "
                           "of line feeds",
                .advice = "write [^\\\\n] where a line feed must not match"});
    }
  }
}

}  // namespace promql::lint::checks

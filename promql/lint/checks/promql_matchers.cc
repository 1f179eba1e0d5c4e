// SPDX-License-Identifier: Apache-2.0
// Several matchers of one label: those that no value can satisfy together, and those that another
// one makes needless. The facts are those of promql/analysis/selectors.h.
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"
#include "promql/syntax/printer.h"

namespace promql::lint::checks {
namespace {

using analysis::SelectorFact;
using analysis::SelectorFinding;

std::string Shown(const LabelMatcher& matcher) {
  std::string text;
  AppendMatcher(matcher, text);
  return text;
}

template <class Visit>
void ForEachFact(const RuleContext& rule, SelectorFinding finding, const Visit& visit) {
  for (const SelectorFact& fact : rule.expression_facts().selectors) {
    if (fact.finding == finding) visit(fact);
  }
}

}  // namespace

void MatcherConflict(const RuleContext& rule, Sink& sink) {
  ForEachFact(rule, SelectorFinding::kEmpty, [&](const SelectorFact& fact) {
    const bool is_one = fact.matchers.size() == 1;
    Draft draft;
    draft.at = rule.At(fact.matchers.back()->span);
    draft.message = is_one ? "nothing matches " + Shown(*fact.matchers.front()) +
                                 ": this selector never finds a series"
                           : "no value of '" + std::string(fact.label) +
                                 "' satisfies all of its matchers: this selector never finds a "
                                 "series";
    for (const LabelMatcher* matcher : fact.matchers) {
      if (matcher == fact.matchers.back()) continue;
      draft.related.push_back({&rule.file(), rule.At(matcher->span), "against this one"});
    }
    sink.Add(std::move(draft));
  });
}

// One that lets everything through by itself is promql/regexp-noop's.
void MatcherRedundant(const RuleContext& rule, Sink& sink) {
  ForEachFact(rule, SelectorFinding::kNoEffect, [&](const SelectorFact& fact) {
    if (fact.matchers.size() < 2) return;
    const VectorSelector& selector = *fact.selector->As<VectorSelector>();
    const LabelMatcher& needless = *fact.matchers.back();
    // The name before the braces cannot be taken away.
    if (!selector.name.empty() && &needless == &selector.matchers.back()) return;
    Draft draft;
    draft.at = rule.At(needless.span);
    draft.message = Shown(needless) + " does nothing: " + Shown(*fact.matchers.front()) +
                    " says that already";
    if (auto fix = MatcherRemoval(rule, selector, needless, "take the matcher away", true)) {
      draft.fixes.push_back(std::move(*fix));
    }
    sink.Add(std::move(draft));
  });
}

}  // namespace promql::lint::checks

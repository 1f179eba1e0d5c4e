// SPDX-License-Identifier: Apache-2.0
// Several matchers of one label: those that no value can satisfy together, and those that another
// one makes needless.
#include <algorithm>
#include <string>
#include <vector>

#include "promql/analysis/language.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"
#include "promql/syntax/printer.h"

namespace promql::lint::checks {
namespace {

using analysis::Answer;
using analysis::Language;

struct OfLabel {
  std::string_view label;
  std::vector<const LabelMatcher*> matchers;
  std::vector<Language> languages;
};

// Labels with several matchers, and those whose only one excludes a pattern: nothing else can be
// empty or say too much, and most selectors have none of them.
std::vector<OfLabel> ByLabel(const VectorSelector& selector, analysis::Dot dot) {
  std::vector<OfLabel> groups;
  for (const LabelMatcher& matcher : selector.matchers) {
    const auto is_same = [&](const LabelMatcher& other) { return other.name == matcher.name; };
    const auto first = std::ranges::find_if(selector.matchers, is_same);
    if (&*first != &matcher) continue;
    const auto count = std::ranges::count_if(selector.matchers, is_same);
    if (count == 1 && matcher.op != MatchOp::kNotRegex) continue;
    OfLabel& group = groups.emplace_back();
    group.label = matcher.name;
    for (const LabelMatcher& other : selector.matchers) {
      if (!is_same(other)) continue;
      group.matchers.push_back(&other);
      group.languages.push_back(Language::OfMatcher(other.op, other.value, dot));
    }
  }
  return groups;
}

analysis::Dot DotOf(const RuleContext& rule) {
  return rule.project().environment().target < Version{3, 0} ? analysis::Dot::kStopsAtNewline
                                                             : analysis::Dot::kMatchesNewline;
}

std::string Shown(const LabelMatcher& matcher) {
  std::string text;
  AppendMatcher(matcher, text);
  return text;
}

}  // namespace

void MatcherConflict(const RuleContext& rule, Sink& sink) {
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const OfLabel& group : ByLabel(*at.selector, DotOf(rule))) {
      if (analysis::Meet(group.languages).is_empty != Answer::kYes) continue;
      Draft draft;
      draft.at = rule.At(group.matchers.back()->span);
      draft.message = group.matchers.size() == 1
                          ? "nothing matches " + Shown(*group.matchers.front()) +
                                ": this selector never finds a series"
                          : "no value of '" + std::string(group.label) +
                                "' satisfies all of its matchers: this selector never finds a "
                                "series";
      for (const LabelMatcher* matcher : group.matchers) {
        if (matcher == group.matchers.back()) continue;
        draft.related.push_back({&rule.file(), rule.At(matcher->span), "against this one"});
      }
      sink.Add(std::move(draft));
    }
  }
}

void MatcherRedundant(const RuleContext& rule, Sink& sink) {
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const OfLabel& group : ByLabel(*at.selector, DotOf(rule))) {
      if (group.matchers.size() < 2 || analysis::Meet(group.languages).is_empty != Answer::kNo) {
        continue;
      }
      for (std::size_t i = 0; i < group.matchers.size(); ++i) {
        for (std::size_t other = 0; other < group.matchers.size(); ++other) {
          if (i == other) continue;
          const bool implied =
              analysis::IsSubset(group.languages[other], group.languages[i]) == Answer::kYes;
          // Of two that say the same the second goes.
          const bool same =
              implied &&
              analysis::IsSubset(group.languages[i], group.languages[other]) == Answer::kYes;
          const bool is_name_before_braces =
              !at.selector->name.empty() && group.matchers[i] == &at.selector->matchers.back();
          if (!implied || (same && i < other) || is_name_before_braces) continue;
          Draft draft;
          draft.at = rule.At(group.matchers[i]->span);
          draft.message = Shown(*group.matchers[i]) + " does nothing: " +
                          Shown(*group.matchers[other]) + " says that already";
          if (auto fix = MatcherRemoval(rule, *at.selector, *group.matchers[i],
                                        "take the matcher away", true)) {
            draft.fixes.push_back(std::move(*fix));
          }
          sink.Add(std::move(draft));
          break;
        }
      }
    }
  }
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// Metrics and jobs that a team says some alert has to watch.
#include <algorithm>
#include <string>

#include "promql/analysis/language.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"
#include "promql/lint/summary.h"
#include "promql/syntax/parser.h"

namespace promql::lint::checks {
namespace {

// Whether every series that `wanted` asks about is among those that `has` selects.
bool Covers(const VectorSelector& has, std::span<const LabelMatcher> wanted) {
  return std::ranges::all_of(has.matchers, [&](const LabelMatcher& matcher) {
    const auto mine = analysis::Language::OfMatcher(matcher.op, matcher.value);
    return std::ranges::any_of(wanted, [&](const LabelMatcher& other) {
      return other.name == matcher.name &&
             analysis::IsSubset(analysis::Language::OfMatcher(other.op, other.value), mine) ==
                 analysis::Answer::kYes;
    });
  });
}

template <class Visit>
void ForEachAlertSelector(const Project& project, const Visit& visit) {
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (!rule.is_alert() || rule.summary() == nullptr) continue;
        for (const MetricRead& read : rule.summary()->reads) {
          visit(*read.selector->As<VectorSelector>());
          // Through what a recording rule of the run made of it.
          for (const RuleContext* made : project.Recording(read.name)) {
            if (made->summary() == nullptr) continue;
            for (const MetricRead& inner : made->summary()->reads) {
              visit(*inner.selector->As<VectorSelector>());
            }
          }
        }
      }
    }
  }
}

}  // namespace

void CoverageRequired(const Project& project, Sink& sink) {
  if (project.files().empty()) return;
  for (const CoveragePolicy& policy : project.config().policy.coverage) {
    bool is_covered = false;
    if (!policy.metric.empty()) {
      ForEachAlertSelector(project, [&](const VectorSelector& selector) {
        is_covered = is_covered || MetricOf(selector) == policy.metric;
      });
    } else if (const auto wanted = ParseSelector(policy.selector)) {
      ForEachAlertSelector(project, [&](const VectorSelector& selector) {
        is_covered = is_covered || Covers(selector, wanted->matchers());
      });
    } else {
      continue;  // the configuration says so
    }
    if (is_covered) continue;
    sink.Add(*project.files().front(),
             {.message = "no alert watches " +
                         (policy.metric.empty() ? policy.selector : "'" + policy.metric + "'") +
                         ", which the policy asks for",
              .advice = policy.comment});
  }
}

}  // namespace promql::lint::checks

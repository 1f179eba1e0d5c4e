// SPDX-License-Identifier: Apache-2.0
// What stands beside the rules: their unit tests, and the routes that their alerts take.
#include <string>

#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/route.h"
#include "promql/lint/rule_tests.h"

namespace promql::lint::checks {
namespace {

template <class Visit>
void ForEachAlert(const Project& project, const Visit& visit) {
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (rule.is_alert()) visit(rule);
      }
    }
  }
}

}  // namespace

void GraphUntested(const Project& project, Sink& sink) {
  const RuleTests* tests = project.surroundings().tests.get();
  if (tests == nullptr) return;
  ForEachAlert(project, [&](const RuleContext& rule) {
    if (tests->alerts.contains(rule.name())) return;
    sink.Add(rule, {.at = NamePlace(rule),
                    .message = "no unit test looks at this alert",
                    .advice = "add an alert_rule_test: one time at which it fires, and one at which "
                              "it does not"});
  });
}

// An alert that no route below the root can match goes to whoever gets the rest.
void GraphRoute(const Project& project, Sink& sink) {
  const Route* root = project.surroundings().route.get();
  if (root == nullptr || root->routes.empty()) return;
  ForEachAlert(project, [&](const RuleContext& rule) {
    const LabelSet labels = rule.MergedLabels();
    const auto judge = [&](const Matcher& matcher) {
      if (matcher.name() == "alertname") {
        return matcher.Matches(rule.name()) ? Truth::kYes : Truth::kNo;
      }
      // The query, a template or the server may bring what the rule does not state.
      if (!labels.Has(matcher.name())) return Truth::kMaybe;
      const std::string_view value = labels.Get(matcher.name());
      if (IsTemplated(value)) return Truth::kMaybe;
      return matcher.Matches(value) ? Truth::kYes : Truth::kNo;
    };
    if (CanBeRouted(*root, judge)) return;
    sink.Add(rule, {.at = NamePlace(rule),
                    .message = "no route of Alertmanager matches this alert: it goes to the default "
                               "receiver '" +
                               root->receiver + "'",
                    .advice = "give it the labels that a route asks for, or add a route"});
  });
}

}  // namespace promql::lint::checks

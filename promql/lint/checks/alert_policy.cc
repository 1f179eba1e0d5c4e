// SPDX-License-Identifier: Apache-2.0
// What a policy says of alerts and recorded names, selectors and aggregations.
#include <algorithm>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/scope.h"
#include "promql/lint/selectors.h"
#include "promql/model/duration.h"

namespace promql::lint::checks {
namespace {

const Policy& PolicyOf(const RuleContext& rule) { return rule.project().config().policy; }

void Bounds(const RuleContext& rule, const std::optional<rulefile::Duration>& written,
            const DurationPolicy& policy, std::string_view key, Sink& sink) {
  if (written && !written->is_valid) return;
  const Duration length = written ? written->value : Duration{0};
  const bool too_short = policy.min && length < *policy.min;
  if (!too_short && (!policy.max || length <= *policy.max)) return;
  sink.Add({.at = written ? written->text.source : NamePlace(rule),
            .message = (written ? "'" + std::string(key) + "' of " + FormatDuration(length)
                                : "no '" + std::string(key) + "'") +
                       " is " + (too_short ? "less than the " : "more than the ") +
                       FormatDuration(too_short ? *policy.min : *policy.max) +
                       " that the policy allows"});
}

}  // namespace

void AlertForPolicy(const RuleContext& rule, Sink& sink) {
  if (rule.is_alert()) Bounds(rule, rule.rule().for_, PolicyOf(rule).for_, "for", sink);
}

void AlertKeepFiringPolicy(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  Bounds(rule, rule.rule().keep_firing_for, PolicyOf(rule).keep_firing_for, "keep_firing_for",
         sink);
}

void AlertNamePolicy(const RuleContext& rule, Sink& sink) {
  const auto& wanted = PolicyOf(rule).alert_name;
  if (!rule.is_alert() || !wanted || wanted->regex.Matches(rule.name())) return;
  sink.Add({.at = NamePlace(rule),
            .message = "the alert's name does not match '" + wanted->text + "'"});
}

void RecordNamePolicy(const RuleContext& rule, Sink& sink) {
  const auto& wanted = PolicyOf(rule).record_name;
  if (rule.is_alert() || !wanted || wanted->regex.Matches(rule.name())) return;
  sink.Add({.at = NamePlace(rule),
            .message = "the recorded name does not match '" + wanted->text + "'"});
}

void SelectorRequired(const RuleContext& rule, Sink& sink) {
  for (const SelectorPolicy& policy : PolicyOf(rule).selectors) {
    if (!IsIn(policy.scope, rule.file(), &rule, rule.owner())) continue;
    for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
      if (policy.metric && !policy.metric->regex.Matches(MetricOf(*at.selector))) continue;
      for (const std::string& label : policy.required_labels) {
        if (std::ranges::find(at.selector->matchers, label, &LabelMatcher::name) !=
            at.selector->matchers.end()) {
          continue;
        }
        sink.Add({.at = rule.At(*at.node),
                  .message = Called(*at.selector) + " has no matcher for '" + label +
                             "', which the policy asks for",
                  .advice = policy.comment,
                  .severity = policy.severity});
      }
    }
  }
}

void SelectorLabels(const RuleContext& rule, Sink& sink) {
  for (const SelectorPolicy& policy : PolicyOf(rule).selectors) {
    if (policy.allowed_labels.empty()) continue;
    if (!IsIn(policy.scope, rule.file(), &rule, rule.owner())) continue;
    for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
      if (policy.metric && !policy.metric->regex.Matches(MetricOf(*at.selector))) continue;
      for (const LabelMatcher& matcher : at.selector->matchers) {
        if (matcher.name == "__name__" ||
            std::ranges::find(policy.allowed_labels, matcher.name) != policy.allowed_labels.end()) {
          continue;
        }
        sink.Add({.at = rule.At(matcher.span),
                  .message = "the policy allows no matcher for '" + std::string(matcher.name) +
                             "' in " + Called(*at.selector),
                  .advice = policy.comment,
                  .severity = policy.severity});
      }
    }
  }
}

void MetricForbidden(const RuleContext& rule, Sink& sink) {
  for (const SelectorPolicy& policy : PolicyOf(rule).selectors) {
    if (!policy.is_forbidden || !IsIn(policy.scope, rule.file(), &rule, rule.owner())) continue;
    for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
      if (policy.metric && !policy.metric->regex.Matches(MetricOf(*at.selector))) continue;
      sink.Add({.at = rule.At(*at.node),
                .message = Called(*at.selector) + " must not be used here",
                .advice = policy.comment,
                .severity = policy.severity});
    }
  }
}

// Labels of the result that the policy wants kept or gone.
void AggregationLabels(const RuleContext& rule, Sink& sink) {
  const auto& policies = PolicyOf(rule).aggregations;
  if (policies.empty()) return;
  const analysis::LabelFlow& flow = rule.expression_facts().labels.OfRoot();
  for (const AggregationPolicy& policy : policies) {
    if (policy.rule && !policy.rule->regex.Matches(rule.name())) continue;
    const auto say = [&](const std::string& label, const std::string& what) {
      sink.Add({.at = rule.At(*rule.expr()),
                .message = "the label '" + label + "' " + what,
                .advice = policy.comment,
                .severity = policy.severity});
    };
    for (const std::string& label : policy.keep) {
      if (flow.Of(label) == analysis::Presence::kCannot) {
        say(label, "has to be kept, and cannot be on the result");
      }
    }
    for (const std::string& label : policy.strip) {
      for (const analysis::LabelBranch& branch : flow.branches) {
        const analysis::LabelFact* fact = branch.Find(label);
        if (fact == nullptr || fact->presence == analysis::Presence::kCannot) continue;
        if (fact->reason.cause != analysis::Cause::kBy) continue;
        say(label, "has to be aggregated away, and is kept");
        break;
      }
    }
  }
}

}  // namespace promql::lint::checks

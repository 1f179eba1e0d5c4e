// SPDX-License-Identifier: Apache-2.0
// Labels that do not do what they seem to.
#include "promql/lint/check.h"
#include "promql/lint/edits.h"

namespace promql::lint::checks {

void AlertNameLabel(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  for (const rulefile::Label& label : rule.rule().labels) {
    if (label.name.value != "alertname" || label.value.value == rule.name()) continue;
    sink.Add({.at = label.name.source,
              .message = "the label 'alertname' is always overwritten with the alert's name",
              .details = "Prometheus sets alertname=\"" + std::string(rule.name()) +
                         "\" after all other labels",
              .advice = "rename the alert, or use another label"});
  }
}

void LabelEmpty(const RuleContext& rule, Sink& sink) {
  for (const rulefile::Label& label : rule.rule().labels) {
    if (!label.value.value.empty() || !label.value.is_present) continue;
    sink.Add({.at = label.value.source.empty() ? label.name.source : label.value.source,
              .message = "an empty value takes the label '" + std::string(label.name.value) +
                         "' away from every series",
              .details = "a label without a value is a label that is not there; when the query "
                         "returns several series that differ in nothing else, the rule fails",
              .advice = "when that is meant, aggregate the label away in the expression"});
  }
}

}  // namespace promql::lint::checks

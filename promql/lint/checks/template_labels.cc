// SPDX-License-Identifier: Apache-2.0
// Labels that a template shows and that render as nothing.
#include <algorithm>
#include <string>

#include "promql/analysis/facts.h"
#include "promql/lint/check.h"
#include "promql/lint/edits.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/template_parts.h"

namespace promql::lint::checks {
namespace {

using analysis::Presence;

// By another field than the text's own: `namespace: '{{ $labels.namespace }}'` only hands it on.
bool IsSetByRule(const RuleContext& rule, const TemplateText& text, std::string_view label) {
  if (label == "alertname") return true;
  if (text.is_label && text.field->name.value == label) return false;
  const auto fields = FieldsOf(rule, FieldKind::kLabel);
  return std::ranges::any_of(fields,
                             [&](const auto* field) { return field->name.value == label; });
}

// The value that the rule gives a label, when that is a plain text.
std::string_view StaticValue(const RuleContext& rule, std::string_view label) {
  if (label == "alertname") return rule.name();
  for (const rulefile::Label* field : FieldsOf(rule, FieldKind::kLabel)) {
    if (field->name.value == label && !IsTemplated(field->value.value)) return field->value.value;
  }
  return {};
}

template <class Visit>
void ForEachQueryLabel(const RuleContext& rule, const TemplateText& text, const Visit& visit) {
  if (rule.expr() == nullptr) return;
  const analysis::LabelFlow& flow = rule.expression_facts().labels.OfRoot();
  for (const tmpl::LabelUse& use : text.facts.labels) {
    if (use.field == "Labels") visit(use, flow);
  }
}

}  // namespace

// A label that the expression cannot return, and that no rule sets.
void TemplateMissingLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  ForEachQueryLabel(rule, text, [&](const tmpl::LabelUse& use, const analysis::LabelFlow& flow) {
    if (IsSetByRule(rule, text, use.name)) return;
    const analysis::LabelBranch* without = flow.BranchWithout(use.name);
    if (without == nullptr) return;
    const bool is_nowhere = flow.Of(use.name) == Presence::kCannot;
    const analysis::LabelFact fact = without->Of(use.name);
    const std::string name(use.name);
    Draft draft;
    draft.at = text.At(use.span);
    draft.message = is_nowhere ? FieldName(text) + " shows the label '" + name +
                                     "', which the result cannot have: nothing is printed"
                               : FieldName(text) + " shows the label '" + name +
                                     "', which one operand of 'or' cannot have";
    draft.details = "'" + name + "' " + std::string(Text(fact.reason.cause, Presence::kCannot));
    draft.advice = "keep the label in the expression, or take it out of the text";
    if (!is_nowhere) {
      draft.severity = Severity::kInfo;
      draft.related.push_back(
          {&rule.file(), rule.At(without->source), "the operand without the label"});
    } else if (fact.reason.span.end > fact.reason.span.start) {
      draft.related.push_back({&rule.file(), rule.At(fact.reason.span), "it is lost here"});
    }
    sink.Add(std::move(draft));
  });
}

// $labels holds what the query returned, not what the rule adds.
void TemplateOwnLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  ForEachQueryLabel(rule, text, [&](const tmpl::LabelUse& use, const analysis::LabelFlow& flow) {
    if (!IsSetByRule(rule, text, use.name)) return;
    if (flow.Of(use.name) == Presence::kMust) return;
    const bool is_nowhere =
        flow.Of(use.name) == Presence::kCannot || use.name == "alertname";
    const bool is_alerts = flow.Of(use.name) != Presence::kCannot && use.name == "alertname" &&
                           flow.branches.front().Find("alertname") != nullptr;
    if (is_alerts) return;
    // The query may return it too, and then that is what is shown.
    if (!is_nowhere && IsTemplated(text.field->value.value) && text.is_label) return;
    const std::string name(use.name);
    Draft draft;
    draft.at = text.At(use.span);
    draft.message = FieldName(text) + " shows '" + name +
                    (is_nowhere ? "', which only the rule itself sets: nothing is printed"
                                : "' as the query returns it, not as the rule sets it");
    draft.details = "$labels holds the labels of the query's result; what the rule and its group "
                    "add comes later";
    draft.advice = "write the value itself";
    if (!is_nowhere) {
      draft.severity = Severity::kHint;
      draft.confidence = Confidence::kHeuristic;
    }
    const std::string_view value = StaticValue(rule, use.name);
    const tmpl::Statement* action = ActionAround(text.parsed->body(), use.span);
    // Only where the braces hold the label and nothing else.
    const bool is_alone = action != nullptr && action->kind == tmpl::StatementKind::kAction &&
                          action->pipeline != nullptr && action->pipeline->commands.size() == 1 &&
                          action->pipeline->commands.front().operands.size() == 1;
    if (is_nowhere && is_alone && !value.empty()) {
      if (auto edit = Replacement(text.field->value, action->span.start, action->span.end,
                                  std::string(value))) {
        draft.fixes.push_back(
            {"write '" + std::string(value) + "'", false, {std::move(*edit)}});
      }
    }
    sink.Add(std::move(draft));
  });
}

void TemplateExternalLabel(const RuleContext& rule, const TemplateText& text, Sink& sink) {
  const auto& stated = rule.project().environment().external_labels;
  if (!stated) return;
  for (const tmpl::LabelUse& use : text.facts.labels) {
    if (use.field != "ExternalLabels" || stated->contains(use.name)) continue;
    sink.Add({.at = text.At(use.span),
              .message = "there is no external label '" + std::string(use.name) +
                         "' in the stated environment: nothing is printed",
              .advice = "state it under environment.external_labels, or use another one"});
  }
}

}  // namespace promql::lint::checks

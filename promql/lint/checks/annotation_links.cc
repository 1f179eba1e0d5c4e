// SPDX-License-Identifier: Apache-2.0
// Links in annotations: that there is one to a runbook, and that it is one.
#include <algorithm>
#include <array>

#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {
namespace {

// Where people keep the link when it is not where the policy says.
constexpr auto kRunbookNames = std::to_array<std::string_view>(
    {"runbook_url", "runbook", "runbook_link", "runbookURL", "runbookUrl", "playbook",
     "playbook_url", "dashboard_runbook"});

bool IsRunbook(std::string_view name, const Policy& policy) {
  return name == policy.runbook_annotation ||
         std::ranges::find(kRunbookNames, name) != kRunbookNames.end();
}

// https://host/…; what is templated may be anything that has a host.
bool IsUrl(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.size() > scheme.size() && text.starts_with(scheme)) {
      const std::string_view rest = text.substr(scheme.size());
      const bool has_space = !IsTemplated(text) && text.find_first_of(" \t\n") != text.npos;
      return rest.front() != '/' && !has_space;
    }
  }
  return text.starts_with("{{");
}

}  // namespace

void AnnotationUrl(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const Policy& policy = rule.project().config().policy;
  for (const rulefile::Label& field : rule.rule().annotations) {
    std::string_view value = field.value.value;
    while (value.ends_with('\n') || value.ends_with(' ')) value.remove_suffix(1);
    const bool is_link = field.name.value.ends_with("_url") || field.name.value.ends_with("URL") ||
                         field.name.value == policy.runbook_annotation;
    if (!is_link || value.empty() || IsUrl(value)) continue;
    sink.Add({.at = field.value.source,
              .message = "'" + std::string(field.name.value) + "' is no URL that one can follow",
              .advice = "write it whole, with https:// in front"});
  }
  ForEachPolicy(rule, FieldKind::kAnnotation,
                [&](const FieldPolicy& wanted, const rulefile::Label* field) {
                  if (!wanted.must_be_url || field == nullptr || IsUrl(field->value.value)) return;
                  sink.Add(PolicyDraft(wanted, field->value.source,
                                       "annotation '" + std::string(field->name.value) +
                                           "' has to be a URL"));
                });
}

void AnnotationRunbook(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  const Policy& policy = rule.project().config().policy;
  for (const rulefile::Label& field : rule.rule().annotations) {
    if (IsRunbook(field.name.value, policy) && !field.value.value.empty()) return;
    // A link inside the description serves as well.
    if (field.value.value.find("runbook") != std::string_view::npos &&
        field.value.value.find("://") != std::string_view::npos) {
      return;
    }
  }
  sink.Add({.at = NamePlace(rule),
            .message = "nothing tells whoever is woken what to do: there is no '" +
                       policy.runbook_annotation + "'",
            .advice = "add an annotation '" + policy.runbook_annotation +
                      "' with a link to a page that says what to look at first"});
}

}  // namespace promql::lint::checks

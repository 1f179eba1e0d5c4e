// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/field_policy.h"

#include <algorithm>
#include <utility>

#include "promql/lint/scope.h"

namespace promql::lint {

std::string_view Text(FieldKind kind) {
  return kind == FieldKind::kLabel ? "label" : "annotation";
}

std::vector<const rulefile::Label*> FieldsOf(const RuleContext& rule, FieldKind kind) {
  std::vector<const rulefile::Label*> fields;
  const auto& own = kind == FieldKind::kLabel ? rule.rule().labels : rule.rule().annotations;
  for (const rulefile::Label& field : own) fields.push_back(&field);
  if (kind == FieldKind::kAnnotation) return fields;
  for (const rulefile::Label& field : rule.group().group().labels) {
    const auto overrides = [&](const rulefile::Label& mine) {
      return mine.name.value == field.name.value;
    };
    if (std::ranges::none_of(own, overrides)) fields.push_back(&field);
  }
  return fields;
}

void ForEachPolicy(const RuleContext& rule, FieldKind kind,
                   const std::function<void(const FieldPolicy&, const rulefile::Label*)>& visit) {
  if (kind == FieldKind::kAnnotation && !rule.is_alert()) return;
  const Policy& policies = rule.project().config().policy;
  const auto& mine = kind == FieldKind::kLabel ? policies.labels : policies.annotations;
  if (mine.empty()) return;
  const auto fields = FieldsOf(rule, kind);
  for (const FieldPolicy& policy : mine) {
    if (!IsIn(policy.scope, rule.file(), &rule, rule.owner())) continue;
    bool found = false;
    for (const rulefile::Label* field : fields) {
      const bool is_named = policy.pattern ? policy.pattern->regex.Matches(field->name.value)
                                           : field->name.value == policy.name;
      if (!is_named) continue;
      found = true;
      visit(policy, field);
    }
    if (!found) visit(policy, nullptr);
  }
}

Source NamePlace(const RuleContext& rule) { return rule.rule().name.source; }

Draft PolicyDraft(const FieldPolicy& policy, Source at, std::string message) {
  Draft draft;
  draft.at = at;
  draft.message = std::move(message);
  draft.advice = policy.comment;
  draft.severity = policy.severity;
  return draft;
}

bool IsTemplated(std::string_view text) { return text.find("{{") != std::string_view::npos; }

}  // namespace promql::lint

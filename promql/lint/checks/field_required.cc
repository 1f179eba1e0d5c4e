// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {
namespace {

void Required(const RuleContext& rule, FieldKind kind, Sink& sink) {
  ForEachPolicy(rule, kind, [&](const FieldPolicy& policy, const rulefile::Label* field) {
    if (!policy.is_required || (field != nullptr && !field->value.value.empty())) return;
    const std::string name = policy.pattern ? policy.pattern->text : policy.name;
    sink.Add(PolicyDraft(policy, field == nullptr ? NamePlace(rule) : field->name.source,
                         field == nullptr
                             ? "the " + std::string(Text(kind)) + " '" + name + "' is missing"
                             : "the " + std::string(Text(kind)) + " '" + name +
                                   "' is empty, which means that it is not there"));
  });
}

}  // namespace

void LabelRequired(const RuleContext& rule, Sink& sink) {
  Required(rule, FieldKind::kLabel, sink);
}
void AnnotationRequired(const RuleContext& rule, Sink& sink) {
  Required(rule, FieldKind::kAnnotation, sink);
}

}  // namespace promql::lint::checks

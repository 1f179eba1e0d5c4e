// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {
namespace {

void Forbidden(const RuleContext& rule, FieldKind kind, Sink& sink) {
  ForEachPolicy(rule, kind, [&](const FieldPolicy& policy, const rulefile::Label* field) {
    if (!policy.is_forbidden || field == nullptr) return;
    sink.Add(PolicyDraft(policy, field->name.source,
                         "the " + std::string(Text(kind)) + " '" + std::string(field->name.value) +
                             "' is not allowed here"));
  });
}

}  // namespace

void LabelForbidden(const RuleContext& rule, Sink& sink) {
  Forbidden(rule, FieldKind::kLabel, sink);
}
void AnnotationForbidden(const RuleContext& rule, Sink& sink) {
  Forbidden(rule, FieldKind::kAnnotation, sink);
}

}  // namespace promql::lint::checks

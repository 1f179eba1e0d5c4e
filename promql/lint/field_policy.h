// SPDX-License-Identifier: Apache-2.0
// What a team demands of labels and annotations, as facts: which policies a rule breaks and where.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "promql/lint/check.h"

namespace promql::lint {

// Labels, or annotations.
enum class FieldKind : std::uint8_t { kLabel, kAnnotation };
[[nodiscard]] std::string_view Text(FieldKind kind);

// A rule's fields as Prometheus merges them: for labels the group's too, where the rule has none.
[[nodiscard]] std::vector<const rulefile::Label*> FieldsOf(const RuleContext& rule, FieldKind kind);

// Calls visit(policy, field) for each policy of that kind that speaks of the rule and each field it
// names; with a null field, once, when the rule has none such. Alerts only, for annotations.
void ForEachPolicy(const RuleContext& rule, FieldKind kind,
                   const std::function<void(const FieldPolicy&, const rulefile::Label*)>& visit);

// Where a rule says what it is called: the place of what it lacks.
[[nodiscard]] Source NamePlace(const RuleContext& rule);

// A draft that carries the policy's severity and comment.
[[nodiscard]] Draft PolicyDraft(const FieldPolicy& policy, Source at, std::string message);

// Whether a text is a template, whose value is not known here.
[[nodiscard]] bool IsTemplated(std::string_view text);

}  // namespace promql::lint

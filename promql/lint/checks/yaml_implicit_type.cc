// SPDX-License-Identifier: Apache-2.0
// Prometheus takes numbers, booleans and null for labels and annotations, but as the text that
// stands there, and null as no label at all.
#include <string>

#include "promql/lint/check.h"

namespace promql::lint::checks {
namespace {

void Look(const rulefile::Label& field, Sink& sink) {
  const rulefile::Text& value = field.value;
  if (value.type == rulefile::YamlType::kString || value.type == rulefile::YamlType::kTimestamp ||
      !value.is_present || value.is_aliased()) {
    return;
  }
  if (value.type == rulefile::YamlType::kNull) {
    return sink.Add({.at = value.source.empty() ? field.name.source : value.source,
                     .message = "'" + std::string(field.name.value) +
                                "' has no value, which Prometheus takes for an empty text",
                     .advice = "give it a value, or remove it",
                     .severity = Severity::kInfo});
  }
  Draft draft{.at = value.source,
              .message = "YAML reads " + std::string(value.value) + " as " +
                         std::string(rulefile::Described(value.type)) +
                         ", Prometheus as text: quote it"};
  if (value.value.find_first_of("\"\\") == std::string_view::npos) {
    draft.fixes.push_back(
        {"quote it", true, {{value.source, '"' + std::string(value.value) + '"'}}});
  }
  sink.Add(std::move(draft));
}

}  // namespace

void YamlImplicitType(const RuleContext& rule, Sink& sink) {
  for (const rulefile::Label& label : rule.rule().labels) Look(label, sink);
  for (const rulefile::Label& annotation : rule.rule().annotations) Look(annotation, sink);
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// Labels and annotations as people write them.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "promql/lint/check.h"
#include "promql/lint/config_reader.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {

// severity, written wrong: routes do not match it.
void LabelTypo(const RuleContext& rule, Sink& sink) {
  constexpr auto kKnown = std::to_array<std::string_view>(
      {"severity", "namespace", "service", "cluster", "instance", "environment"});
  for (const rulefile::Label& label : rule.rule().labels) {
    const std::string_view name = label.name.value;
    if (name.size() < 5 || std::ranges::find(kKnown, name) != kKnown.end()) continue;
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string_view near = Nearest(lower, kKnown);
    // Plurals and longer words are words of their own.
    if (near.empty() || lower.size() > near.size() + 1 || lower == std::string(near) + "s") continue;
    sink.Add({.at = label.name.source,
              .message = "the label '" + std::string(name) + "' looks like '" + std::string(near) +
                         "' written wrong",
              .fixes = {{"write '" + std::string(near) + "'",
                         false,
                         {{label.name.source, std::string(near)}}}}});
  }
}

void LabelExternalConflict(const RuleContext& rule, Sink& sink) {
  const auto& external = rule.project().environment().external_labels;
  if (!external) return;
  for (const rulefile::Label& label : rule.rule().labels) {
    const auto found = external->find(label.name.value);
    if (found == external->end()) continue;
    const bool is_same = found->second && *found->second == label.value.value;
    sink.Add({.at = label.name.source,
              .message = is_same ? "the server adds '" + found->first + "' with that value anyway"
                                 : "the server adds an external label '" + found->first +
                                       "', but not where a rule sets one: the rule's wins",
              .severity = is_same ? std::optional(Severity::kHint) : std::nullopt});
  }
}

// An annotation that holds an expression for people to run.
void AnnotationPromql(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  constexpr auto kNames = std::to_array<std::string_view>(
      {"query", "expr", "promql", "promwarden_query", "prometheus_query"});
  ParseOptions options;
  options.features = rule.project().environment().features;
  for (const rulefile::Label& field : rule.rule().annotations) {
    if (std::ranges::find(kNames, field.name.value) == kNames.end()) continue;
    if (IsTemplated(field.value.value) || field.value.value.empty()) continue;
    const auto parsed = ParseExpression(field.value.value, options);
    if (parsed) continue;
    const SyntaxError& error = parsed.error().front();
    sink.Add({.at = field.value.SourceOf(error.span.start, error.span.end),
              .message = "the annotation '" + std::string(field.name.value) +
                         "' is no expression: " + error.message});
  }
}

// A summary is a title: it names what is wrong, and stays the same while the alert fires.
void AnnotationStyle(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  for (const rulefile::Label& field : rule.rule().annotations) {
    if (field.name.value != "summary") continue;
    const std::string_view value = field.value.value;
    const std::size_t line = value.find('\n');
    const bool has_lines = line != std::string_view::npos && line + 1 < value.size();
    const bool has_value = value.find("$value") != std::string_view::npos ||
                           value.find(".Value") != std::string_view::npos;
    if (!has_lines && !has_value) continue;
    sink.Add({.at = field.value.source,
              .message = has_lines ? "a summary is one line: what comes after belongs into the "
                                     "description"
                                   : "the value in a summary makes another title of every "
                                     "notification: it belongs into the description"});
  }
}

}  // namespace promql::lint::checks

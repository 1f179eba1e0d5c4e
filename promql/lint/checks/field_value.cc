// SPDX-License-Identifier: Apache-2.0
// Values and tokens that a policy allows or forbids. A templated value is judged only by patterns
// that forbid: what it will be is not known.
#include <algorithm>
#include <string>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"

namespace promql::lint::checks {
namespace {

// The value, or each token of it, with its place in the value.
std::vector<std::string_view> Tokens(std::string_view value, std::string_view separator) {
  if (separator.empty()) return {value};
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(separator, at), value.size());
    std::string_view token = value.substr(at, end - at);
    while (token.starts_with(' ')) token.remove_prefix(1);
    while (token.ends_with(' ')) token.remove_suffix(1);
    tokens.push_back(token);
    at = end + separator.size();
  }
  return tokens;
}

std::string Listed(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "'" : ", '") + value + "'";
  return text;
}

// What is wrong with a token; empty: nothing.
std::string Wrong(const FieldPolicy& policy, std::string_view token, bool is_templated) {
  const std::string shown = "'" + std::string(token) + "'";
  if (policy.forbidden_value && policy.forbidden_value->regex.Matches(token)) {
    return shown + " matches '" + policy.forbidden_value->text + "', which is not allowed";
  }
  if (is_templated) return {};
  if (!policy.values.empty() && std::ranges::find(policy.values, token) == policy.values.end()) {
    return shown + " is none of " + Listed(policy.values);
  }
  if (policy.value && !policy.value->regex.Matches(token)) {
    return shown + " does not match '" + policy.value->text + "'";
  }
  return {};
}

void Values(const RuleContext& rule, FieldKind kind, Sink& sink) {
  ForEachPolicy(rule, kind, [&](const FieldPolicy& policy, const rulefile::Label* field) {
    if (field == nullptr || field->value.value.empty()) return;
    const std::string_view value = field->value.value;
    for (const std::string_view token : Tokens(value, policy.token_separator)) {
      const std::string wrong = Wrong(policy, token, IsTemplated(value));
      if (wrong.empty()) continue;
      const auto begin = static_cast<std::size_t>(token.data() - value.data());
      sink.Add(PolicyDraft(policy, field->value.SourceOf(begin, begin + token.size()),
                           std::string(Text(kind)) + " '" + std::string(field->name.value) +
                               "': " + wrong));
    }
  });
}

}  // namespace

void LabelValue(const RuleContext& rule, Sink& sink) { Values(rule, FieldKind::kLabel, sink); }
void AnnotationValue(const RuleContext& rule, Sink& sink) {
  Values(rule, FieldKind::kAnnotation, sink);
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// The sections `policy` and `match`.
#include "promql/lint/config_section.h"

namespace promql::lint {
namespace {

template <class T>
void SetScope(T& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadScope(errors, node, out.scope);
}

void SetKind(Scope& out, ConfigErrors& errors, const ConfigNode& node) {
  static constexpr std::pair<std::string_view, RuleKinds> kWords[] = {
      {"alert", RuleKinds::kAlerts}, {"record", RuleKinds::kRecords}, {"both", RuleKinds::kBoth}};
  out.kinds = ReadWord(errors, node, kWords).value_or(RuleKinds::kBoth);
}

constexpr Field<Scope> kScopeFields[] = {
    {"paths", Set<&Scope::paths>},   {"kind", SetKind},
    {"group", Set<&Scope::group>},   {"name", Set<&Scope::name>},
    {"labels", Set<&Scope::labels>}, {"owner", Set<&Scope::owner>}};

constexpr Field<FieldPolicy> kFieldPolicyFields[] = {
    {"name", Set<&FieldPolicy::name>},
    {"pattern", Set<&FieldPolicy::pattern>},
    {"match", SetScope},
    {"required", Set<&FieldPolicy::is_required>},
    {"forbidden", Set<&FieldPolicy::is_forbidden>},
    {"url", Set<&FieldPolicy::must_be_url>},
    {"values", Set<&FieldPolicy::values>},
    {"value", Set<&FieldPolicy::value>},
    {"forbidden_value", Set<&FieldPolicy::forbidden_value>},
    {"token_separator", Set<&FieldPolicy::token_separator>},
    {"comment", Set<&FieldPolicy::comment>},
    {"severity", Set<&FieldPolicy::severity>}};

constexpr Field<DurationPolicy> kDurationFields[] = {{"min", Set<&DurationPolicy::min>},
                                                     {"max", Set<&DurationPolicy::max>}};

constexpr Field<SelectorPolicy> kSelectorFields[] = {
    {"metric", Set<&SelectorPolicy::metric>},
    {"required_labels", Set<&SelectorPolicy::required_labels>},
    {"allowed_labels", Set<&SelectorPolicy::allowed_labels>},
    {"forbidden", Set<&SelectorPolicy::is_forbidden>},
    {"match", SetScope},
    {"comment", Set<&SelectorPolicy::comment>},
    {"severity", Set<&SelectorPolicy::severity>}};

constexpr Field<AggregationPolicy> kAggregationFields[] = {
    {"rule", Set<&AggregationPolicy::rule>},
    {"keep", Set<&AggregationPolicy::keep>},
    {"strip", Set<&AggregationPolicy::strip>},
    {"comment", Set<&AggregationPolicy::comment>},
    {"severity", Set<&AggregationPolicy::severity>}};

constexpr Field<CoveragePolicy> kCoverageFields[] = {{"metric", Set<&CoveragePolicy::metric>},
                                                     {"selector", Set<&CoveragePolicy::selector>},
                                                     {"comment", Set<&CoveragePolicy::comment>}};

// Policies of labels or annotations name theirs, or all that match a pattern: one of both.
template <auto Member>
void SetFieldPolicies(Policy& out, ConfigErrors& errors, const ConfigNode& node) {
  std::vector<FieldPolicy>& policies = out.*Member;
  ReadSections(errors, node, "field policy", kFieldPolicyFields, policies);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const FieldPolicy& policy = policies[i];
    const ConfigNode& at = node.items[i];
    if (at.kind != ConfigNode::Kind::kMap) continue;
    if (policy.name.empty() == !policy.pattern) {
      errors.Add(at, "a policy needs either `name` or `pattern`");
    }
    if (policy.is_required && policy.is_forbidden) {
      errors.Add(at, "a policy cannot both require and forbid");
    }
    if (policy.is_required && policy.pattern) {
      errors.Add(at, "what is required needs a `name`, not a `pattern`");
    }
  }
}

void SetSelectors(Policy& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSections(errors, node, "selectors", kSelectorFields, out.selectors);
}

void SetAggregations(Policy& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSections(errors, node, "aggregations", kAggregationFields, out.aggregations);
}

void SetCoverage(Policy& out, ConfigErrors& errors, const ConfigNode& node) {
  ReadSections(errors, node, "coverage", kCoverageFields, out.coverage);
  for (std::size_t i = 0; i < out.coverage.size(); ++i) {
    if (node.items[i].kind == ConfigNode::Kind::kMap &&
        out.coverage[i].metric.empty() == out.coverage[i].selector.empty()) {
      errors.Add(node.items[i], "an item of `coverage` needs either `metric` or `selector`");
    }
  }
}

template <auto Member>
void SetDurations(Policy& out, ConfigErrors& errors, const ConfigNode& node) {
  DurationPolicy& policy = out.*Member;
  ReadSection(errors, node, "min and max", kDurationFields, policy);
  if (policy.min && policy.max && *policy.min > *policy.max) {
    errors.Add(node, "`min` is above `max`");
  }
}

constexpr Field<Policy> kPolicyFields[] = {
    {"labels", SetFieldPolicies<&Policy::labels>},
    {"annotations", SetFieldPolicies<&Policy::annotations>},
    {"selectors", SetSelectors},
    {"aggregations", SetAggregations},
    {"coverage", SetCoverage},
    {"for", SetDurations<&Policy::for_>},
    {"keep_firing_for", SetDurations<&Policy::keep_firing_for>},
    {"group_interval", SetDurations<&Policy::group_interval>},
    {"query_offset", SetDurations<&Policy::query_offset>},
    {"range", SetDurations<&Policy::range>},
    {"max_lookback", Set<&Policy::max_lookback>},
    {"max_rules_per_group", Set<&Policy::max_rules_per_group>},
    {"group_limit_required", Set<&Policy::group_limit_required>},
    {"alert_name", Set<&Policy::alert_name>},
    {"record_name", Set<&Policy::record_name>},
    {"group_name", Set<&Policy::group_name>},
    {"severities", Set<&Policy::severities>},
    {"severity_label", Set<&Policy::severity_label>},
    {"runbook_annotation", Set<&Policy::runbook_annotation>}};

}  // namespace

void ReadScope(ConfigErrors& errors, const ConfigNode& node, Scope& scope) {
  ReadSection(errors, node, "match", kScopeFields, scope);
}

void ReadPolicy(ConfigErrors& errors, const ConfigNode& node, Policy& policy) {
  ReadSection(errors, node, "policy", kPolicyFields, policy);
}

void AddKnownPolicyKeys(KnownKeys& known) {
  AddKnown(known, "policy", kPolicyFields);
  AddKnown(known, "match", kScopeFields);
  AddKnown(known, "field policy", kFieldPolicyFields);
  AddKnown(known, "selectors", kSelectorFields);
  AddKnown(known, "aggregations", kAggregationFields);
  AddKnown(known, "coverage", kCoverageFields);
  AddKnown(known, "min and max", kDurationFields);
}

}  // namespace promql::lint

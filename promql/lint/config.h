// SPDX-License-Identifier: Apache-2.0
// The linter's configuration, as `.promwarden-lint.yaml` states it (config_reader.h reads it,
// CONFIG.md documents it): environment, which checks speak how loudly where, and a team's own
// policies. A plain value; shared read-only by all threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/environment.h"
#include "promql/lint/finding.h"
#include "promql/model/go_regex.h"
#include "promql/rulefile/read.h"

namespace promql::lint {

// Off, or how loud; nothing: the check's own default.
struct Level {
  bool is_off = false;
  std::optional<Severity> severity;
};

enum class RuleKinds : std::uint8_t { kBoth, kAlerts, kRecords };

// A regular expression with its text, anchored.
struct Pattern {
  std::string text;
  GoRegex regex;
};

// Which rules an override or a policy speaks of; every field that is set must agree.
struct Scope {
  std::vector<std::string> paths;  // globs, `**` crosses folders
  RuleKinds kinds = RuleKinds::kBoth;
  std::optional<Pattern> group;
  std::optional<Pattern> name;
  std::map<std::string, Pattern, std::less<>> labels;
  std::optional<Pattern> owner;
};

// Later ones win.
struct Override {
  Scope scope;
  std::map<std::string, Level, std::less<>> checks;  // by id, or `group/*`
  std::optional<Severity> at_most;                   // vendor profiles: nothing louder than this
};

// What a label or an annotation must be like.
struct FieldPolicy {
  std::string name;  // or `pattern`, for all that match
  std::optional<Pattern> pattern;
  Scope scope;
  bool is_required = false;
  bool is_forbidden = false;
  bool must_be_url = false;
  std::vector<std::string> values;  // allowed ones; empty: any
  std::optional<Pattern> value;     // every value, or every token of it, must match
  std::optional<Pattern> forbidden_value;
  std::string token_separator;  // values are lists of such tokens
  std::string comment;          // what the team tells those who break it
  std::optional<Severity> severity;
};

struct DurationPolicy {
  std::optional<Duration> min;
  std::optional<Duration> max;
};

struct SelectorPolicy {
  std::optional<Pattern> metric;  // those it speaks of; unset: all
  std::vector<std::string> required_labels;
  std::vector<std::string> allowed_labels;  // empty: any
  bool is_forbidden = false;                // the metric must not be used
  Scope scope;
  std::string comment;
  std::optional<Severity> severity;
};

struct AggregationPolicy {
  std::optional<Pattern> rule;  // names of rules it speaks of
  std::vector<std::string> keep;
  std::vector<std::string> strip;
  std::string comment;
  std::optional<Severity> severity;
};

// A job or metric that some alert must watch.
struct CoveragePolicy {
  std::string metric;    // exact name, or
  std::string selector;  // a metric selector whose matchers an alert's selector must imply
  std::string comment;
};

struct Policy {
  std::vector<FieldPolicy> labels;
  std::vector<FieldPolicy> annotations;
  std::vector<SelectorPolicy> selectors;
  std::vector<AggregationPolicy> aggregations;
  std::vector<CoveragePolicy> coverage;
  DurationPolicy for_;
  DurationPolicy keep_firing_for;
  DurationPolicy group_interval;
  DurationPolicy query_offset;
  DurationPolicy range;  // of a range selector; and in total with offsets and subqueries:
  std::optional<Duration> max_lookback;
  std::optional<std::uint32_t> max_rules_per_group;
  bool group_limit_required = false;
  std::optional<Pattern> alert_name;
  std::optional<Pattern> record_name;
  std::optional<Pattern> group_name;
  std::vector<std::string> severities;  // from the least to the most severe
  std::string severity_label = "severity";
  std::string runbook_annotation = "runbook_url";
};

// Rule files of another shape than plain Prometheus', by path.
struct SchemaChoice {
  std::vector<std::string> paths;  // globs
  rulefile::Schema schema = rulefile::Schema::kAuto;
};

// What a run takes where its command line says nothing.
struct RunDefaults {
  std::vector<std::string> paths;     // files, folders, globs
  std::vector<std::string> exclude;   // globs
  std::vector<SchemaChoice> schemas;  // the first that fits
  std::optional<Severity> fail_on;
  bool never_fail = false;
  std::string baseline;             // file
  std::string base;                 // git revision that `ci` compares with
  std::vector<std::string> tests;   // globs of rule unit tests
};

struct Config {
  std::string file;  // empty: none was read
  std::string here;  // the working folder as seen from the folder of `file`; empty when it is that
  RunDefaults run;
  Environment environment;
  Policy policy;
  std::map<std::string, Level, std::less<>> checks;  // by id, or `group/*`
  std::vector<Override> overrides;
};

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
// A YAML tree → groups and rules, with every key, type and value held against what Prometheus
// takes. Appends to a RuleFile.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "promql/rulefile/entries.h"
#include "promql/rulefile/fields.h"
#include "promql/rulefile/read.h"
#include "promql/rulefile/rule_file.h"
#include "promql/rulefile/yaml_tree.h"

namespace promql::rulefile {

class Decoder {
 public:
  Decoder(RuleFile& file, Arena& arena, const ReadOptions& options);

  // A mapping with `groups`: a file's root, a resource's `spec`. `schema` is the one whose keys
  // count here. Other keys than `groups` are not looked at unless the root is a file's.
  void DecodeFile(const Item& root, const Origin& origin, Schema schema);

  // Further texts of what the file holds: of a scalar, of any value.
  [[nodiscard]] const Report& report() const { return report_; }

 private:
  void DecodeGroups(const Item& list, Source inherited);
  void DecodeGroup(const Item& item, Source inherited);
  void DecodeRules(const Entry& list, Group& group, std::uint32_t group_index);
  void DecodeRule(const Item& item, Source inherited, Group& group);

  // All readers report what does not fit.
  [[nodiscard]] std::optional<Text> ReadText(const Entry& entry);
  [[nodiscard]] std::optional<Duration> ReadDuration(const Entry& entry);
  [[nodiscard]] std::vector<Label> ReadLabels(const Entry& entry);
  void ReadLimit(const Entry& entry, Group& group);
  [[nodiscard]] bool IsKind(const Entry& entry, Node::Kind kind, std::string_view wanted);
  [[nodiscard]] std::span<const Field> KeepFields(const std::vector<Entry>& entries);

  void UnknownKey(Place place, const Entry& entry);
  void CheckLabels(const std::vector<Label>& labels);
  void CheckAnnotations(const std::vector<Label>& annotations);
  void CheckRecord(const Rule& rule);
  void SetName(Rule& rule, const Text& record, const Text& alert);
  void CheckNames(const Rule& rule, const Text& record, const Text& alert);
  void CheckExpression(Rule& rule);
  void Problem(ProblemClass cls, const Text& at, std::string message,
               std::vector<Source> related = {});

  RuleFile& file_;
  Arena& arena_;
  const ReadOptions& options_;
  Report report_;
  Schema schema_ = Schema::kPrometheus;
  Origin origin_;
  std::unordered_map<std::string_view, Source> group_names_;  // of one file or resource
  std::optional<std::uint32_t> group_;                        // being decoded
  std::optional<std::uint32_t> rule_;
  bool is_rule_valid_ = true;
};

}  // namespace promql::rulefile

// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a rule file, apart from its templates, which are a language of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/rulefile/source.h"

namespace promql::rulefile {

enum class ProblemClass : std::uint8_t {
  // The file cannot be read, or not wholly.
  kTooLarge,
  kEncoding,
  kSyntax,
  kTooDeep,
  kTooManyAliases,
  kAlias,
  kTag,
  // The file is YAML, but not of this shape.
  kUnknownField,
  kDuplicateKey,
  kType,
  kMerge,
  kDuration,
  // The shape is right, the rules are not.
  kGroupName,
  kRepeatedGroup,
  kLabelName,
  kLabelValue,
  kRecordAndAlert,
  kNoName,
  kMissingExpr,
  kPromql,
  kRecordingFor,
  kRecordingKeepFiringFor,
  kRecordingAnnotations,
  kRecordName,
  kAnnotationName,
  // Accepted, but hardly meant.
  kSecondDocument,
  kNoGroups,
  kEmptyGroup,
  kNullGroup,
  kNullRule,
};

inline constexpr std::size_t kProblemClasses =
    static_cast<std::size_t>(ProblemClass::kNullRule) + 1;

// A short name in kebab case that never changes: `unknown-field`.
[[nodiscard]] std::string_view Name(ProblemClass cls);
// Whether Prometheus 3.15 and its promtool refuse the whole file because of it.
[[nodiscard]] bool IsRefused(ProblemClass cls);

struct Problem {
  ProblemClass cls = ProblemClass::kSyntax;
  Source source;
  std::string message;                 // lower case, no full stop
  std::vector<Source> related;         // other places that matter: the first of two, the alias
  std::string suggestion;              // what stands there most likely should be this; may be empty
  std::optional<std::uint32_t> group;  // index in RuleFile::groups
  std::optional<std::uint32_t> rule;   // index in Group::rules
};

}  // namespace promql::rulefile

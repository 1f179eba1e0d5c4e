// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/problem.h"

#include <array>

namespace promql::rulefile {
namespace {

struct Row {
  ProblemClass cls;
  std::string_view name;
  bool is_refused;
};

constexpr auto kRows = std::to_array<Row>({
    {ProblemClass::kTooLarge, "too-large", true},
    {ProblemClass::kEncoding, "encoding", true},
    {ProblemClass::kSyntax, "syntax", true},
    {ProblemClass::kTooDeep, "too-deep", true},
    {ProblemClass::kTooManyAliases, "too-many-aliases", true},
    {ProblemClass::kAlias, "alias", true},
    {ProblemClass::kTag, "tag", true},
    {ProblemClass::kUnknownField, "unknown-field", true},
    {ProblemClass::kDuplicateKey, "duplicate-key", true},
    {ProblemClass::kType, "type", true},
    {ProblemClass::kMerge, "merge", true},
    {ProblemClass::kDuration, "duration", true},
    {ProblemClass::kGroupName, "group-name", true},
    {ProblemClass::kRepeatedGroup, "repeated-group", true},
    {ProblemClass::kLabelName, "label-name", true},
    {ProblemClass::kLabelValue, "label-value", true},
    {ProblemClass::kRecordAndAlert, "record-and-alert", true},
    {ProblemClass::kNoName, "no-name", true},
    {ProblemClass::kMissingExpr, "missing-expr", true},
    {ProblemClass::kPromql, "promql", true},
    {ProblemClass::kRecordingFor, "recording-for", true},
    {ProblemClass::kRecordingKeepFiringFor, "recording-keep-firing-for", true},
    {ProblemClass::kRecordingAnnotations, "recording-annotations", true},
    {ProblemClass::kRecordName, "record-name", true},
    {ProblemClass::kAnnotationName, "annotation-name", true},
    {ProblemClass::kSecondDocument, "second-document", false},
    {ProblemClass::kNoGroups, "no-groups", false},
    {ProblemClass::kEmptyGroup, "empty-group", false},
    {ProblemClass::kNullGroup, "null-group", false},
    {ProblemClass::kNullRule, "null-rule", false},
});

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].cls != static_cast<ProblemClass>(i)) return false;
  }
  return kRows.size() == kProblemClasses;
}
static_assert(IsInOrder());

}  // namespace

std::string_view Name(ProblemClass cls) { return kRows[static_cast<std::size_t>(cls)].name; }
bool IsRefused(ProblemClass cls) { return kRows[static_cast<std::size_t>(cls)].is_refused; }

}  // namespace promql::rulefile

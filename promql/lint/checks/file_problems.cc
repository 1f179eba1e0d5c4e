// SPDX-License-Identifier: Apache-2.0
// What reading the file found, one check for each thing that a team may want to decide.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "promql/lint/check.h"

namespace promql::lint::checks {
namespace {

using Class = rulefile::ProblemClass;

const RuleContext* RuleOf(const FileContext& file, const rulefile::Problem& problem) {
  if (!problem.group || !problem.rule) return nullptr;
  return &file.groups()[*problem.group].rules()[*problem.rule];
}

// A place behind the last word (an unclosed parenthesis) is shown at that word's end, not on an
// empty line.
Source Visible(const FileContext& file, Source at) {
  const std::string_view content = file.file().content;
  const std::string_view covered = file.file().TextOf(at);
  if (covered.find_first_not_of(" \t\r\n") != std::string_view::npos) return at;
  std::uint32_t end = at.begin;
  while (end > 0 && std::string_view(" \t\r\n").find(content[end - 1]) != std::string_view::npos) {
    --end;
  }
  return end == at.begin ? at : Source{end, end};
}

// The line's value is a template without quotes: `summary: {{ $labels.job }} is down`.
bool BeginsWithTemplate(const FileContext& file, Source at) {
  const rulefile::LineIndex& lines = file.file().lines;
  return lines.LineText(lines.LineAt(at.begin)).find(": {{") != std::string_view::npos;
}

void Report(const FileContext& file, const rulefile::Problem& problem, Sink& sink) {
  Draft draft;
  draft.at = Visible(file, problem.source);
  draft.message = problem.message;
  if (problem.cls == Class::kSyntax && BeginsWithTemplate(file, problem.source)) {
    draft.advice = "put the value in quotes: a { at its beginning opens a mapping in YAML";
  }
  if (rulefile::IsRefused(problem.cls)) {
    draft.severity = Severity::kError;
    draft.details = "Prometheus refuses the whole file because of this";
  }
  for (const Source& other : problem.related) {
    draft.related.push_back({&file, other, "the other place"});
  }
  if (!problem.suggestion.empty()) {
    draft.fixes.push_back(
        {"write '" + problem.suggestion + "'", false, {{problem.source, problem.suggestion}}});
  }
  if (const RuleContext* rule = RuleOf(file, problem)) return sink.Add(*rule, std::move(draft));
  sink.Add(file, std::move(draft));
}

void ReportAll(const FileContext& file, std::initializer_list<Class> classes, Sink& sink) {
  for (const rulefile::Problem& problem : file.file().problems) {
    if (std::ranges::find(classes, problem.cls) != classes.end()) Report(file, problem, sink);
  }
}

}  // namespace

// What Helm's templates have before Helm has seen them, and templates of rules never.
bool IsHelmTemplate(std::string_view content) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({".Values.", ".Release.", "{{ include \"", "{{- include \""}),
      [&](std::string_view mark) { return content.find(mark) != std::string_view::npos; });
}

void YamlSyntax(const FileContext& file, Sink& sink) {
  const auto broken =
      std::ranges::find(file.file().problems, Class::kSyntax, &rulefile::Problem::cls);
  if (broken != file.file().problems.end() && IsHelmTemplate(file.file().content)) {
    return sink.Add(file, {.at = Visible(file, broken->source),
                           .message = broken->message,
                           .details = "this looks like a template of Helm, which is no YAML yet",
                           .advice = "lint what `helm template` prints, and exclude this file",
                           .severity = Severity::kError});
  }
  ReportAll(file,
            {Class::kTooLarge, Class::kEncoding, Class::kSyntax, Class::kTooDeep,
             Class::kTooManyAliases, Class::kAlias, Class::kTag},
            sink);
}
// A resource read as a plain rule file gets one word that helps instead of four that do not.
void YamlUnknownField(const FileContext& file, Sink& sink) {
  const auto is_kind = [&](const rulefile::Problem& problem) {
    return problem.cls == Class::kUnknownField && !problem.group &&
           file.file().TextOf(problem.source) == "apiVersion";
  };
  const auto found = std::ranges::find_if(file.file().problems, is_kind);
  if (found == file.file().problems.end()) return ReportAll(file, {Class::kUnknownField}, sink);
  sink.Add(file,
           {.at = found->source,
            .message = "this is a resource of Kubernetes, which Prometheus itself cannot load",
            .details = "Prometheus refuses the whole file because of this",
            .advice = "to check the rules inside of it say --schema auto",
            .severity = Severity::kError});
}
void YamlDuplicateKey(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kDuplicateKey}, sink);
}
void YamlType(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kType, Class::kMerge}, sink);
}
void YamlMultiDoc(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kSecondDocument}, sink);
}
void YamlNullRule(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kNullRule, Class::kNullGroup}, sink);
}
void YamlEmptyGroup(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kEmptyGroup, Class::kNoGroups}, sink);
}
void RuleKindOf(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kRecordAndAlert, Class::kNoName}, sink);
}
void RuleMissingExpr(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kMissingExpr}, sink);
}
void RuleDuration(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kDuration}, sink);
}
void RuleGroupName(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kGroupName}, sink);
}
void RuleGroupRepeated(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kRepeatedGroup}, sink);
}
void RuleLabelName(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kLabelName}, sink);
}
void RuleLabelValue(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kLabelValue}, sink);
}
void RuleAnnotationName(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kAnnotationName}, sink);
}
void RuleRecordName(const FileContext& file, Sink& sink) {
  ReportAll(file, {Class::kRecordName}, sink);
}
void RuleRecordingField(const FileContext& file, Sink& sink) {
  ReportAll(file,
            {Class::kRecordingFor, Class::kRecordingKeepFiringFor, Class::kRecordingAnnotations},
            sink);
}
void PromqlSyntax(const FileContext& file, Sink& sink) { ReportAll(file, {Class::kPromql}, sink); }

}  // namespace promql::lint::checks

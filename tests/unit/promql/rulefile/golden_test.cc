// SPDX-License-Identifier: Apache-2.0
// What readers of a rule file are told, and where: one golden file per subject.
#include "tests/unit/promql/rulefile/golden.h"

#include <gtest/gtest.h>

#include <string>

#include "promql/rulefile/read.h"

namespace promql::rulefile {
namespace {

std::string Place(const RuleFile& file, Source source) {
  const Position begin = file.lines.At(source.begin);
  const Position end = file.lines.At(source.end);
  std::string text = std::to_string(begin.line) + ":" + std::to_string(begin.column);
  if (source.empty()) return text;
  text += "-";
  if (end.line != begin.line) text += std::to_string(end.line) + ":";
  return text + std::to_string(end.column);
}

std::string Shown(const RuleFile& file) {
  std::string out = file.is_refused() ? "refused" : "accepted";
  out += ", " + std::to_string(file.groups.size()) + " groups, " +
         std::to_string(file.rule_count()) + " rules\n";
  for (const Problem& problem : file.problems) {
    out +=
        Place(file, problem.source) + " " + std::string(Name(problem.cls)) + ": " + problem.message;
    if (!problem.suggestion.empty()) out += " => " + problem.suggestion;
    for (const Source& related : problem.related) out += " [" + Place(file, related) + "]";
    if (problem.group) out += " group " + std::to_string(*problem.group);
    if (problem.rule) out += " rule " + std::to_string(*problem.rule);
    out += "\n";
  }
  return out;
}

TEST(RuleFile, ProblemsStandWhereTheyAre) {
  CheckGolden("problems.golden",
              [](const std::string& input) { return Shown(ReadRuleFile("a.yml", input)); });
}

}  // namespace
}  // namespace promql::rulefile

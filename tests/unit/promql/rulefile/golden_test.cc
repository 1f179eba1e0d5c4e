// SPDX-License-Identifier: Apache-2.0
// What readers of a rule file are told, and where: one golden file per subject.
#include "tests/unit/promql/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "promql/rulefile/format.h"
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

ReadOptions OptionsIn(const std::string& input) {
  ReadOptions options;
  if (input.starts_with("# schema: auto\n")) options.schema = Schema::kAuto;
  if (input.starts_with("# schema: thanos\n")) options.schema = Schema::kThanos;
  if (input.starts_with("# schema: mimir\n")) options.schema = Schema::kMimir;
  if (input.starts_with("# schema: victoriametrics\n")) options.schema = Schema::kVictoriaMetrics;
  return options;
}

std::string Read(const std::string& input) {
  return Shown(ReadRuleFile("a.yml", input, OptionsIn(input)));
}

// `---` separates YAML's documents.
void CheckFile(const std::string& name, const std::function<std::string(const std::string&)>& run) {
  CheckGolden("rulefile/" + name, run, {.separator = "---8<---", .input_ends_its_line = true});
}

TEST(RuleFile, ProblemsStandWhereTheyAre) { CheckFile("problems.golden", Read); }
TEST(RuleFile, PlacesAreThoseOfTheFileForEveryStyle) { CheckFile("positions.golden", Read); }
TEST(RuleFile, SchemasHaveKeysAndResourcesOfTheirOwn) { CheckFile("schemas.golden", Read); }

// What fmt makes of a file, and what it says about the rest; a second time it says the same.
std::string LaidOut(const std::string& input) {
  constexpr std::size_t kWidth = 70;
  ReadOptions options;
  options.schema = Schema::kAuto;
  const RuleFile file = ReadRuleFile("a.yml", input, options);
  const FormatPlan plan = PlanFormat(file, options, kWidth);
  std::string out = Apply(file.content, plan.edits);
  const RuleFile again = ReadRuleFile("a.yml", out, options);
  EXPECT_TRUE(PlanFormat(again, options, kWidth).edits.empty()) << out;
  if (!plan.is_readable) out += "unreadable\n";
  for (const Unformatted& left : plan.left)
    out += Place(file, left.source) + " left: " + left.reason + "\n";
  return out;
}

TEST(RuleFile, ExpressionsAreLaidOutAndNothingElse) { CheckFile("format.golden", LaidOut); }

TEST(RuleFile, LineEndsStayAsTheyAre) {
  const std::string input =
      "groups:\r\n- name: a\r\n  rules:\r\n  - alert: A\r\n    expr: |\r\n      sum(\r\n      "
      "up)\r\n      # c\r\n      +1\r\n    for: 5m\r\n";
  const std::string result = LaidOut(input);
  EXPECT_EQ(std::ranges::count(result, '\r'), std::ranges::count(result, '\n')) << result;
  EXPECT_NE(result, input);
}

TEST(RuleFile, HostileFilesEndInOneProblem) {
  ReadOptions small;
  small.max_bytes = 100;
  const std::string deep(5000, '[');
  for (const auto& [content, cls] : {
           std::pair{std::string(200, ' '), ProblemClass::kTooLarge},
           std::pair{"groups: " + deep, ProblemClass::kTooDeep},
       }) {
    const bool is_large = cls == ProblemClass::kTooLarge;
    const RuleFile file = ReadRuleFile("a.yml", content, is_large ? small : ReadOptions{});
    EXPECT_EQ(std::ranges::count(file.problems, cls, &Problem::cls), 1);
    EXPECT_LE(file.problems.size(), 2U);
  }
}

}  // namespace
}  // namespace promql::rulefile

// SPDX-License-Identifier: Apache-2.0
// Verdicts and positions over real rule files, where these are at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "promql/rulefile/format.h"
#include "promql/rulefile/read.h"
#include "promql/syntax/printer.h"
#include "tests/unit/promql/rulefile/spelling.h"

namespace promql::rulefile {
namespace {

std::string CorpusPath(const std::string& name) {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string root = source != nullptr ? source : "..";
  return (shared != nullptr ? std::string(shared) : root + "/../shared") + "/corpus/" + name;
}

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Verdict {
  std::string file;
  bool is_accepted = false;
  std::string message;
};

// What promtool 3.15 said of every file.
std::vector<Verdict> Verdicts() {
  std::vector<Verdict> verdicts;
  for (const std::string table : {"rules/promtool3.tsv", "rules-invalid/promtool3.tsv"}) {
    std::ifstream file(CorpusPath(table));
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      Verdict verdict;
      std::string word;
      std::getline(fields, verdict.file, '\t');
      std::getline(fields, word, '\t');
      std::getline(fields, verdict.message);
      verdict.is_accepted = word == "ok";
      verdicts.push_back(verdict);
    }
  }
  return verdicts;
}

// All that a file says: every text, every expression as it prints, every comment.
std::string Outline(const RuleFile& file) {
  std::string out;
  const auto labels = [&](const std::vector<Label>& list) {
    for (const Label& label : list) {
      out.append(label.name.value).append("=").append(label.value.value).append(";");
    }
  };
  for (const Group& group : file.groups) {
    out.append("group ").append(group.name.value).append("\n");
    labels(group.labels);
    for (const Rule& rule : group.rules) {
      out.append("rule ").append(rule.name.value).append(" ");
      out += rule.expression ? Print(rule.expression->root()) : std::string(rule.expr.value);
      if (rule.for_) out.append(" for ").append(rule.for_->text.value);
      for (const Field& field : rule.fields) out.append(" ").append(field.name.value);
      labels(rule.labels);
      labels(rule.annotations);
      out += "\n";
    }
  }
  for (const Comment& comment : file.comments) out.append(comment.text).append("\n");
  return out;
}

TEST(Corpus, VerdictsAreThoseOfPromtool) {
  const std::vector<Verdict> verdicts = Verdicts();
  if (verdicts.empty()) GTEST_SKIP() << "no rule files at " << CorpusPath("rules");
  for (const Verdict& verdict : verdicts) {
    const RuleFile file = ReadRuleFile(verdict.file, FileText(CorpusPath(verdict.file)));
    // Templates are read by those who check them.
    const bool is_template = verdict.message.find(": template: ") != std::string::npos;
    EXPECT_EQ(!file.is_refused(), verdict.is_accepted || is_template)
        << verdict.file << ": " << verdict.message
        << (file.problems.empty() ? "" : " ours: " + file.problems.front().message);
  }
}

TEST(Corpus, EveryByteOfEveryTextStandsWhereItIsSaidTo) {
  const std::vector<Verdict> verdicts = Verdicts();
  if (verdicts.empty()) GTEST_SKIP() << "no rule files at " << CorpusPath("rules");
  std::size_t count = 0;
  for (const Verdict& verdict : verdicts) {
    const RuleFile file = ReadRuleFile(verdict.file, FileText(CorpusPath(verdict.file)));
    ForEachText(file, [&](const Text& text) {
      ++count;
      EXPECT_EQ(Misspelt(file, text), "") << verdict.file;
    });
  }
  EXPECT_GT(count, 200'000U);
}

// Laid out, the files mean the same, and laid out again they are the same.
TEST(Corpus, LayingOutKeepsTheMeaningAndIsIdempotent) {
  const std::vector<Verdict> verdicts = Verdicts();
  if (verdicts.empty()) GTEST_SKIP() << "no rule files at " << CorpusPath("rules");
  std::size_t edits = 0;
  std::size_t left = 0;
  const ReadOptions options;
  for (const Verdict& verdict : verdicts) {
    const RuleFile file = ReadRuleFile(verdict.file, FileText(CorpusPath(verdict.file)));
    const FormatPlan plan = PlanFormat(file, options);
    const RuleFile laid_out = ReadRuleFile(verdict.file, Apply(file.content, plan.edits));
    EXPECT_EQ(Outline(laid_out), Outline(file)) << verdict.file;
    EXPECT_TRUE(PlanFormat(laid_out, options).edits.empty()) << verdict.file;
    edits += plan.edits.size();
    left +=
        static_cast<std::size_t>(std::ranges::count(plan.left, false, &Unformatted::has_errors));
  }
  EXPECT_GT(edits, 5000U);
  EXPECT_LE(left, 1U);  // a comment of the file between lines of a plain text
}

// Every resource of Kubernetes holds the rules that were unwrapped from it.
TEST(Corpus, ResourcesOfKubernetesAreReadWithAllTheirRules) {
  const std::string root = CorpusPath("k8s");
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no resources at " << root;
  std::size_t rules = 0;
  ReadOptions options;
  options.schema = Schema::kAuto;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const RuleFile file = ReadRuleFile(entry.path(), FileText(entry.path()), options);
    ForEachText(file, [&](const Text& text) { EXPECT_EQ(Misspelt(file, text), "") << file.path; });
    const bool is_chart = file.content.find("kind: HelmRelease") != std::string_view::npos;
    EXPECT_TRUE(is_chart || !file.groups.empty() || !file.problems.empty()) << file.path;
    rules += file.rule_count();
  }
  EXPECT_GT(rules, 1000U);
}

}  // namespace
}  // namespace promql::rulefile

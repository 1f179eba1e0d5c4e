// SPDX-License-Identifier: Apache-2.0
// Everything over the real expressions, where they are at hand. PROMWARDEN_PRINT_FACTS prints what
// was found.
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "parse.h"
#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/syntax/printer.h"

namespace promql::analysis {
namespace {

std::vector<std::string> RealExpressions() {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string root = source != nullptr ? source : "..";
  std::ifstream file((shared != nullptr ? std::string(shared) : root + "/../shared") +
                     "/corpus/exprs.jsonl");
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    texts.emplace_back(document.GetString(), document.GetStringLength());
  }
  return texts;
}

bool Prints(std::string_view what) {
  const char* wanted = std::getenv("PROMWARDEN_PRINT_FACTS");
  return wanted != nullptr && std::string_view(wanted).find(what) != std::string_view::npos;
}

TEST(AnalysisCorpus, SaysSomethingOfEveryRealExpression) {
  const std::vector<std::string> texts = RealExpressions();
  if (texts.empty()) GTEST_SKIP() << "no corpus/exprs.jsonl";
  std::map<std::string, int> counts;
  for (const std::string& text : texts) {
    const Expression expression = Parsed(text);
    const Facts facts(expression.root());
    const AlertSplit split = SplitAlert(expression.root());
    EXPECT_FALSE(split.conditions.empty());
    EXPECT_FALSE(facts.labels.OfRoot().branches.empty());
    for (const JoinFact& fact : facts.joins) {
      const std::string kind =
          "join " + std::to_string(static_cast<int>(fact.finding)) + (fact.is_proven ? "" : "l");
      ++counts[kind];
      if (Prints("join")) {
        std::cout << kind << ": " << Explain(fact) << "\n    " << In(text, fact.expr->span) << "\n";
      }
    }
    for (const SelectorFact& fact : facts.selectors) {
      const bool is_empty = fact.finding == SelectorFinding::kEmpty;
      ++counts[is_empty ? "selector empty" : "matcher without effect"];
      if (Prints("selector")) {
        std::cout << "selector: " << Explain(fact) << "\n    " << In(text, fact.selector->span)
                  << "\n";
      }
    }
    for (const ComparisonFact& fact : facts.values.comparisons()) {
      const std::string kind =
          std::string(fact.outcome == ComparisonFact::Outcome::kNeverTrue ? "never" : "always") +
          (fact.is_proven ? " true" : " true (likely)");
      ++counts[kind];
      if (Prints("value")) {
        std::cout << kind << ": " << Text(fact.left.interval) << " (" << fact.left.evidence.text
                  << ") against " << Text(fact.right.interval) << " (" << fact.right.evidence.text
                  << ")\n    " << In(text, fact.expr->span) << "\n";
      }
    }
    for (const ArgumentFact& fact : facts.values.arguments()) {
      ++counts["argument"];
      if (Prints("value")) std::cout << fact.text << "\n    " << In(text, fact.expr->span) << "\n";
    }
    for (const UnitMismatch& mismatch : facts.units.mismatches()) {
      ++counts["unit mismatch"];
      if (Prints("unit")) {
        std::cout << Text(mismatch.left) << " against " << Text(mismatch.right) << "\n    "
                  << In(text, mismatch.expr->span) << "\n";
      }
    }
  }
  for (const auto& [kind, count] : counts) std::cout << kind << ": " << count << "\n";
}

// Printing and reading an expression again changes neither its hash nor what is known of it.
TEST(AnalysisCorpus, HashesCanonicalFormsAlike) {
  for (const std::string& text : RealExpressions()) {
    const Expression first = Parsed(text);
    const Expression second = Parsed(Print(first.root()));
    EXPECT_TRUE(IsEquivalent(first.root(), second.root())) << text;
  }
}

}  // namespace
}  // namespace promql::analysis

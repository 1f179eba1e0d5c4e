// SPDX-License-Identifier: Apache-2.0
// What is known of expressions, in words: tests/data/promql/analysis.
#include "tests/unit/promql/golden.h"

#include "parse.h"
#include "promql/analysis/facts.h"
#include "promql/syntax/quote.h"

namespace promql::analysis {
namespace {

std::string_view Word(Presence presence) {
  switch (presence) {
    case Presence::kCannot:
      return "cannot";
    case Presence::kMay:
      return "may";
    case Presence::kMust:
      return "must";
  }
  return {};
}

std::string Because(std::string_view text, Reason reason, Presence presence) {
  if (reason.cause == Cause::kNothing) return "\n";
  return ": " + std::string(Text(reason.cause, presence)) + " " + In(text, reason.span) + "\n";
}

std::string DescribeLabels(const std::string& text) {
  const Expression expression = Parsed(text);
  const Tree tree(expression.root());
  const Labels labels(tree);
  std::string out;
  for (const LabelBranch& branch : labels.OfRoot().branches) {
    if (labels.OfRoot().branches.size() > 1) out += "on " + In(text, branch.source) + "\n";
    for (const LabelFact& fact : branch.labels) {
      const std::string values = Text(fact.values);
      out += std::string(fact.name) + " " + std::string(Word(fact.presence)) +
             (values.empty() ? "" : " " + values) + Because(text, fact.reason, fact.presence);
    }
    out += branch.is_open ? "others may\n"
                          : "others cannot" + Because(text, branch.reason, Presence::kCannot);
  }
  return out;
}

std::string_view Word(JoinFinding finding) {
  switch (finding) {
    case JoinFinding::kImpossible:
      return "impossible";
    case JoinFinding::kDeadBranch:
      return "dead branch";
    case JoinFinding::kNeverExcludes:
      return "never excludes";
    case JoinFinding::kAlwaysAdds:
      return "always adds";
    case JoinFinding::kNeverAdds:
      return "never adds";
    case JoinFinding::kKeyOnNeither:
      return "key on neither side";
    case JoinFinding::kSideRepeats:
      return "side repeats";
    case JoinFinding::kIncludedMissing:
      return "included label missing";
    case JoinFinding::kIncludedIsKey:
      return "included label is compared";
  }
  return {};
}

std::string DescribeJoins(const std::string& text) {
  const Expression expression = Parsed(text);
  const Facts facts(expression.root());
  std::string out;
  for (const JoinFact& fact : facts.joins) {
    out += std::string(Word(fact.finding)) + (fact.is_proven ? "" : " (likely)");
    if (fact.finding == JoinFinding::kDeadBranch) {
      out += " " + In(text, fact.side == Side::kLeft ? fact.left_source : fact.right_source);
    } else if (fact.finding == JoinFinding::kSideRepeats) {
      out += fact.side == Side::kLeft ? " on the left" : " on the right";
    }
    out += ": " + Explain(fact) + "\n";
  }
  return out.empty() ? "nothing to say\n" : out;
}

std::string Describe(const ValueBound& bound) {
  std::string out = Text(bound.interval);
  if (!bound.evidence.text.empty()) out += " (" + std::string(bound.evidence.text) + ")";
  return out;
}

std::string DescribeValues(const std::string& text) {
  const Expression expression = Parsed(text);
  const Tree tree(expression.root());
  const Values values(tree);
  const ValueFact& root = values.OfRoot();
  std::string out = Describe(root.proven) + (root.is_never_empty ? ", never empty" : "") + "\n";
  if (root.likely.interval != root.proven.interval) {
    out += "likely " + Describe(root.likely) + "\n";
  }
  for (const ComparisonFact& fact : values.comparisons()) {
    out += fact.outcome == ComparisonFact::Outcome::kNeverTrue ? "never true " : "always true ";
    out += In(text, fact.expr->span) + (fact.is_proven ? "" : " (likely)") + ": " +
           Describe(fact.left) + " against " + Describe(fact.right) + "\n";
  }
  for (const ArgumentFact& fact : values.arguments()) {
    out += "argument " + In(text, fact.argument->span) + ": " + std::string(fact.text) + "\n";
  }
  return out;
}

std::string DescribeUnits(const std::string& text) {
  const Expression expression = Parsed(text);
  const Tree tree(expression.root());
  const Units units(tree);
  std::string out = Text(units.OfRoot());
  if (units.OfRoot().dimension == Dimension::kNumber) out = "a number";
  if (out.empty()) out = "unknown";
  out += "\n";
  for (const UnitMismatch& mismatch : units.mismatches()) {
    out += Text(mismatch.left) + " against " + Text(mismatch.right) + " " +
           In(text, mismatch.expr->span) + "\n";
  }
  return out;
}

std::string DescribeSelectors(const std::string& text) {
  const Expression expression = Parsed(text);
  std::string out;
  for (const SelectorFact& fact : FindSelectorFacts(Tree(expression.root()))) {
    out += fact.finding == SelectorFinding::kEmpty ? "empty " : "no effect ";
    out += In(text, fact.selector->span) + ": " + Explain(fact) + "\n";
  }
  return out.empty() ? "nothing to say\n" : out;
}

TEST(AnalysisGolden, SaysWhichMatchersExcludeEachOther) {
  CheckGolden("analysis/selectors.txt", DescribeSelectors);
}
TEST(AnalysisGolden, SaysWhichLabelsAResultHas) {
  CheckGolden("analysis/labels.txt", DescribeLabels);
}
TEST(AnalysisGolden, SaysWhichMatchesAreImpossible) {
  CheckGolden("analysis/joins.txt", DescribeJoins);
}
TEST(AnalysisGolden, SaysWhichValuesAResultHas) {
  CheckGolden("analysis/values.txt", DescribeValues);
}
TEST(AnalysisGolden, SaysWhichUnitAResultHas) { CheckGolden("analysis/units.txt", DescribeUnits); }

}  // namespace
}  // namespace promql::analysis

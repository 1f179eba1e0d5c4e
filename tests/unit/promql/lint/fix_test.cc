// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/fix.h"

#include <gtest/gtest.h>

#include <vector>

namespace promql::lint {
namespace {

Finding With(std::vector<Edit> edits, bool is_safe = true) {
  Finding finding;
  finding.fixes = {{"mend", is_safe, std::move(edits)}};
  return finding;
}

Edit Replace(std::uint32_t begin, std::uint32_t end, std::string text) {
  return {begin, end, std::move(text), {}};
}

TEST(ApplyFixes, ReplacesBytesWhereverTheyStand) {
  const std::vector<Finding> findings{With({Replace(6, 7, "Z")}), With({Replace(0, 3, "x")})};
  const FixedText fixed = ApplyFixes("abc, d.", findings, FixChoice::kSafe);
  EXPECT_EQ(fixed.text, "x, dZ");
  EXPECT_EQ(fixed.applied, 2U);
}

TEST(ApplyFixes, LeavesUnsafeOnesUnlessAsked) {
  const std::vector<Finding> findings{With({Replace(0, 1, "x")}, false)};
  EXPECT_EQ(ApplyFixes("abc", findings, FixChoice::kSafe).text, "abc");
  EXPECT_EQ(ApplyFixes("abc", findings, FixChoice::kAll).text, "xbc");
}

TEST(ApplyFixes, TakesAFixWholeOrNotAtAll) {
  const std::vector<Finding> findings{With({Replace(1, 3, "x")}),
                                      With({Replace(0, 1, "y"), Replace(2, 4, "z")})};
  const FixedText fixed = ApplyFixes("abcd", findings, FixChoice::kSafe);
  EXPECT_EQ(fixed.text, "axd");
  EXPECT_EQ(fixed.applied, 1U);
  EXPECT_EQ(fixed.left, 1U);
}

TEST(ApplyFixes, InsertsOnceWhereTwoFindingsWantTheSame) {
  const std::vector<Finding> findings{With({Replace(1, 1, "-")}), With({Replace(1, 1, "-")})};
  const FixedText fixed = ApplyFixes("ab", findings, FixChoice::kSafe);
  EXPECT_EQ(fixed.text, "a-b");
  EXPECT_EQ(fixed.applied, 2U);
}

TEST(ApplyFixes, DoesNotGuessTheOrderOfInsertionsAtOnePlace) {
  const std::vector<Finding> findings{With({Replace(1, 1, "-")}), With({Replace(1, 1, "+")}),
                                      With({Replace(1, 2, "")}), With({Replace(0, 1, "")})};
  const FixedText fixed = ApplyFixes("ab", findings, FixChoice::kSafe);
  EXPECT_EQ(fixed.text, "-b");
  EXPECT_EQ(fixed.left, 2U);
}

TEST(ApplyFixes, RefusesEditsOutsideTheText) {
  const std::vector<Finding> findings{With({Replace(1, 9, "x")}), With({Replace(2, 1, "x")}),
                                      With({})};
  const FixedText fixed = ApplyFixes("abc", findings, FixChoice::kSafe);
  EXPECT_EQ(fixed.text, "abc");
  EXPECT_EQ(fixed.applied, 0U);
}

}  // namespace
}  // namespace promql::lint

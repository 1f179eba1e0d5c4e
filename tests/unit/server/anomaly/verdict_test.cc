// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/verdict.h"

#include <gtest/gtest.h>

#include <cmath>

namespace warden::anomaly {
namespace {

Expectation Around(double expected, double deviation) {
  Expectation expectation;
  expectation.detector = DetectorKind::kZscore;
  expectation.is_known = true;
  expectation.expected = expected;
  expectation.below = deviation;
  expectation.above = deviation;
  expectation.confidence = 0.8;
  return expectation;
}

TEST(Judge, GradesByThresholds) {
  const struct {
    double observed;
    State state;
    Severity severity;
    double score;
  } cases[] = {
      {100, State::kOk, Severity::kNone, 0},
      {109, State::kOk, Severity::kNone, 0.9 / 1.9},
      {110, State::kOk, Severity::kNone, 0.5},
      {111, State::kFiring, Severity::kLow, 1.1 / 2.1},
      {115, State::kFiring, Severity::kMedium, 0.6},
      {80, State::kFiring, Severity::kHigh, 2.0 / 3},
      {70, State::kFiring, Severity::kCritical, 0.75},
  };
  for (const auto& c : cases) {
    const Verdict verdict = Judge(Around(100, 4), c.observed, {}, {.threshold = 2.5});
    EXPECT_EQ(verdict.state, c.state) << c.observed;
    EXPECT_EQ(verdict.severity, c.severity) << c.observed;
    EXPECT_DOUBLE_EQ(verdict.score, c.score) << c.observed;
    EXPECT_DOUBLE_EQ(verdict.deviation, (c.observed - 100) / 4) << c.observed;
    EXPECT_DOUBLE_EQ(verdict.lower, 90);
    EXPECT_DOUBLE_EQ(verdict.upper, 110);
    EXPECT_DOUBLE_EQ(verdict.confidence, 0.8);
  }
}

TEST(Judge, ExplainsItself) {
  EXPECT_EQ(Judge(Around(100, 4), 130, {}, {.threshold = 2.5}).reason,
            "130 is 7.5 deviations above the expected 100 (normal: 90 to 110)");
  Expectation fallback = Around(100, 4);
  fallback.note = "fallback";
  EXPECT_EQ(Judge(fallback, 70, {}, {.threshold = 2.5}).reason,
            "70 is 7.5 deviations below the expected 100 (normal: 90 to 110); fallback");
  EXPECT_EQ(Judge(fallback, 100, {}, {}).reason, "fallback");
  EXPECT_EQ(Judge(Around(1, 1), 1, {}, {}).reason, "");
}

TEST(Judge, ForgivesSmallDifferences) {
  EXPECT_EQ(Judge(Around(100, 1), 108, {}, {}).state, State::kFiring);
  const Verdict absolute = Judge(Around(100, 1), 108, {}, {.min_deviation = 10});
  EXPECT_EQ(absolute.state, State::kOk);
  EXPECT_DOUBLE_EQ(absolute.upper, 110);
  EXPECT_EQ(Judge(Around(100, 1), 111, {}, {.min_deviation = 10}).state, State::kFiring);
  EXPECT_EQ(Judge(Around(100, 1), 108, {}, {.min_relative_deviation = 0.1}).state, State::kOk);
  EXPECT_EQ(Judge(Around(-100, 1), -108, {}, {.min_relative_deviation = 0.1}).state, State::kOk);
}

TEST(Judge, WatchesOnlyTheAskedDirection) {
  const Judgement above{.direction = Direction::kAbove};
  EXPECT_EQ(Judge(Around(100, 1), 120, {}, above).state, State::kFiring);
  const Verdict below = Judge(Around(100, 1), 80, {}, above);
  EXPECT_EQ(below.state, State::kOk);
  EXPECT_EQ(below.score, 0);
  EXPECT_NE(below.reason.find("only the other direction is watched"), std::string::npos);
  EXPECT_EQ(Judge(Around(100, 1), 80, {}, {.direction = Direction::kBelow}).state, State::kFiring);
}

TEST(Judge, NeverDividesByNothing) {
  const Verdict same = Judge(Around(0, 0), 0, {}, {});
  EXPECT_EQ(same.state, State::kOk);
  const Verdict other = Judge(Around(0, 0), 1e-300, {}, {});
  EXPECT_EQ(other.state, State::kFiring);
  EXPECT_TRUE(std::isfinite(other.deviation));
  EXPECT_LT(other.score, 1);
}

TEST(Judge, SaysNothingWithoutAValueOrAnExpectation) {
  const Verdict gap = Judge(Around(1, 1), std::nan(""), {}, {});
  EXPECT_EQ(gap.state, State::kGap);
  EXPECT_EQ(Judge(Around(1, 1), INFINITY, {}, {}).state, State::kGap);
  Expectation unknown;
  unknown.note = "still learning";
  const Verdict learning = Judge(unknown, 1e9, {}, {});
  EXPECT_EQ(learning.state, State::kLearning);
  EXPECT_EQ(learning.reason, "still learning");
  EXPECT_TRUE(std::isnan(learning.expected));
  EXPECT_EQ(Judge(Around(1e308, 1e308), 0, {}, {}).state, State::kLearning);
}

}  // namespace
}  // namespace warden::anomaly

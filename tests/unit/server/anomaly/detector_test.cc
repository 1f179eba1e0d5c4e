// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/server/anomaly/made_series.h"

namespace warden::anomaly {
namespace {

constexpr DetectorKind kAll[] = {
#define DETECTOR(kind, name) DetectorKind::k##kind,
#include "server/anomaly/detectors.def"
#undef DETECTOR
};

// The contract of every detector, whatever it is fed.
class EveryDetector : public ::testing::TestWithParam<DetectorKind> {
 protected:
  static Verdict Last(std::vector<double> values, const DetectorParameters& parameters = {}) {
    const std::vector<Verdict> verdicts = Check(Even(std::move(values)), GetParam(), parameters);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.front();
  }
};

void ExpectSound(const Verdict& verdict) {
  EXPECT_GE(verdict.score, 0);
  EXPECT_LT(verdict.score, 1);
  EXPECT_GE(verdict.confidence, 0);
  EXPECT_LE(verdict.confidence, 1);
  EXPECT_TRUE(std::isfinite(verdict.deviation));
  EXPECT_EQ(verdict.state == State::kFiring, verdict.severity != Severity::kNone);
  EXPECT_TRUE(verdict.state == State::kOk || !verdict.reason.empty());
  if (verdict.state == State::kOk || verdict.state == State::kFiring) {
    EXPECT_LE(verdict.lower, verdict.expected);
    EXPECT_LE(verdict.expected, verdict.upper);
  }
}

TEST_P(EveryDetector, HasItsNameBothWays) {
  EXPECT_EQ(DetectorKindOf(Name(GetParam())), GetParam());
  EXPECT_EQ(DetectorKindOf("holtwinters"), std::nullopt);
}

TEST_P(EveryDetector, LearnsFromNothingAndSaysSo) {
  const std::vector<Verdict> none = Check(EvenSeries{}, GetParam(), {});
  ASSERT_EQ(none.size(), 1U);
  EXPECT_EQ(none[0].state, State::kLearning);
  EXPECT_EQ(none[0].reason, "the query returned no points");

  for (const std::size_t points : {1U, 2U, 10U, 30U}) {
    const Verdict verdict = Last(std::vector<double>(points, 5));
    EXPECT_EQ(verdict.state, State::kLearning) << points;
    EXPECT_NE(verdict.reason.find("needs"), std::string::npos) << verdict.reason;
    ExpectSound(verdict);
  }
}

TEST_P(EveryDetector, CallsAConstantSeriesNormal) {
  for (const double level : {0.0, 5.0, -3e-9, 1e300, 1e-300, -1.7e308}) {
    const Verdict verdict = Last(std::vector<double>(700, level));
    EXPECT_TRUE(verdict.state == State::kOk || verdict.state == State::kLearning) << level;
    EXPECT_LT(verdict.score, 0.5) << level;
    ExpectSound(verdict);
  }
}

TEST_P(EveryDetector, CallsAChangeAfterAConstantHistoryLowAtMost) {
  for (const double level : {0.0, 100.0}) {
    std::vector<double> values(700, level);
    values.back() = level + 50;
    const Verdict verdict = Last(values);
    EXPECT_LE(verdict.severity, Severity::kLow);
    // By its budget two days are too few to say anything: once in a month is rarer.
    // Nor does one use more than ever wear a pattern out.
    if (GetParam() != DetectorKind::kAuto && GetParam() != DetectorKind::kFatigue) {
      EXPECT_EQ(verdict.state, State::kFiring);
      EXPECT_NE(verdict.reason.find("always"), std::string::npos) << verdict.reason;
    }
    values.back() = level == 0 ? 0 : level * 1.0001;
    EXPECT_EQ(Last(values).state, State::kOk);
  }
}

TEST_P(EveryDetector, CallsMissingValuesAGapOrLearning) {
  const Verdict all = Last(std::vector<double>(700, kUnknown));
  EXPECT_EQ(all.state, State::kLearning);
  ExpectSound(all);
  std::vector<double> values = MakeDaily(1);
  values.back() = kUnknown;
  const Verdict last = Last(values);
  EXPECT_EQ(last.state, State::kGap);
  EXPECT_EQ(last.severity, Severity::kNone);
  EXPECT_TRUE(std::isfinite(last.expected));
}

TEST_P(EveryDetector, BearsHolesInItsHistory) {
  std::vector<double> values = MakeDaily(2);
  for (std::size_t t = 0; t < values.size() - 1; ++t) {
    if (t % 7 == 3 || (t > 900 && t < 1100)) values[t] = kUnknown;
  }
  const Verdict verdict = Last(values);
  EXPECT_EQ(verdict.state, State::kOk) << verdict.reason;
  ExpectSound(verdict);
}

TEST_P(EveryDetector, BearsNumbersAtTheEndsOfTheDoubleRange) {
  for (const double unit : {1e300, 1e-300, 5e-324, 1e12}) {
    std::vector<double> values = MakeDaily(3);
    for (double& v : values) v *= unit;
    ExpectSound(Last(values));
    EXPECT_NE(Last(values).state, State::kFiring) << unit;
  }
  std::vector<double> wild = MakeDaily(4);
  for (std::size_t t = 0; t < wild.size(); t += 50) wild[t] = t % 100 == 0 ? 1.7e308 : -1.7e308;
  ExpectSound(Last(wild));
}

TEST_P(EveryDetector, FindsASpikeAndADrop) {
  if (GetParam() == DetectorKind::kFatigue) GTEST_SKIP() << "wears by use, not by one value";
  for (const double size : {300.0, -300.0}) {
    std::vector<double> values = MakeDaily(5);
    values.back() += size;
    const Verdict verdict = Last(values);
    EXPECT_EQ(verdict.state, State::kFiring);
    EXPECT_GT(verdict.score, 0.5);
    EXPECT_EQ(verdict.deviation > 0, size > 0);
    EXPECT_EQ(verdict.detector, GetParam());
    EXPECT_GT(verdict.confidence, 0.5);
    ExpectSound(verdict);
  }
}

TEST_P(EveryDetector, AgreesThatScoreBandAndStateSayTheSame) {
  std::vector<double> values = MakeDaily(6);
  for (double offset = -400; offset <= 400; offset += 12.5) {
    std::vector<double> moved = values;
    moved.back() += offset;
    const Verdict verdict = Last(moved);
    const bool outside = verdict.observed > verdict.upper || verdict.observed < verdict.lower;
    EXPECT_EQ(verdict.state == State::kFiring, outside) << offset;
    EXPECT_EQ(verdict.score > 0.5, outside) << offset;
  }
}

TEST_P(EveryDetector, GivesEqualAnswersToEqualQuestions) {
  const Verdict one = Last(MakeDaily(7));
  const Verdict two = Last(MakeDaily(7));
  EXPECT_EQ(one.expected, two.expected);
  EXPECT_EQ(one.score, two.score);
}

TEST_P(EveryDetector, RepairsImpossibleParameters) {
  DetectorParameters parameters;
  parameters.period = 0;
  parameters.window = 0;
  parameters.alpha = -3;
  parameters.upper_percentile = 1e9;
  parameters.lower_percentile = 80;
  parameters.min_points = 0;
  parameters.min_scale = std::nan("");
  parameters.judgement.threshold = 0;
  parameters.judgement.min_deviation = -1;
  ExpectSound(Last(MakeDaily(8), parameters));
}

INSTANTIATE_TEST_SUITE_P(Detectors, EveryDetector, ::testing::ValuesIn(kAll),
                         [](const auto& detector) { return std::string(Name(detector.param)); });

TEST(HoltWintersDetector, KnowsTheHour) {
  // 140 is an ordinary value of this series, but not at its daily low.
  std::vector<double> values = MakeDaily(11, {.points = 2016 + 216});
  const double usual = values.back();
  ASSERT_LT(usual, 75);
  const Verdict fine = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(fine.state, State::kOk);
  EXPECT_NEAR(fine.expected, usual, 8);
  EXPECT_NEAR((fine.upper - fine.expected) / 4, 2, 0.5);
  values.back() = 140;
  const Verdict odd = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(odd.state, State::kFiring);
  EXPECT_EQ(odd.severity, Severity::kCritical);
  EXPECT_EQ(Check(Even(values), DetectorKind::kZscore, {}).front().state, State::kOk);
}

TEST(HoltWintersDetector, FallsBackAndSaysSo) {
  const Verdict verdict =
      Check(Even(MakeDaily(12, {.points = 400})), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(verdict.detector, DetectorKind::kZscore);
  EXPECT_EQ(verdict.reason,
            "holt_winters needs 100 points over two periods (576 steps) and has 399 points in 399 "
            "steps: zscore was used");
  EXPECT_LT(verdict.confidence, 0.5);
  const Verdict enough =
      Check(Even(MakeDaily(12, {.points = 577})), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(enough.detector, DetectorKind::kHoltWinters);
  EXPECT_EQ(enough.state, State::kOk) << enough.reason;
}

TEST(HoltWintersDetector, NeedsAHundredPointsWhateverThePeriod) {
  DetectorParameters parameters;
  parameters.period = 12;
  const auto detector_of = [&](std::size_t points) {
    return Check(Even(MakeDaily(13, {.points = points + 1, .period = 12})),
                 DetectorKind::kHoltWinters, parameters)
        .front()
        .detector;
  };
  EXPECT_EQ(detector_of(99), DetectorKind::kZscore);
  EXPECT_EQ(detector_of(100), DetectorKind::kHoltWinters);
}

TEST(HoltWintersDetector, ForgetsAnIncidentOfThePast) {
  for (std::uint64_t seed = 14; seed < 18; ++seed) {
    std::vector<double> values = MakeDaily(seed, {.points = 1420 + 288 + 1});
    const Verdict clean = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
    for (std::size_t t = 1400; t < 1440; ++t) values[t] = 400;
    // The same hour, a day later, is not expected to be high, nor is the band wider.
    const Verdict after = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
    EXPECT_NEAR(after.expected, clean.expected, 2) << seed;
    EXPECT_LT(after.upper - after.lower, 1.2 * (clean.upper - clean.lower)) << seed;
  }
}

TEST(HoltWintersDetector, KeepsAlarmingThroughAnIncident) {
  std::vector<double> values = MakeDaily(15);
  for (std::size_t t = values.size() - 12; t < values.size(); ++t) values[t] += 60;
  const std::vector<Verdict> verdicts = Check(Even(values), DetectorKind::kHoltWinters, {}, 14);
  ASSERT_EQ(verdicts.size(), 14U);
  EXPECT_EQ(verdicts[0].state, State::kOk);
  EXPECT_EQ(verdicts[1].state, State::kOk);
  for (std::size_t i = 2; i < 14; ++i) EXPECT_EQ(verdicts[i].state, State::kFiring) << i;
}

// An incident that began before the history ended is still one, for hours.
TEST(HoltWintersDetector, IsNotFooledByHoursOfIncident) {
  for (const std::size_t steps : {3U, 36U, 72U}) {
    std::vector<double> values = MakeDaily(15);
    for (std::size_t t = values.size() - steps; t < values.size(); ++t) values[t] += 60;
    const Verdict verdict = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
    EXPECT_EQ(verdict.state, State::kFiring) << steps;
    EXPECT_NEAR(verdict.expected, values.back() - 60, 8) << steps;
  }
}

// After more than five percent of the history it is the new level.
TEST(HoltWintersDetector, AcceptsALevelShiftInTheEnd) {
  std::vector<double> values = MakeDaily(15);
  for (std::size_t t = values.size() - 200; t < values.size(); ++t) values[t] += 60;
  const Verdict verdict = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(verdict.state, State::kOk) << verdict.reason;
}

TEST(HoltWintersDetector, WidensItsBandOverAGapAndMentionsIt) {
  std::vector<double> values = MakeDaily(16);
  const std::size_t n = values.size();
  const double before = [&] {
    const Verdict v = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
    return v.upper - v.lower;
  }();
  for (std::size_t t = n - 13; t < n - 1; ++t) values[t] = kUnknown;
  const Verdict verdict = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(verdict.state, State::kOk) << verdict.reason;
  EXPECT_GE(verdict.upper - verdict.lower, before * 0.9);
  EXPECT_EQ(verdict.reason, "the 12 values before are missing");
}

TEST(HoltWintersDetector, HoldsGivenSmoothing) {
  std::vector<double> values = MakeDaily(21);
  DetectorParameters eager;
  eager.alpha = 0.9;
  eager.beta = 1e-6;
  eager.gamma = 0.05;
  for (std::size_t t = values.size() - 4; t < values.size(); ++t) values[t] += 5;
  const double fitted = Check(Even(values), DetectorKind::kHoltWinters, {}).front().expected;
  const double held = Check(Even(values), DetectorKind::kHoltWinters, eager).front().expected;
  EXPECT_GT(held, fitted + 2);
}

// A walk that only its last value foretells: the error grows with the square root of the steps.
TEST(HoltWintersDetector, GrowsItsBandWithTheGap) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise;
  std::vector<double> values;
  double level = 1000;
  for (int t = 0; t < 600; ++t) values.push_back(level += noise(random));
  DetectorParameters parameters;
  parameters.period = 12;
  const auto width_after = [&](std::size_t missing) {
    std::vector<double> gappy = values;
    for (std::size_t t = gappy.size() - 1 - missing; t < gappy.size() - 1; ++t) gappy[t] = kUnknown;
    const Verdict verdict = Check(Even(gappy), DetectorKind::kHoltWinters, parameters).front();
    return verdict.upper - verdict.lower;
  };
  const double ratio = width_after(15) / width_after(0);
  EXPECT_GT(ratio, 3);
  EXPECT_LT(ratio, 5);
}

// With two periods every season was fitted to two points: residuals look far smaller than errors
// will be.
TEST(HoltWintersDetector, IsNotOverconfidentAfterTwoPeriods) {
  DetectorParameters parameters;
  parameters.judgement.threshold = 2.5;
  std::size_t outside = 0;
  for (std::uint64_t seed = 200; seed < 210; ++seed) {
    for (const Verdict& verdict : Check(Even(MakeDaily(seed, {.points = 576 + 288})),
                                        DetectorKind::kHoltWinters, parameters, 288)) {
      outside += verdict.state == State::kFiring ? 1 : 0;
    }
  }
  EXPECT_LT(outside, 2880 * 3 / 100);
}

TEST(HoltWintersDetector, WidensItsBandForHeavyTails) {
  std::mt19937_64 random(5);
  std::exponential_distribution<double> size(1);
  std::bernoulli_distribution sign;
  std::vector<double> values = MakeDaily(22, {.noise = 0});
  for (double& v : values) v += (sign(random) ? 1 : -1) * size(random);
  const Verdict verdict = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  // The 98th percentile of |Laplace| is 3.91; the MAD alone would say 1.03 instead of 3.91 / 2.33.
  EXPECT_GT((verdict.upper - verdict.expected) / 4, 1.5);
}

TEST(HoltWintersDetector, FollowsADrift) {
  const std::vector<double> values = MakeDaily(17, {.drift = 0.05});
  const Verdict verdict = Check(Even(values), DetectorKind::kHoltWinters, {}).front();
  EXPECT_EQ(verdict.state, State::kOk);
  EXPECT_NEAR(verdict.expected, values.back(), 8);
}

TEST(Detectors, RaiseFewFalseAlarmsOnQuietDays) {
  std::size_t alarms = 0;
  std::size_t points = 0;
  for (std::uint64_t seed = 100; seed < 110; ++seed) {
    for (const Verdict& verdict : Check(Even(MakeDaily(seed, {.points = 2016 + 288})),
                                        DetectorKind::kHoltWinters, {}, 288)) {
      alarms += verdict.state == State::kFiring ? 1 : 0;
      ++points;
    }
  }
  EXPECT_EQ(points, 2880U);
  EXPECT_LE(alarms, 3U);
}

// One wild value moves what is expected next by no more than four deviations would.
TEST(Detectors, TakeInOutliersDamped) {
  for (const DetectorKind kind : kAll) {
    const auto detector = MakeDetector(kind, {});
    detector->Learn(MakeDaily(23, {.swing = 0, .noise = 1}));
    const double before = detector->Expect().expected;
    detector->Take(1e6);
    EXPECT_NEAR(detector->Expect().expected, before, 3) << Name(kind);
  }
}

TEST(Check, JudgesTheLastStepsOldestFirst) {
  const EvenSeries series = Even(MakeDaily(18, {.points = 400}));
  const std::vector<Verdict> verdicts = Check(series, DetectorKind::kEwma, {}, 5);
  ASSERT_EQ(verdicts.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(verdicts[i].at, series.At(395 + i));
    EXPECT_EQ(verdicts[i].observed, series.values[395 + i]);
  }
  EXPECT_EQ(Check(Even({1, 2, 3}), DetectorKind::kEwma, {}, 10).size(), 3U);
}

TEST(RollingPercentile, BandIsBetweenThePercentilesAtTheirOwnDistance) {
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) values.push_back(i);
  values.push_back(50);
  DetectorParameters parameters;
  parameters.lower_percentile = 5;
  parameters.upper_percentile = 99;
  parameters.window = 101;
  parameters.judgement.threshold = 1.6448536;  // of the 5th percentile
  const auto band = [&] {
    return Check(Even(values), DetectorKind::kRollingPercentile, parameters).front();
  };
  EXPECT_NEAR(band().lower, 5, 1e-5);
  EXPECT_EQ(band().expected, 50);
  parameters.judgement.threshold = 2.3263479;  // of the 99th
  EXPECT_NEAR(band().upper, 99, 1e-5);
}

TEST(RollingPercentile, HasALopsidedBandForALopsidedSeries) {
  std::vector<double> values = MakeDaily(19, {.points = 600, .swing = 0, .noise = 1});
  for (double& v : values) v = std::exp(v - 100);
  const Verdict verdict = Check(Even(values), DetectorKind::kRollingPercentile, {}).front();
  EXPECT_GT(verdict.upper - verdict.expected, 3 * (verdict.expected - verdict.lower));
}

}  // namespace
}  // namespace warden::anomaly

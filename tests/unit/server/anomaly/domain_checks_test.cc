// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/domain_checks.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace warden::anomaly {
namespace {

Verdict Of(std::string_view name, double observed, double expected) {
  const DomainCheck* check = DomainCheckOf(name);
  EXPECT_NE(check, nullptr) << name;
  Verdict verdict;
  verdict.state = State::kOk;
  verdict.observed = observed;
  verdict.expected = expected;
  return Judged(*check, verdict, {});
}

TEST(DomainChecks, JudgeByTheirLimits) {
  struct Case {
    std::string name;
    double observed;
    double expected;
    Severity severity;
  };
  const Case cases[] = {
      {"cost_increase", 0.0249, 0.02, Severity::kNone},
      {"cost_increase", 0.025, 0.02, Severity::kMedium},
      {"cost_increase", 0.03, 0.02, Severity::kHigh},
      {"cost_increase", 0.04, 0.02, Severity::kCritical},
      {"cost_increase", 0.001, 0.02, Severity::kNone},
      {"cost_spike", 2.9, 1, Severity::kNone},
      {"cost_spike", 3, 1, Severity::kMedium},
      {"cost_spike", 3.5, 1, Severity::kHigh},
      {"cost_spike", 5, 1, Severity::kCritical},
      {"drop", 71, 100, Severity::kNone},
      {"drop", 70, 100, Severity::kMedium},
      {"drop", 50, 100, Severity::kCritical},
      {"drop", 500, 100, Severity::kNone},
      {"efficiency_drop", 75, 100, Severity::kNone},
      {"efficiency_drop", 69, 100, Severity::kMedium},
      {"roi", 0.4, kUnknown, Severity::kNone},
      {"roi", -0.49, kUnknown, Severity::kNone},
      {"roi", -0.5, kUnknown, Severity::kMedium},
      {"budget_use", 0.79, kUnknown, Severity::kNone},
      {"budget_use", 0.8, kUnknown, Severity::kMedium},
      {"budget_use", 0.9, kUnknown, Severity::kCritical},
  };
  for (const auto& one : cases) {
    const auto verdict = Of(one.name, one.observed, one.expected);
    const bool fires = one.severity != Severity::kNone;
    EXPECT_EQ(Name(verdict.severity), Name(one.severity)) << one.name << ' ' << one.observed;
    EXPECT_EQ(verdict.state, fires ? State::kFiring : State::kOk) << one.name;
    EXPECT_EQ(verdict.score >= 0.5 - 1e-9, fires) << one.name << ' ' << verdict.score;
    EXPECT_EQ(verdict.reason.empty(), !fires);
    EXPECT_LT(verdict.score, 1);
  }
}

TEST(DomainChecks, SayNothingWithoutABaseline) {
  for (const double expected : {0.0, -3.0}) {
    for (const double observed : {5.0, 0.0, -5.0}) {
      const Verdict verdict = Of("cost_increase", observed, expected);
      EXPECT_EQ(verdict.state, State::kOk) << expected;
      EXPECT_FALSE(verdict.reason.empty());
      EXPECT_TRUE(std::isnan(verdict.lower) && std::isnan(verdict.upper)) << "not its band";
      EXPECT_EQ(verdict.score, 0);
    }
  }
  EXPECT_EQ(Of("cost_increase", 5, kUnknown).state, State::kLearning);
  EXPECT_FALSE(Of("cost_increase", 5, kUnknown).reason.empty());
  Verdict learning;
  learning.observed = 5;
  learning.expected = 1;
  learning.reason = "values are too large to compute with";
  const Verdict verdict = Judged(*DomainCheckOf("cost_increase"), learning, {});
  EXPECT_EQ(verdict.state, State::kLearning) << "what is expected is not to be trusted yet";
  EXPECT_EQ(verdict.reason, learning.reason);
  EXPECT_EQ(DomainCheckOf("nothing"), nullptr);
}

TEST(DomainChecks, ACheckOfALimitNeedsNoBaseline) {
  for (const double expected : {kUnknown, 0.0, -3.0, 1e300}) {
    EXPECT_EQ(Of("budget_use", 0.95, expected).severity, Severity::kCritical) << expected;
    EXPECT_EQ(Of("budget_use", 0.5, expected).state, State::kOk) << expected;
  }
  EXPECT_EQ(Of("budget_use", 0.95, 0.1).deviation, 0) << "of something else";
}

TEST(DomainChecks, AMissingValueIsAGap) {
  for (const DomainCheck& check : kDomainChecks) {
    if (check.measure == DomainCheck::Measure::kOwn) continue;
    for (const double observed : {kUnknown, HUGE_VAL, -HUGE_VAL}) {
      const Verdict verdict = Of(check.name, observed, 5);
      EXPECT_EQ(verdict.state, State::kGap) << check.name << ' ' << observed;
      EXPECT_EQ(verdict.score, 0);
      EXPECT_EQ(verdict.severity, Severity::kNone);
    }
  }
}

// Outside the band, a score of 0.5 or more, and firing are one statement, whatever the numbers.
TEST(DomainChecks, BandScoreAndStateAgree) {
  constexpr double kValues[] = {1e-300, 1e-9, 0.3, 0.7, 0.8, 1, 1.25, 3, 7e12, 1e300};
  int fired = 0;
  for (const DomainCheck& check : kDomainChecks) {
    if (check.measure == DomainCheck::Measure::kOwn) continue;
    const bool is_above = check.direction == Direction::kAbove;
    for (const double expected : kValues) {
      for (const double factor :
           {-0.5, 0.0, 0.5, 0.7, 0.7 + 1e-12, 0.8, 1.0, 1.25 - 1e-12, 1.25, 3.0, 1e9}) {
        const double observed =
            factor * (check.measure == DomainCheck::Measure::kOfLimit ? 1 : expected);
        const Verdict verdict = Of(check.name, observed, expected);
        const bool fires = IsAnomalous(verdict.state);
        fired += fires ? 1 : 0;
        EXPECT_EQ(verdict.score >= 0.5, fires) << check.name << ' ' << observed << ' ' << expected;
        EXPECT_TRUE(verdict.score >= 0 && verdict.score < 1) << verdict.score;
        EXPECT_EQ(observed > verdict.upper || observed < verdict.lower, fires)
            << check.name << ' ' << observed << ' ' << expected;
        EXPECT_TRUE(std::isnan(is_above ? verdict.lower : verdict.upper)) << "is not watched";
        EXPECT_EQ(verdict.severity != Severity::kNone, fires);
        EXPECT_EQ(verdict.kind, !fires ? Kind::kNone : is_above ? Kind::kSpike : Kind::kDrop);
      }
    }
  }
  EXPECT_GT(fired, 100);
}

TEST(DomainChecks, AnyOfTheirLimitsMayBeMissing) {
  constexpr double kNo = kNoLimit;
  struct Case {
    std::array<double, 3> limits;
    double observed;
    Severity severity;
    double upper;
  };
  for (const Case& c : {Case{{kNo, 1.5, kNo}, 1.4, Severity::kNone, 1.5},
                        Case{{kNo, 1.5, kNo}, 1.6, Severity::kHigh, 1.5},
                        Case{{kNo, 1.5, kNo}, 99, Severity::kHigh, 1.5},
                        Case{{kNo, kNo, 2}, 1.9, Severity::kNone, 2},
                        Case{{kNo, kNo, 2}, 2, Severity::kCritical, 2},
                        Case{{1.25, kNo, 2}, 1.9, Severity::kMedium, 1.25},
                        Case{{kNo, kNo, kNo}, 99, Severity::kNone, kNo}}) {
    DomainCheck check = *DomainCheckOf("cost_increase");
    check.limits = c.limits;
    Verdict verdict;
    verdict.state = State::kOk;
    verdict.observed = c.observed;
    verdict.expected = 1;
    verdict = Judged(check, verdict, {});
    EXPECT_EQ(Name(verdict.severity), Name(c.severity)) << c.observed;
    EXPECT_EQ(verdict.score >= 0.5, c.severity != Severity::kNone) << verdict.score;
    EXPECT_EQ(std::isnan(verdict.upper), std::isnan(c.upper));
    EXPECT_TRUE(std::isnan(c.upper) || std::abs(verdict.upper - c.upper) < 1e-9) << verdict.upper;
  }
}

TEST(DomainChecks, SayTheLimitThatIsPassedInWords) {
  EXPECT_EQ(Of("cost_increase", 162, 100).reason,
            "162 is 1.62 times what is normal here (100), limit 1.5");
  EXPECT_EQ(Of("cost_increase", 130, 100).reason,
            "130 is 1.3 times what is normal here (100), limit 1.25");
  EXPECT_EQ(Of("drop", 45, 100).reason, "45 is 0.45 of what is normal here (100), limit 0.5");
  EXPECT_EQ(Of("budget_use", 0.85, kUnknown).reason, "0.85 is at or above the limit of 0.8");
  EXPECT_EQ(Of("roi", -0.6, kUnknown).reason, "-0.6 is at or below the limit of -0.5");
}

TEST(DomainChecks, LeastDifferencesDoNotCount) {
  const auto of = [](double observed, const Judgement& judgement) {
    Verdict verdict;
    verdict.state = State::kOk;
    verdict.observed = observed;
    verdict.expected = 10;
    return Judged(*DomainCheckOf("cost_increase"), verdict, judgement);
  };
  Judgement absolute;
  absolute.min_deviation = 20;
  EXPECT_EQ(of(25, absolute).state, State::kOk) << "2.5 times, but only 15 more";
  EXPECT_EQ(of(25, absolute).upper, 30);
  EXPECT_LT(of(25, absolute).score, 0.5);
  EXPECT_EQ(of(30, absolute).severity, Severity::kCritical);
  Judgement relative;
  relative.min_relative_deviation = 0.4;
  EXPECT_EQ(of(13, relative).state, State::kOk);
  EXPECT_EQ(of(14.1, relative).severity, Severity::kMedium);
}

TEST(DomainChecks, HaveNamesWhereverDetectorsAreNamed) {
  for (const DomainCheck& check : kDomainChecks) {
    const auto named = DetectorNamed(check.name);
    ASSERT_TRUE(named) << check.name;
    const bool is_detector = check.measure == DomainCheck::Measure::kOwn;
    EXPECT_EQ(DetectorKindOf(check.name).has_value(), is_detector) << "one name, two meanings";
    EXPECT_EQ(named->domain, is_detector ? nullptr : &check);
    EXPECT_EQ(named->ParametersFor(std::chrono::minutes(5)).domain, named->domain);
  }
  EXPECT_EQ(DetectorNamed("auto")->kind, DetectorKind::kAuto);
  EXPECT_EQ(DetectorNamed("auto")->domain, nullptr);
  EXPECT_FALSE(DetectorNamed("costs"));
  const auto names = DetectorNames();
  for (const auto name : names) EXPECT_TRUE(DetectorNamed(name)) << name;
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(names.size(), 16U);
}

const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

// Costs around 100, judged from the beginning as `name` does.
struct Costs {
  explicit Costs(std::string_view name, Duration by = std::chrono::hours(1))
      : named(*DetectorNamed(name)), step(by) {
    detector->Begin(kStart, step);
  }
  Verdict Next(double value) { return detector->Step(value, kStart + step * count++, {}); }
  void Ordinary(int points) {
    for (int i = 0; i < points; ++i) (void)Next(i % 2 == 0 ? 99 : 101);
  }

  NamedDetector named;
  Duration step;
  std::unique_ptr<Detector> detector = MakeDetector(named.kind, named.ParametersFor(step));
  int count = 0;
};

TEST(DomainChecks, TakeTheirBaselineFromTheWeeksBefore) {
  Costs costs("cost_increase");
  costs.Ordinary(400);
  const Verdict usual = costs.Next(99);
  EXPECT_EQ(usual.state, State::kOk);
  EXPECT_DOUBLE_EQ(usual.upper, 1.25 * 99);
  EXPECT_EQ(usual.check, "cost_increase");
  EXPECT_EQ(DetectorName(usual), "cost_increase");
  const Verdict verdict = costs.Next(160);
  EXPECT_EQ(verdict.severity, Severity::kHigh);
  EXPECT_EQ(verdict.reason, "160 is 1.584 times what is normal here (101), limit 1.5");
  EXPECT_EQ(costs.Next(kUnknown).state, State::kGap);
}

TEST(DomainChecks, LearnForTwoWeeksUnlessTold) {
  const auto learning = [](Duration step) {
    Costs costs("drop", step);
    int points = 0;
    while (points < 5000 && costs.Next(100).state == State::kLearning) ++points;
    return points;
  };
  EXPECT_EQ(learning(std::chrono::hours(24)), 14);
  EXPECT_EQ(learning(std::chrono::hours(1)), 336);
  EXPECT_EQ(learning(std::chrono::minutes(5)), 4032);
  Costs costs("drop");
  EXPECT_NE(costs.Next(1).reason.find("336 points"), std::string::npos) << "says how many";
}

// A state of another detector, or of none, is not taken for theirs: their history is read again.
TEST(DomainChecks, BeginAfreshFromAnyState) {
  Costs plain("seasonal");
  plain.Ordinary(700);
  ASSERT_FALSE(plain.detector->Save().empty());
  for (const char* name : {"cost_increase", "budget_use"}) {
    Costs costs(name);
    EXPECT_FALSE(costs.detector->Restore(plain.detector->Save()));
    costs.Ordinary(700);
    EXPECT_TRUE(costs.detector->Save().empty());
    EXPECT_FALSE(plain.detector->Restore(costs.detector->Save()));
  }
  Costs fresh("cost_increase");
  EXPECT_FALSE(fresh.detector->Restore(plain.detector->Save()));
  EXPECT_EQ(fresh.Next(500).state, State::kLearning);
}

TEST(DomainChecks, TellOfAnIncidentAsLongAsItLastsAndOfNothingAfterIt) {
  Costs costs("cost_increase");
  costs.Ordinary(28 * 24);
  int during = 0;
  for (int i = 0; i < 5 * 24; ++i) during += costs.Next(200).state == State::kFiring ? 1 : 0;
  EXPECT_EQ(during, 5 * 24);
  int after = 0;
  for (int i = 0; i < 42 * 24; ++i) after += costs.Next(100).state == State::kFiring ? 1 : 0;
  EXPECT_EQ(after, 0);
}

TEST(DomainChecks, AChangeThatStaysBecomesUsualAfterWeeks) {
  Costs costs("drop");
  costs.Ordinary(28 * 24);
  std::vector<int> firing_by_week(5);
  for (int i = 0; i < 5 * 7 * 24; ++i)
    firing_by_week[static_cast<std::size_t>(i / (7 * 24))] +=
        costs.Next(49).state == State::kFiring ? 1 : 0;
  EXPECT_EQ(firing_by_week, (std::vector{168, 168, 168, 0, 0}));
}

TEST(DomainChecks, LearnAHistoryAsTheyLearnItsValues) {
  Costs one("drop");
  Costs other("drop");
  std::vector<double> history;
  for (int i = 0; i < 500; ++i) history.push_back(i % 11 == 0 ? kUnknown : 100 + i % 24);
  for (const double value : history) (void)one.Next(value);
  other.detector->Learn(history);
  other.count = 500;
  const Verdict a = one.Next(30);
  const Verdict b = other.Next(30);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.severity, Severity::kCritical);
  EXPECT_FALSE(one.detector->needs_refits());
}

TEST(DomainChecks, KnowFatigueByItsDetector) {
  Costs uses("fatigue", std::chrono::minutes(5));
  DetectorParameters parameters;
  parameters.domain = DomainCheckOf("fatigue");
  uses.detector = MakeDetector(kDefaultDetector, parameters);
  Verdict verdict;
  for (int i = 0; i < 1200; ++i) verdict = uses.Next(i < 1000 ? 10 : 60);
  EXPECT_EQ(verdict.severity, Severity::kCritical);
}

}  // namespace
}  // namespace warden::anomaly

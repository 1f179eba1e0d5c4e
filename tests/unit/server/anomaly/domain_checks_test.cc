// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/domain_checks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace warden::anomaly {
namespace {

Verdict Of(std::string_view name, double observed, double expected) {
  const DomainCheck* check = DomainCheckOf(name);
  EXPECT_NE(check, nullptr) << name;
  Verdict verdict;
  verdict.state = State::kOk;
  verdict.observed = observed;
  verdict.expected = expected;
  return Judged(*check, verdict);
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
  EXPECT_EQ(Of("cost_increase", 5, 0).state, State::kOk);
  EXPECT_FALSE(Of("cost_increase", 5, 0).reason.empty());
  EXPECT_EQ(Of("cost_increase", 5, kUnknown).state, State::kLearning);
  EXPECT_EQ(Of("budget_use", kUnknown, kUnknown).state, State::kGap);
  EXPECT_EQ(Of("cost_increase", 1e300, 1e-300).severity, Severity::kCritical);
  EXPECT_EQ(DomainCheckOf("nothing"), nullptr);
}

TEST(DomainChecks, TakeTheirBaselineFromADetector) {
  const auto detector = MakeDomainDetector(*DomainCheckOf("cost_increase"), {});
  const Instant start{std::chrono::seconds(1'795'000'000)};
  detector->Begin(start, std::chrono::minutes(5));
  Verdict verdict;
  int step = 0;
  const auto cost = [&](double value) {
    return detector->Step(value, start + std::chrono::minutes(5) * step++, {});
  };
  for (int i = 0; i < 500; ++i) (void)cost(i % 2 == 0 ? 99 : 101);
  for (int i = 0; i < 200; ++i) verdict = cost(i % 2 == 0 ? 99 : 101);
  EXPECT_EQ(verdict.state, State::kOk);
  EXPECT_NEAR(verdict.upper, 125, 5);
  verdict = cost(160);
  EXPECT_EQ(verdict.severity, Severity::kHigh) << verdict.reason;
  EXPECT_NE(verdict.reason.find("% of the expected"), std::string::npos) << verdict.reason;
  EXPECT_EQ(cost(kUnknown).state, State::kGap);
}

TEST(DomainChecks, KnowFatigueByItsDetector) {
  const auto detector = MakeDomainDetector(*DomainCheckOf("fatigue"), {});
  const Instant start{std::chrono::seconds(1'795'000'000)};
  Verdict verdict;
  for (int i = 0; i < 1200; ++i)
    verdict = detector->Step(i < 1000 ? 10 : 60, start + std::chrono::minutes(5) * i, {});
  EXPECT_EQ(verdict.severity, Severity::kCritical);
}

}  // namespace
}  // namespace warden::anomaly

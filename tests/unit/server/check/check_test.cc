// SPDX-License-Identifier: Apache-2.0
#include "server/check/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "server/anomaly/domain_checks.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

TEST(Check, KnowsEveryDetectorByTheNameThatSettingsHave) {
  constexpr std::string_view kTheirs[] = {
#define DETECTOR(kind, name) name,
#include "server/anomaly/detectors.def"
#undef DETECTOR
  };
  EXPECT_TRUE(std::ranges::equal(kDetectorNames, kTheirs));
  for (std::size_t i = 0; i < kDetectorNames.size(); ++i) {
    const auto kind = static_cast<DetectorKind>(i);
    EXPECT_EQ(anomaly::Name(KindOf(kind)), Name(kind));
  }
}

anomaly::Direction SideOf(Direction direction) {
  return direction == Direction::kAbove ? anomaly::Direction::kAbove : anomaly::Direction::kBelow;
}

TEST(Check, KnowsEveryDomainCheckByTheNameThatSettingsHave) {
  const auto* known = kDomainCheckNames.begin();
  for (const anomaly::DomainCheck& check : anomaly::kDomainChecks) {
    using Measure = anomaly::DomainCheck::Measure;
    if (check.measure == Measure::kOwn) continue;  // a detector, known as that
    ASSERT_NE(known, kDomainCheckNames.end()) << check.name;
    EXPECT_EQ(known->name, check.name);
    EXPECT_EQ(SideOf(known->direction), check.direction) << check.name;
    EXPECT_EQ(known->has_baseline, check.measure == Measure::kOfBaseline) << check.name;
    DetectorConfig detector;
    detector.domain = known++;
    EXPECT_EQ(ParametersOf(detector, {}, {}).domain, &check);
  }
  EXPECT_EQ(known, kDomainCheckNames.end());
  EXPECT_EQ(ParametersOf({}, {}, {}).domain, nullptr);
  for (const std::chrono::milliseconds step : {0ms, 1000ms * 300, 1000ms * 3600, 1000ms * 86400})
    EXPECT_EQ(DomainPoints(step), anomaly::DomainPoints(step)) << step.count();
}

// Ten days of ordinary noise around 100 and, at `last`, one value more.
promapi::TimeSeries Noise(double last) {
  promapi::TimeSeries series;
  unsigned state = 1;
  for (int i = 0; i < 2880; ++i) {
    double sum = 0;
    for (int k = 0; k < 6; ++k) sum += (state = state * 1664525U + 1013904223U) / 4294967296.0;
    series.samples.push_back({kStart + 5min * i, 100 + 4 * (sum - 3)});
  }
  series.samples.push_back({kStart + 5min * 2880, last});
  return series;
}

CheckRequest Request() {
  CheckRequest request;
  request.now = kStart + 5min * 2880;
  request.step = 5min;
  return request;
}

anomaly::State StateOf(double last, const Tolerance& tolerance) {
  CheckRequest request = Request();
  request.tolerance = tolerance;
  return CheckSeries(Noise(last), request).state;
}

TEST(CheckSeries, AutoIsTheDetectorUnlessAnotherIsNamed) {
  EXPECT_EQ(CheckSeries(Noise(100), Request()).detector, anomaly::DetectorKind::kAuto);
  CheckRequest named = Request();
  named.detector.kind = DetectorKind::kMad;
  EXPECT_EQ(CheckSeries(Noise(100), named).detector, anomaly::DetectorKind::kMad);
}

TEST(CheckSeries, ADomainCheckHoldsItsLimitsAgainstTheBaseline) {
  CheckRequest request = Request();
  request.detector.domain = &kDomainCheckNames[0];
  request.detector.min_points = 2000;  // there are ten days
  const auto of = [&](double last) { return CheckSeries(Noise(last), request); };
  EXPECT_EQ(of(115).state, anomaly::State::kOk) << "unusual, but not too much";
  EXPECT_EQ(of(20).state, anomaly::State::kOk) << "the other side";
  EXPECT_EQ(of(135).severity, anomaly::Severity::kMedium);
  EXPECT_EQ(of(165).severity, anomaly::Severity::kHigh);
  const auto verdict = of(220);
  EXPECT_EQ(verdict.severity, anomaly::Severity::kCritical);
  EXPECT_EQ(anomaly::DetectorName(verdict), "cost_increase");
  EXPECT_NE(verdict.reason.find("times what is normal here"), std::string::npos) << verdict.reason;
  request.tolerance.min_deviation = 150;
  EXPECT_EQ(of(220).state, anomaly::State::kOk);
  request.detector.min_points = 4000;
  EXPECT_EQ(of(220).state, anomaly::State::kLearning);
}

TEST(CheckSeries, EveryLimitOfTheConfigurationReachesTheDetector) {
  EXPECT_EQ(StateOf(130, {}), anomaly::State::kFiring);
  EXPECT_NE(StateOf(130, {.min_deviation = 50}), anomaly::State::kFiring);
  EXPECT_NE(StateOf(130, {.min_relative_deviation = 0.5}), anomaly::State::kFiring);
  EXPECT_NE(StateOf(130, {.direction = Direction::kBelow}), anomaly::State::kFiring);
  EXPECT_EQ(StateOf(130, {.direction = Direction::kAbove}), anomaly::State::kFiring);
  EXPECT_NE(StateOf(101, {}), anomaly::State::kFiring);
  EXPECT_EQ(StateOf(101, {.range_max = 100.5}), anomaly::State::kFiring);
  EXPECT_EQ(StateOf(99, {.range_min = 99.5}), anomaly::State::kFiring);
}

TEST(CheckSeries, ALargerBudgetMakesANarrowerBand) {
  CheckRequest few = Request();
  CheckRequest many = Request();
  few.tolerance.alerts_per_day = 1.0 / 365;
  many.tolerance.alerts_per_day = 2;
  const auto wide = CheckSeries(Noise(100), few);
  const auto narrow = CheckSeries(Noise(100), many);
  EXPECT_GT(wide.upper - wide.lower, 1.2 * (narrow.upper - narrow.lower));
}

// A load that starts at nine by the clock of a city whose summer time began a day ago.
TEST(CheckSeries, HoursAreThoseOfTheZone) {
  const auto zone = TimeZone::Load("Europe/Berlin");
  ASSERT_TRUE(zone) << zone.error();
  promapi::TimeSeries series;
  const Instant end = Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29}} + 7h + 5min;
  unsigned state = 1;
  for (Instant at = end - 21 * 24h; at <= end; at += 5min) {
    const auto local = at + (*zone)->OffsetAt(std::chrono::floor<std::chrono::seconds>(at));
    const auto hour = (local - std::chrono::floor<std::chrono::days>(local)) / 1h;
    const double noise = (state = state * 1664525U + 1013904223U) / 4294967296.0;
    series.samples.push_back({at, (hour >= 9 && hour < 18 ? 500 : 100) + 5 * noise});
  }
  CheckRequest request = Request();
  request.now = end;
  const double in_utc = CheckSeries(series, request).expected;
  request.calendar.zone = *zone;
  const double in_berlin = CheckSeries(series, request).expected;
  EXPECT_NEAR(in_berlin, 500, 60);
  EXPECT_LT(in_utc, 420) << "until that day this was a quiet time of UTC";
}

}  // namespace
}  // namespace warden

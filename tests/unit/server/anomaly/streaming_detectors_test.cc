// SPDX-License-Identifier: Apache-2.0
// The detectors that go on from a saved state: seasonal, trend, level_shift, fatigue.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/anomaly/detector.h"
#include "tests/unit/server/anomaly/made_load.h"
#include "tests/unit/server/anomaly/made_series.h"

namespace warden::anomaly {
namespace {

constexpr std::size_t kDay = 288;

std::vector<Verdict> Stream(Detector& detector, const MadeLoad& load, std::size_t from = 0) {
  detector.Begin(load.At(0), load.step);
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    auto verdict = detector.Step(load.values[i], load.At(i), {});
    if (i >= from) verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

std::size_t Firing(const std::vector<Verdict>& verdicts) {
  std::size_t count = 0;
  for (const auto& verdict : verdicts) count += verdict.state == State::kFiring ? 1 : 0;
  return count;
}

std::unique_ptr<Detector> Make(DetectorKind kind) { return MakeDetector(kind, {}); }

TEST(StreamingDetectors, GoOnFromTheirSavedState) {
  const auto load = MakeLoad(LoadKind::kDaily, 3, {.days = 12});
  for (const auto kind : {DetectorKind::kAuto, DetectorKind::kSeasonal, DetectorKind::kTrend,
                          DetectorKind::kLevelShift, DetectorKind::kFatigue}) {
    const auto whole = Make(kind);
    auto parts = Make(kind);
    whole->Begin(load.At(0), load.step);
    parts->Begin(load.At(0), load.step);
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      if (i % 401 == 400) {
        const std::string saved = parts->Save();
        EXPECT_FALSE(saved.empty()) << Name(kind);
        parts = Make(kind);
        parts->Begin(load.At(i), load.step);
        ASSERT_TRUE(parts->Restore(saved)) << Name(kind);
      }
      const double value = i == 3000 ? 5 * load.values[i] : i == 3100 ? kUnknown : load.values[i];
      const auto one = whole->Step(value, load.At(i), {});
      const auto two = parts->Step(value, load.At(i), {});
      ASSERT_EQ(one.score, two.score) << Name(kind) << " step " << i;
      ASSERT_EQ(one.state, two.state) << Name(kind) << " step " << i;
      ASSERT_EQ(one.kind, two.kind) << Name(kind) << " step " << i;
    }
  }
}

TEST(StreamingDetectors, RefuseForeignStates) {
  for (const auto kind : {DetectorKind::kSeasonal, DetectorKind::kTrend, DetectorKind::kLevelShift,
                          DetectorKind::kFatigue}) {
    const auto detector = Make(kind);
    EXPECT_TRUE(detector->Restore(Make(kind)->Save())) << Name(kind) << ", with nothing yet";
    for (int i = 0; i < 50; ++i) detector->Take(i);
    std::string saved = detector->Save();
    EXPECT_TRUE(detector->Restore(saved)) << Name(kind);
    EXPECT_FALSE(detector->Restore("")) << Name(kind);
    EXPECT_FALSE(detector->Restore(saved.substr(1))) << Name(kind);
    saved[0] = static_cast<char>(saved[0] + 1);
    EXPECT_FALSE(detector->Restore(saved)) << Name(kind);
  }
}

TEST(StreamingDetectors, StayFiniteAfterWildValues) {
  for (const auto kind : {DetectorKind::kAuto, DetectorKind::kSeasonal, DetectorKind::kTrend,
                          DetectorKind::kLevelShift, DetectorKind::kFatigue}) {
    for (const std::vector<double>& wild :
         {std::vector{1.0, 1.7e308, -1.7e308}, std::vector{1e-300, 1e300, -1e300, 1e300}}) {
      const auto detector = Make(kind);
      for (const double value : wild) detector->Take(value);
      for (std::size_t i = 0; i < 10 * kDay; ++i) detector->Take(10 + static_cast<double>(i % 3));
      const auto expectation = detector->Expect();
      EXPECT_TRUE(expectation.is_known) << Name(kind);
      EXPECT_TRUE(std::isfinite(expectation.expected)) << Name(kind) << ' ' << wild[0];
      EXPECT_TRUE(std::isfinite(expectation.above)) << Name(kind) << ' ' << wild[0];
    }
  }
}

TEST(SeasonalDetector, KnowsTheHourAndTheWeekday) {
  auto load = MakeLoad(LoadKind::kOffice, 1, {.days = 36});
  const auto calm = Make(DetectorKind::kSeasonal);
  EXPECT_LE(Firing(Stream(*calm, load, 28 * kDay)), 4U);
  // Monday's load on a Saturday morning: an ordinary value at the wrong time.
  const std::size_t saturday = 33 * kDay + 10 * 12;
  ASSERT_LT(load.values[saturday], 60);
  load.values[saturday] = 150;
  const auto detector = Make(DetectorKind::kSeasonal);
  const auto verdict = Stream(*detector, load)[saturday];
  EXPECT_EQ(verdict.state, State::kFiring) << verdict.expected << ' ' << verdict.upper;
  EXPECT_EQ(verdict.kind, Kind::kSpike);
  EXPECT_NEAR(verdict.expected, 30, 20);
}

TEST(SeasonalDetector, GoesByLocalTimeOverAClockChange) {
  const auto calendar = std::make_shared<Calendar>();
  const auto change = std::chrono::sys_days{std::chrono::year{2026} / 3 / 29};
  calendar->offset = [change](Instant at) {
    return std::chrono::seconds(at >= Instant{change + std::chrono::hours(1)} ? 7200 : 3600);
  };
  DetectorParameters parameters;
  parameters.calendar = calendar;
  std::size_t local = 0;
  std::size_t utc = 0;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const auto load = MakeLoad(
        LoadKind::kSquare, seed,
        {.days = 30, .start = Instant{change - std::chrono::days(28)}, .calendar = calendar.get()});
    local += Firing(Stream(*MakeDetector(DetectorKind::kSeasonal, parameters), load, 28 * kDay));
    utc += Firing(Stream(*Make(DetectorKind::kSeasonal), load, 28 * kDay));
  }
  EXPECT_LE(local, 8U);
  EXPECT_GE(utc, 4 * 2 * 2 * 10U);  // an hour each morning and evening of two days
}

TEST(TrendDetector, FindsTheEndOfSteadyGrowth) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise;
  const auto grows = [&](int i) { return 1000 + 0.5 * i + noise(random); };
  const auto detector = Make(DetectorKind::kTrend);
  const Instant start{std::chrono::seconds(1'795'000'000)};
  std::size_t early = 0;
  std::size_t firing = 0;
  Verdict last;
  for (int i = 0; i < 700; ++i) {
    const double value = i < 600 ? grows(i) : 1300 + noise(random);
    last = detector->Step(value, start + std::chrono::minutes(5) * i, {});
    if (i < 600 && last.state == State::kFiring) ++early;
    if (i >= 600 && i < 630 && last.state == State::kFiring) ++firing;
    if (i == 629) {
      EXPECT_EQ(last.kind, Kind::kDrift) << Name(last.kind);
    }
  }
  EXPECT_EQ(early, 0U);
  EXPECT_GE(firing, 10U);
}

TEST(TrendDetector, ContinuesTheLineThatWasGiven) {
  const auto detector = Make(DetectorKind::kTrend);
  for (int i = 0; i < 288; ++i) detector->Take(10 + 0.25 * i);
  EXPECT_NEAR(detector->Expect().expected, 10 + 0.25 * 288, 1e-9);
  for (int i = 0; i < 5; ++i) detector->Take(kUnknown);
  EXPECT_NEAR(detector->Expect().expected, 10 + 0.25 * 293, 1e-9);
}

TEST(LevelShiftDetector, TellsAShiftOfSixScalesWithinThreeStepsAndFollowsIt) {
  for (const LoadKind kind : {LoadKind::kWhite, LoadKind::kCounts, LoadKind::kSquare}) {
    std::size_t in_time = 0;
    for (unsigned seed = 1; seed <= 10; ++seed) {
      auto load = MakeLoad(kind, seed, {.days = 30});
      const std::size_t at = 28 * kDay + seed * 7;
      for (std::size_t i = at; i < load.values.size(); ++i) load.values[i] += 6 * load.scale;
      const auto verdicts = Stream(*Make(DetectorKind::kLevelShift), load, at);
      bool found = false;
      bool shifted = false;
      for (std::size_t i = 0; i < verdicts.size() && i < 12; ++i) {
        if (i < 3 && verdicts[i].state == State::kFiring) found = true;
        if (verdicts[i].state == State::kShifted) {
          shifted = true;
          EXPECT_EQ(verdicts[i].kind, Kind::kLevelShift);
        }
      }
      in_time += found ? 1 : 0;
      EXPECT_TRUE(shifted) << Name(kind) << ' ' << seed;
      EXPECT_EQ(verdicts[20].state, State::kOk) << Name(kind) << ' ' << seed;
    }
    EXPECT_GE(in_time, 9U) << Name(kind);
  }
}

TEST(LevelShiftDetector, FindsASmallLastingShiftThatNoSingleValueShows) {
  std::size_t found = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    auto load = MakeLoad(LoadKind::kWhite, seed, {.days = 23});
    const std::size_t at = 21 * kDay;
    for (std::size_t i = at; i < load.values.size(); ++i) load.values[i] += 1.5 * load.scale;
    for (const auto& verdict : Stream(*Make(DetectorKind::kLevelShift), load, at)) {
      if (verdict.kind != Kind::kLevelShift) continue;
      ++found;
      break;
    }
  }
  EXPECT_GE(found, 9U);
}

TEST(LevelShiftDetector, IsSeldomWrongOnWhiteNoise) {
  std::size_t told = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const auto load = MakeLoad(LoadKind::kWhite, seed, {.days = 60});
    bool was_firing = false;
    for (const auto& v : Stream(*Make(DetectorKind::kLevelShift), load, 21 * kDay)) {
      const bool fires = v.state == State::kFiring;
      told += fires && !was_firing ? 1 : 0;
      was_firing = fires;
    }
  }
  // Once in 33 days by theory, and the profile is itself estimated: 390 days.
  EXPECT_LE(told, 4 * 390 / 33U);
}

TEST(FatigueDetector, WearsByUseAndRecoversByRest) {
  const auto detector = Make(DetectorKind::kFatigue);
  const Instant start{std::chrono::seconds(1'795'000'000)};
  int step = 0;
  const auto use = [&](double uses, int steps) {
    Verdict verdict;
    for (int i = 0; i < steps; ++i)
      verdict = detector->Step(uses, start + std::chrono::minutes(5) * step++, {});
    return verdict;
  };
  EXPECT_EQ(use(10, 90).state, State::kLearning);
  const auto usual = use(10, 1000);
  EXPECT_EQ(usual.state, State::kOk);
  EXPECT_NEAR(usual.score, 0.5 / (0.5 + 0.8), 0.01);  // half worn at its usual use
  // Thrice the use: 1 - 2^-3 = 0.875 in the end, the warning at 0.8.
  EXPECT_EQ(use(30, 10).state, State::kOk);
  const auto worn = use(30, 100);
  EXPECT_EQ(worn.state, State::kFiring);
  EXPECT_GT(worn.score, 0.5);
  EXPECT_EQ(worn.severity, Severity::kMedium) << worn.reason;
  EXPECT_EQ(use(60, 60).severity, Severity::kCritical);
  // A day's rest.
  const auto rested = use(0, 288);
  EXPECT_EQ(rested.state, State::kOk);
  EXPECT_LT(rested.score, 0.05);
}

}  // namespace
}  // namespace warden::anomaly

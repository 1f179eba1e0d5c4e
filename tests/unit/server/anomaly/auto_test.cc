// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "server/anomaly/auto_engine.h"
#include "tests/unit/server/anomaly/told.h"

namespace warden::anomaly {
namespace {

using Bands = AutoEngine::Bands;

TEST(Auto, SaysNothingBeforeItHasEnoughValues) {
  AutoEngine engine({});
  const auto load = MakeLoad(LoadKind::kDaily, 1, {.days = 1});
  for (std::size_t i = 0; i < AutoEngine::kFewest; ++i) {
    const auto verdict = engine.Step(i == 40 ? 1e6 : load.values[i], load.At(i), Bands::kWanted);
    EXPECT_EQ(verdict.state, State::kLearning);
    EXPECT_EQ(verdict.score, 0);
    EXPECT_FALSE(verdict.reason.empty());
  }
  EXPECT_NE(engine.Step(load.values[50], load.At(50), Bands::kWanted).state, State::kLearning);
}

// What only several values together show has no single value outside.
bool IsLasting(Kind kind) {
  return kind == Kind::kFlatline || kind == Kind::kLevelShift || kind == Kind::kDrift ||
         kind == Kind::kVariance;
}

TEST(Auto, IsAnomalousExactlyOutsideItsBand) {
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    AutoEngine engine({});
    auto load = MakeLoad(static_cast<LoadKind>(kind), 3, {.days = 20});
    load.values[kDay * 10] *= 5;
    load.values[kDay * 12] = 0;
    engine.SetStep(load.step);
    std::size_t inside_yet_anomalous = 0;
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      const auto v = engine.Step(load.values[i], load.At(i), Bands::kWanted);
      if (v.state == State::kLearning || v.state == State::kGap || v.state == State::kShifted)
        continue;
      const bool inside = v.observed >= v.lower && v.observed <= v.upper;
      ASSERT_LT(v.lower, v.upper) << Name(static_cast<LoadKind>(kind)) << " step " << i;
      ASSERT_TRUE(inside || v.score >= 0.5) << Name(static_cast<LoadKind>(kind)) << " step " << i;
      if (inside && v.score >= 0.5) {
        ASSERT_TRUE(IsLasting(v.kind) || v.news == 0) << Name(v.kind) << " step " << i;
        ++inside_yet_anomalous;
      }
      ASSERT_LE(v.lower, v.expected);
      ASSERT_GE(v.upper, v.expected);
      ASSERT_LT(v.score, 1);
    }
    EXPECT_LT(inside_yet_anomalous, load.values.size() / 100) << Name(static_cast<LoadKind>(kind));
  }
}

TEST(Auto, KeepsABandToComeBackToThroughALongIncident) {
  auto load = MakeLoad(LoadKind::kDaily, 3, {.days = 20});
  const std::size_t at = kDay * 18;
  AutoEngine engine({});
  double widest = 0;
  for (std::size_t i = 0; i < at + 24; ++i) {
    const double value = load.values[i] + (i >= at ? 40 * load.scale : 0);
    const auto v = engine.Step(value, load.At(i), Bands::kWanted);
    if (i >= at - kDay && i < at) widest = std::max(widest, v.upper - v.lower);
    if (i < at) continue;
    EXPECT_GT(v.upper - v.lower, load.scale) << i - at;
    EXPECT_LT(v.upper - v.lower, 4 * widest) << i - at;
  }
}

TEST(Auto, GoesOnFromItsSavedStateAsIfNothingHadHappened) {
  AutoEngine whole({});
  AutoEngine parts({});
  const auto load = MakeLoad(LoadKind::kDaily, 5, {.days = 6});
  whole.SetStep(load.step);
  parts.SetStep(load.step);
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    if (i % 97 == 50) {
      const auto saved = parts.Save();
      EXPECT_LE(saved.size(), 4096U);
      AutoEngine restarted({});
      restarted.SetStep(load.step);
      ASSERT_TRUE(restarted.Restore(saved));
      parts = restarted;
    }
    const double value = i == 1000 ? 900 : load.values[i];
    const auto one = whole.Step(value, load.At(i), Bands::kWanted);
    const auto two = parts.Step(value, load.At(i), Bands::kWanted);
    ASSERT_EQ(one.news, two.news);
    ASSERT_EQ(one.state, two.state);
  }
}

TEST(Auto, RefusesTheStateOfAnotherVersion) {
  AutoEngine engine({});
  std::string saved = engine.Save();
  EXPECT_TRUE(engine.Restore(saved));
  saved[0] = static_cast<char>(saved[0] + 1);
  EXPECT_FALSE(engine.Restore(saved));
  EXPECT_FALSE(engine.Restore(saved.substr(1)));
  EXPECT_FALSE(engine.Restore(""));
}

TEST(Auto, MakesOneEpisodeOfALongIncident) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    auto load = MakeLoad(LoadKind::kDaily, seed, {.days = 17});
    const std::size_t at = kDay * 16 + seed * 5;
    for (std::size_t i = at; i < load.values.size(); ++i) load.values[i] += 15 * load.scale;
    AutoEngine engine({});
    engine.SetStep(load.step);
    std::size_t episodes = 0;
    bool was_firing = false;
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      const auto verdict = engine.Step(load.values[i], load.At(i), Bands::kNone);
      if (i >= at && verdict.news >= 0.5 && !was_firing) ++episodes;
      was_firing = verdict.state == State::kFiring;
    }
    EXPECT_EQ(episodes, 1U) << seed;
  }
}

TEST(Auto, FollowsALevelThatHasMoved) {
  auto load = MakeLoad(LoadKind::kDaily, 2, {.days = 18});
  const std::size_t at = kDay * 16;
  for (std::size_t i = at; i < load.values.size(); ++i) load.values[i] += 15 * load.scale;
  AutoEngine engine({});
  engine.SetStep(load.step);
  bool shifted = false;
  Verdict verdict;
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    verdict = engine.Step(load.values[i], load.At(i), Bands::kWanted);
    if (verdict.state == State::kShifted) {
      shifted = true;
      EXPECT_LT(i, at + 60);
      EXPECT_EQ(verdict.kind, Kind::kLevelShift);
    }
  }
  EXPECT_TRUE(shifted);
  EXPECT_EQ(verdict.state, State::kOk);
}

TEST(Auto, SaysThatAConstantSeriesChangedByHowOftenItDidNot) {
  AutoEngine engine({});
  const Instant start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  Verdict verdict;
  for (int i = 0; i < 1000; ++i) {
    verdict = engine.Step(7, start + std::chrono::minutes(5) * i, Bands::kWanted);
    ASSERT_LT(verdict.score, 0.5);
  }
  verdict = engine.Step(8, start + std::chrono::minutes(5) * 1000, Bands::kWanted);
  EXPECT_LT(verdict.score, 0.5);  // three days are too short to say once in a month
  EXPECT_GT(verdict.score, 0.4);
}

TEST(Auto, FindsThatANoisyValueStandsStill) {
  auto load = MakeLoad(LoadKind::kDaily, 4, {.days = 12});
  const std::size_t at = kDay * 10 + 50;
  for (std::size_t i = at; i < at + 36; ++i) load.values[i] = load.values[at - 1];
  AutoEngine engine({});
  const auto told = TellAll(engine, load, at);
  ASSERT_FALSE(told.empty());
  EXPECT_LT(told.front().at, at + 12);
  EXPECT_EQ(told.front().verdict.kind, Kind::kFlatline);
}

TEST(Auto, TakesNothingInThatIsNotLater) {
  AutoEngine engine({});
  const auto load = MakeLoad(LoadKind::kDaily, 1, {.days = 1});
  for (std::size_t i = 0; i < 100; ++i) (void)engine.Step(load.values[i], load.At(i), Bands::kNone);
  const auto before = engine.Save();
  EXPECT_EQ(engine.Step(1e9, load.At(50), Bands::kWanted).state, State::kGap);
  EXPECT_EQ(engine.Step(1e9, load.At(99), Bands::kWanted).state, State::kGap);
  EXPECT_EQ(engine.Save(), before);
}

TEST(Auto, ComputesWithVeryLargeAndVerySmallValues) {
  for (const double factor : {1e300, 1e12, 1e-300, 1e-9, -1.0}) {
    AutoEngine plain({});
    AutoEngine scaled({});
    const auto load = MakeLoad(LoadKind::kDaily, 1, {.days = 4});
    double difference = 0;
    for (std::size_t i = 0; i < load.values.size(); ++i) {
      const double value = i == 900 ? 10 * load.values[i] : load.values[i];
      const auto one = plain.Step(value, load.At(i), Bands::kWanted);
      const auto two = scaled.Step(factor * value, load.At(i), Bands::kWanted);
      ASSERT_TRUE(i < AutoEngine::kFewest || std::isfinite(two.upper)) << factor;
      difference = std::max(difference, std::abs(one.score - two.score));
    }
    EXPECT_LT(difference, 0.02) << factor;
  }
}

TEST(Auto, HonoursDirectionLeastDeviationAndRange) {
  auto load = MakeLoad(LoadKind::kDaily, 9, {.days = 12});
  const std::size_t at = kDay * 11;
  load.values[at] += 20 * load.scale;
  const auto told = [&](auto change) {
    DetectorParameters parameters;
    change(parameters.judgement);
    AutoEngine engine(parameters);
    std::size_t count = 0;
    for (const auto& one : TellAll(engine, load, at)) count += one.at == at ? 1 : 0;
    return count;
  };
  EXPECT_EQ(told([](Judgement&) {}), 1U);
  EXPECT_EQ(told([](Judgement& j) { j.direction = Direction::kBelow; }), 0U);
  EXPECT_EQ(told([](Judgement& j) { j.direction = Direction::kAbove; }), 1U);
  EXPECT_EQ(told([&](Judgement& j) { j.min_deviation = 30 * load.scale; }), 0U);
  EXPECT_EQ(told([](Judgement& j) { j.min_relative_deviation = 10; }), 0U);
  const auto unmoved = [](Judgement& j) { j.min_deviation = 1e9; };
  load.values[at] = -1;
  EXPECT_EQ(told(unmoved), 0U);
  EXPECT_EQ(told([&](Judgement& j) {
              unmoved(j);
              j.range_min = 0;
            }),
            1U);
}

}  // namespace
}  // namespace warden::anomaly

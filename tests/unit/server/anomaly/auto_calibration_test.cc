// SPDX-License-Identifier: Apache-2.0
// A sample of what tests/bench/anomaly's bench_detection measures whole: that alerts on series
// without incidents come at the budget's rate, and that larger incidents are found more often.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "tests/unit/server/anomaly/made_incident.h"

namespace warden::anomaly {
namespace {

TEST(AutoCalibration, KeepsItsBudgetWithinAFactorOfTwoOnNineOfTenQuietSeries) {
  std::size_t within = 0;
  std::size_t all = 0;
  double sum = 0;
  std::string outside;
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    for (unsigned seed = 1; seed <= 2; ++seed) {
      const double share = RealisedShare(static_cast<LoadKind>(kind), seed, {.days = 215});
      const bool is_within = share >= 0.5 && share <= 2;
      within += is_within ? 1 : 0;
      sum += share;
      ++all;
      if (!is_within)
        outside += " " + std::string(Name(static_cast<LoadKind>(kind))) + " " +
                   std::to_string(seed) + ": " + std::to_string(share);
    }
  }
  EXPECT_GE(10 * within, 9 * all) << outside;
  EXPECT_LT(sum / static_cast<double>(all), 1.6);
  EXPECT_GT(sum / static_cast<double>(all), 0.7);
}

std::size_t FoundOf(const Incident& incident) {
  std::size_t found = 0;
  for (const LoadKind kind :
       {LoadKind::kDaily, LoadKind::kCounts, LoadKind::kQuantised, LoadKind::kWhite}) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      auto load = MakeLoad(kind, seed, {.days = 23});
      const std::size_t at = 21 * 288 + seed * 41;
      const std::size_t steps = PutIn(load, incident, at);
      AutoEngine engine({});
      engine.SetStep(load.step);
      for (std::size_t i = 0; i < at; ++i)
        (void)engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kNone);
      found += FirstTold(engine, load, at, at + steps) ? 1 : 0;
    }
  }
  return found;  // of 20
}

TEST(AutoCalibration, FindsMoreOfWhatIsLarger) {
  const auto small = FoundOf({IncidentKind::kSpike, 3});
  const auto large = FoundOf({IncidentKind::kSpike, 12});
  EXPECT_LE(small, 6U);
  EXPECT_GE(large, 18U);
  EXPECT_GE(FoundOf({IncidentKind::kDip, 12}), 18U);
  EXPECT_LT(FoundOf({IncidentKind::kShift, 1}), FoundOf({IncidentKind::kShift, 4}));
  EXPECT_GE(FoundOf({IncidentKind::kShift, 6}), 18U);
  EXPECT_GE(FoundOf({IncidentKind::kDrift, 10}), 16U);
  EXPECT_GE(FoundOf({IncidentKind::kFlatline, 0}), 16U);
  EXPECT_GE(FoundOf({IncidentKind::kVariance, 4}), 18U);
}

// Of the shifts of six deviations, the share told within three steps, `days` after the beginning;
// with an earlier one of fifteen, two hours long, five days before them.
double SharePromptly(int days, bool after_another) {
  constexpr std::size_t kDay = 288;
  std::size_t promptly = 0;
  constexpr unsigned kSeeds = 4;
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      auto load = MakeLoad(static_cast<LoadKind>(kind), seed, {.days = days + 1});
      const std::size_t at = static_cast<std::size_t>(days) * kDay + seed * 61 % kDay;
      for (std::size_t i = at - 5 * kDay; after_another && i < at - 5 * kDay + 24; ++i)
        load.values[i] += 15 * load.scales[i];
      const std::size_t steps = PutIn(load, {IncidentKind::kShift, 6}, at);
      AutoEngine engine({});
      engine.SetStep(load.step);
      for (std::size_t i = 0; i < at; ++i)
        (void)engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kNone);
      const auto first = FirstTold(engine, load, at, at + steps);
      promptly += first && *first < 3 ? 1 : 0;
    }
  }
  return static_cast<double>(promptly) / (kSeeds * kLoadKinds);
}

TEST(AutoCalibration, TellsAShiftOfSixDeviationsWithinThreeSteps) {
  EXPECT_GE(SharePromptly(21, false), 0.84);
  EXPECT_GE(SharePromptly(42, false), 0.92);
}

TEST(AutoCalibration, IsNotBlindedByAnIncident) { EXPECT_GE(SharePromptly(42, true), 0.6); }

}  // namespace
}  // namespace warden::anomaly

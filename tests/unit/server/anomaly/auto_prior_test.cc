// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_prior.h"

#include <gtest/gtest.h>

#include <cmath>

#include "server/anomaly/auto_engine.h"
#include "tests/unit/server/anomaly/made_series.h"

namespace warden::anomaly {
namespace {

constexpr auto kStep = std::chrono::minutes(5);
const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

AutoEngine Sibling(std::size_t points = 4032) {
  AutoEngine engine{DetectorParameters{}};
  engine.SetStep(kStep);
  Daily shape;
  shape.points = points;
  const auto values = MakeDaily(1, shape);
  for (std::size_t i = 0; i < values.size(); ++i)
    (void)engine.Step(values[i], kStart + kStep * static_cast<int>(i), AutoEngine::Bands::kNone);
  return engine;
}

// A series of another size, from step 4032 on.
std::vector<double> Fresh(std::uint64_t seed, double size) {
  Daily shape;
  shape.points = 4032 + 2 * 288;
  auto values = MakeDaily(seed, shape);
  values.erase(values.begin(), values.begin() + 4032);
  for (double& value : values) value *= size;
  return values;
}

struct Told {
  std::size_t first_judged = 0;
  std::size_t alerts = 0;
};

Told Watch(AutoEngine& engine, const std::vector<double>& values) {
  Told told;
  bool fired = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto verdict = engine.Step(values[i], kStart + kStep * static_cast<int>(4032 + i),
                                     AutoEngine::Bands::kWanted);
    if (told.first_judged == 0 && verdict.state != State::kLearning) told.first_judged = i;
    const bool fires = IsAnomalous(verdict.state);
    if (fires && !fired) ++told.alerts;
    fired = fires;
  }
  return told;
}

TEST(AutoPrior, ANewSeriesIsJudgedAfterThirtyValuesAndKnowsItsDay) {
  const AutoEngine sibling = Sibling();
  const auto values = Fresh(5, 3);
  AutoEngine engine{DetectorParameters{}};
  engine.SetStep(kStep);
  ASSERT_TRUE(engine.Borrow(sibling.state(), values[0], kStart + kStep * 4032));
  EXPECT_EQ(Watch(engine, {values.begin(), values.begin() + 40}).first_judged, kBorrowedWarmUp);
  const auto later = engine.Expect(kStart + kStep * (4032 + 40));
  EXPECT_NEAR(later.expected, values[40], 0.1 * values[40]);
}

TEST(AutoPrior, QuietSeriesOfAnySizeAreNoAlerts) {
  const AutoEngine sibling = Sibling();
  std::size_t alerts = 0;
  for (std::uint64_t seed = 10; seed < 50; ++seed) {
    const double size = std::exp2(static_cast<double>(seed % 9) - 4);
    const auto values = Fresh(seed, size);
    AutoEngine engine{DetectorParameters{}};
    engine.SetStep(kStep);
    ASSERT_TRUE(engine.Borrow(sibling.state(), values[0], kStart + kStep * 4032));
    alerts += Watch(engine, values).alerts;
  }
  // 80 days at one a month would be 2.7.
  EXPECT_LE(alerts, 5U);
}

TEST(AutoPrior, ASpikeAfterThreeHoursIsFound) {
  const AutoEngine sibling = Sibling();
  auto values = Fresh(7, 2);
  values.resize(36);
  values.push_back(values.back() + 150);
  AutoEngine engine{DetectorParameters{}};
  engine.SetStep(kStep);
  ASSERT_TRUE(engine.Borrow(sibling.state(), values[0], kStart + kStep * 4032));
  EXPECT_EQ(Watch(engine, values).alerts, 1U);
}

TEST(AutoPrior, NothingIsBorrowedWhereProportionsSayNothing) {
  const AutoEngine sibling = Sibling();
  const AutoEngine young = Sibling(200);
  AutoEngine engine{DetectorParameters{}};
  engine.SetStep(kStep);
  EXPECT_FALSE(engine.Borrow(sibling.state(), 0, kStart));
  EXPECT_FALSE(engine.Borrow(sibling.state(), -5, kStart));
  EXPECT_FALSE(engine.Borrow(sibling.state(), 1e300, kStart));
  EXPECT_FALSE(engine.Borrow(young.state(), 5, kStart));
  EXPECT_EQ(engine.state().points, 0U);
}

}  // namespace
}  // namespace warden::anomaly

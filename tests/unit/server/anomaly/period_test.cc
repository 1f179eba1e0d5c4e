// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/period.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace warden::anomaly {
namespace {

struct Waves {
  std::size_t points = 960;
  std::size_t season = 24;
  std::size_t long_season = 0;
  double noise = 0.2;
  double slope = 0;
};

std::vector<double> Make(const Waves& waves) {
  std::mt19937_64 random(17);
  std::normal_distribution<double> noise;
  std::vector<double> values;
  for (std::size_t t = 0; t < waves.points; ++t) {
    const auto at = static_cast<double>(t);
    double v = waves.slope * at + waves.noise * noise(random);
    if (waves.season > 0)
      v += std::sin(2 * std::numbers::pi * at / static_cast<double>(waves.season));
    if (waves.long_season > 0 && t % waves.long_season >= 5 * waves.long_season / 7) v -= 2;
    values.push_back(v);
  }
  return values;
}

TEST(Periods, FindsADayAndAWeek) {
  const Periods found = FindPeriods(Make({.long_season = 168}));
  EXPECT_EQ(found.season, 24U);
  EXPECT_EQ(found.long_season, 168U);
}

TEST(Periods, FindsAnyNumberOfSteps) {
  for (const std::size_t season : {5U, 7U, 12U, 23U, 60U, 96U, 288U}) {
    EXPECT_EQ(
        FindPeriods(Make({.points = 6 * season + 50, .season = season, .noise = 0.05})).season,
        season);
  }
}

TEST(Periods, LooksThroughATrend) { EXPECT_EQ(FindPeriods(Make({.slope = 0.5})).season, 24U); }

TEST(Periods, FindsNoneInNoiseNorInAWalk) {
  EXPECT_EQ(FindPeriods(Make({.season = 0})).season, 0U);
  std::mt19937_64 random(3);
  std::normal_distribution<double> step;
  std::vector<double> walk{0};
  for (int i = 0; i < 1000; ++i) walk.push_back(walk.back() + step(random));
  EXPECT_EQ(FindPeriods(walk).season, 0U);
}

TEST(Periods, FindsNoneWithoutTwoAndAHalfCycles) {
  EXPECT_EQ(FindPeriods(Make({.points = 59})).season, 0U);
  EXPECT_EQ(FindPeriods(Make({.points = 65, .noise = 0.01})).season, 24U);
}

TEST(Periods, BearsConstantHugeTinyAndEmpty) {
  EXPECT_EQ(FindPeriods({}).season, 0U);
  for (const double level : {0.0, 1e300, -1.7e308, 5e-324}) {
    EXPECT_EQ(FindPeriods(std::vector<double>(200, level)).season, 0U) << level;
  }
  std::vector<double> huge = Make({});
  for (double& v : huge) v *= 5e307;
  EXPECT_EQ(FindPeriods(huge).season, 24U);
}

TEST(Periods, TakesSevenSeasonsForTheLongOneUnlessAnotherIsPlain) {
  EXPECT_EQ(LongSeasonOf(Make({}), 24), 168U);
  EXPECT_EQ(LongSeasonOf(Make({.long_season = 120}), 24), 120U);
  EXPECT_EQ(LongSeasonOf(Make({.points = 300}), 24), 0U);
}

TEST(Autocorrelation, AgreesWithItsDefinition) {
  std::vector<double> values = Make({.points = 37, .season = 0});
  // Without a line in it: the sum of products over the sum of squares, per pair.
  double mean = 0;
  for (const double v : values) mean += v / 37;
  double slope = 0;
  for (std::size_t i = 0; i < 37; ++i) slope += (static_cast<double>(i) - 18) * (values[i] - mean);
  slope /= 37.0 * (37 * 37 - 1) / 12;
  for (std::size_t i = 0; i < 37; ++i) values[i] -= mean + slope * (static_cast<double>(i) - 18);
  double squares = 0;
  for (const double v : values) squares += v * v;
  const std::vector<double> r = Autocorrelation(values, 12);
  for (std::size_t k = 0; k <= 12; ++k) {
    double products = 0;
    for (std::size_t i = k; i < 37; ++i) products += values[i] * values[i - k];
    EXPECT_NEAR(r[k], products / squares * 37 / static_cast<double>(37 - k), 1e-12) << k;
  }
}

}  // namespace
}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/series.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace warden::anomaly {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Instant At(std::int64_t second) { return Instant{seconds(1'700'000'000 + second)}; }

std::string Text(const EvenSeries& series) {
  std::string text;
  for (const double v : series.values) {
    if (!text.empty()) text += ' ';
    text += std::isnan(v) ? "_" : std::to_string(static_cast<int>(v));
  }
  return text;
}

TEST(OntoGrid, SortsAndFillsGaps) {
  const std::vector<Point> points = {{At(60), 2}, {At(0), 1}, {At(240), 5}, {At(120), 3}};
  const EvenSeries series = OntoGrid(points);
  EXPECT_EQ(Text(series), "1 2 3 _ 5");
  EXPECT_EQ(series.step, minutes(1));
  EXPECT_EQ(series.start, At(0));
  EXPECT_EQ(series.At(4), At(240));
  EXPECT_EQ(series.present(), 4U);
}

TEST(OntoGrid, LetsTheLastOfDuplicatesWin) {
  const std::vector<Point> points = {{At(0), 1}, {At(60), 2}, {At(60), 7}, {At(120), 3}};
  const EvenSeries series = OntoGrid(points);
  EXPECT_EQ(Text(series), "1 7 3");
  EXPECT_EQ(series.duplicates, 1U);
}

TEST(OntoGrid, KeepsTheOrderOfDuplicatesWhenItSorts) {
  std::vector<Point> points;
  for (int i = 0; i < 500; ++i) points.push_back({At(60 * (i % 5)), static_cast<double>(i)});
  EXPECT_EQ(Text(OntoGrid(points)), "495 496 497 498 499");
}

TEST(OntoGrid, TurnsNanAndInfinityIntoGaps) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<Point> points = {{At(0), 1}, {At(60), NAN}, {At(120), -inf}, {At(180), 4}};
  const EvenSeries series = OntoGrid(points);
  EXPECT_EQ(Text(series), "1 _ _ 4");
  EXPECT_EQ(series.not_finite, 2U);
}

TEST(OntoGrid, RoundsUnsteadyTimesToTheNearestStep) {
  const std::vector<Point> points = {{At(1), 1}, {At(58), 2}, {At(125), 3}, {At(180), 4}};
  EXPECT_EQ(Text(OntoGrid(points, minutes(1))), "1 2 3 4");
}

TEST(OntoGrid, ExtendsOrCutsAtTheGivenEnd) {
  const std::vector<Point> points = {{At(0), 1}, {At(60), 2}, {At(120), 3}};
  EXPECT_EQ(Text(OntoGrid(points, Duration{0}, At(250))), "1 2 3 _ _");
  EXPECT_EQ(Text(OntoGrid(points, Duration{0}, At(119))), "1 2");
  EXPECT_EQ(Text(OntoGrid(points, Duration{0}, At(-500))), "");
}

TEST(OntoGrid, IsEmptyWithoutPointsOrAStep) {
  EXPECT_TRUE(OntoGrid({}).values.empty());
  EXPECT_TRUE(OntoGrid({}, minutes(1)).values.empty());
  const std::vector<Point> one = {{At(0), 1}};
  EXPECT_TRUE(OntoGrid(one).values.empty());
  EXPECT_EQ(Text(OntoGrid(one, minutes(1))), "1");
  const std::vector<Point> same = {{At(0), 1}, {At(0), 2}};
  EXPECT_TRUE(OntoGrid(same).values.empty());
}

TEST(OntoGrid, KeepsOnlySoManySteps) {
  // A clock gone wrong: years of one-second steps.
  std::vector<Point> points = {{At(0), 1}};
  for (int t = 0; t < 10; ++t) points.push_back({At(1'000'000'000 + t), static_cast<double>(t)});
  const EvenSeries series = OntoGrid(points);
  EXPECT_EQ(series.step, seconds(1));
  EXPECT_EQ(series.values.size(), kLongestSeries);
  EXPECT_EQ(series.values.back(), 9);
  EXPECT_EQ(series.too_old, 1U);
}

TEST(OntoGrid, BearsInstantsAtTheEndsOfTime) {
  const std::vector<Point> points = {{Instant{Duration{-60'000'000'000'000'000}}, 1},
                                     {Instant{Duration{253'000'000'000'000'000}}, 2},
                                     {Instant{Duration{253'000'000'060'000'000}}, 3}};
  const EvenSeries series = OntoGrid(points, minutes(1));
  EXPECT_EQ(series.values.size(), kLongestSeries);
  EXPECT_EQ(series.values.back(), 3);
}

}  // namespace
}  // namespace warden::anomaly

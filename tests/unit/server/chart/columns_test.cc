// SPDX-License-Identifier: Apache-2.0
#include "server/chart/columns.h"

#include <gtest/gtest.h>

#include <cmath>

namespace warden::chart {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ChartPoint At(int second, double value, double lower = 0, double upper = 10) {
  return {Instant{std::chrono::seconds(second)}, value, 5, lower, upper};
}

TEST(Columns, KeepExtremesMeanAndWhatIsFarthestOut) {
  const std::vector<ChartPoint> points = {At(0, 4),    At(1, 6),  At(2, 20), At(3, -1),
                                          At(4, kNan), At(5, 30), At(100, 7)};
  const auto columns = ColumnsOf(points, 10);
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[0].low, -1);
  EXPECT_EQ(columns[0].high, 30);
  EXPECT_EQ(columns[0].unusual, 30);
  EXPECT_DOUBLE_EQ(columns[0].mean.value, 11.8);
  EXPECT_DOUBLE_EQ(columns[0].mean.upper, 10);
  EXPECT_EQ(columns[1].mean.value, 7);
  EXPECT_TRUE(std::isnan(columns[1].unusual));
}

TEST(Columns, OfNothingButNanAreNan) {
  const auto columns = ColumnsOf({At(0, kNan), At(1, kNan)}, 1);
  ASSERT_FALSE(columns.empty());
  EXPECT_TRUE(std::isnan(columns[0].mean.value));
  EXPECT_TRUE(std::isnan(columns[0].low));
}

TEST(Columns, AreNeverMoreThanAskedForPlusTheLast) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 1000; ++i) points.push_back(At(i, i));
  for (const std::size_t count : {1U, 7U, 300U, 5000U}) {
    EXPECT_LE(ColumnsOf(points, count).size(), count + 1) << count;
  }
  EXPECT_TRUE(ColumnsOf({}, 5).empty());
  EXPECT_TRUE(ColumnsOf(points, 0).empty());
}

TEST(FarOutside, IsAShareOfTheBandsWidth) {
  EXPECT_DOUBLE_EQ(FarOutside(At(0, 15)), 0.5);
  EXPECT_DOUBLE_EQ(FarOutside(At(0, -10)), 1);
  EXPECT_EQ(FarOutside(At(0, 5)), 0);
  EXPECT_EQ(FarOutside(At(0, kNan)), 0);
  EXPECT_GT(FarOutside(At(0, 1.7e308, -1.7e308, 1.6e308)), 0);
}

}  // namespace
}  // namespace warden::chart

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/outliers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/server/anomaly/made_series.h"

namespace warden::anomaly {
namespace {

std::size_t Missing(const std::vector<double>& values) {
  std::size_t missing = 0;
  for (const double v : values) missing += std::isnan(v) ? 1 : 0;
  return missing;
}

TEST(WithoutOutliers, LeavesOutAnIncidentAndNothingElse) {
  std::vector<double> values = MakeDaily(1);
  EXPECT_EQ(Missing(WithoutOutliers(values, 288, 8, 0.1)), 0U);
  for (std::size_t t = 700; t < 740; ++t) values[t] += 60;
  const std::vector<double> kept = WithoutOutliers(values, 288, 8, 0.1);
  EXPECT_EQ(Missing(kept), 40U);
  EXPECT_TRUE(std::isnan(kept[700]) && std::isnan(kept[739]));
  EXPECT_EQ(kept[699], values[699]);
}

TEST(WithoutOutliers, KeepsWhatHappensEveryDay) {
  std::vector<double> values = MakeDaily(2);
  for (std::size_t t = 0; t < values.size(); ++t) values[t] += t % 288 < 6 ? 300 : 0;
  EXPECT_LE(Missing(WithoutOutliers(values, 288, 8, 0.1)), 20U);
}

TEST(WithoutOutliers, KeepsALevelShift) {
  std::vector<double> values = MakeDaily(3);
  for (std::size_t t = 1000; t < values.size(); ++t) values[t] += 200;
  EXPECT_EQ(Missing(WithoutOutliers(values, 288, 8, 0.1)), 0U);
}

TEST(WithoutOutliers, KeepsMoreThanAFewPercent) {
  std::vector<double> values = MakeDaily(4);
  for (std::size_t t = 0; t < values.size(); t += 11) values[t] += 300;
  EXPECT_EQ(Missing(WithoutOutliers(values, 288, 8, 0.1)), 0U);
}

TEST(WithoutOutliers, BearsGapsAndConstants) {
  const std::vector<double> nothing(600, std::nan(""));
  EXPECT_EQ(Missing(WithoutOutliers(nothing, 288, 8, 0)), 600U);
  const std::vector<double> constant(600, 5.0);
  EXPECT_EQ(Missing(WithoutOutliers(constant, 288, 8, 0)), 0U);
  EXPECT_EQ(WithoutOutliers(std::vector<double>{1, 2}, 1, 8, 1), (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace warden::anomaly

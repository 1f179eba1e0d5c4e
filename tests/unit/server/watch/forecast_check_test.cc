// SPDX-License-Identifier: Apache-2.0
#include "server/watch/forecast_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace warden {
namespace {

using namespace std::chrono_literals;

const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
constexpr Duration kStep = 5min;

// A tenth more at each step, 50 at the newest; the last `missing` are not there yet.
anomaly::Verdict Judged(double threshold, int missing) {
  std::vector<double> values;
  for (int i = 0; i < 288; ++i) values.push_back(50 - 0.1 * (287 - i));
  for (int i = 0; i < missing; ++i) values[static_cast<std::size_t>(287 - i)] = NAN;
  return JudgeForecast(values, kNow, kStep, {.threshold = threshold, .horizon = 2h});
}

std::string TimeIn(const anomaly::Verdict& verdict) {
  return verdict.reason.substr(verdict.reason.find("at "), 23);
}

TEST(JudgeForecast, TellsTheSameTimeWhenTheNewestValuesAreLate) {
  const auto whole = Judged(51, 0);
  const auto late = Judged(51, 3);
  ASSERT_EQ(whole.state, anomaly::State::kFiring) << whole.reason;
  EXPECT_EQ(TimeIn(whole), TimeIn(late)) << whole.reason << '\n' << late.reason;
  EXPECT_NEAR(whole.expected, late.expected, 0.05);
}

TEST(JudgeForecast, IsOkWhenTheThresholdIsFar) {
  EXPECT_EQ(Judged(70, 0).state, anomaly::State::kOk);
  EXPECT_EQ(Judged(70, 3).state, anomaly::State::kOk);
  EXPECT_EQ(Judged(49, 0).reason, "it has reached 49");
}

TEST(JudgeForecast, SaysNothingOfAGapOrOfTooFewValues) {
  EXPECT_EQ(Judged(51, 4).state, anomaly::State::kGap);
  EXPECT_EQ(Judged(51, 260).state, anomaly::State::kLearning);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/finops/unit_checks.h"

#include <gtest/gtest.h>

#include "server/finops/unit_models.h"

namespace warden::finops {
namespace {

using std::chrono::hours;

const Instant kMonday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

std::string Told(const std::vector<UnitAnomaly>& found) {
  std::string text;
  for (const auto& anomaly : found) {
    constexpr std::array kNames{"cost", "growth", "fatigue"};
    text +=
        std::string(text.empty() ? "" : "; ") + kNames[static_cast<std::size_t>(anomaly.metric)];
    text += " " + std::string(Name(anomaly.severity)) + " " +
            std::to_string(static_cast<int>(anomaly.confidence * 10 + 0.5)) + " " +
            std::to_string(static_cast<int>(anomaly.percent + 0.5));
  }
  return text;
}

TEST(UnitChecks, SpeakAtTheirLimits) {
  struct Case {
    const char* name;
    UnitMetrics metrics;
    std::optional<double> fatigue;
    const char* told;
  };
  for (const Case& c : std::vector<Case>{
           {"nothing measured", {}, std::nullopt, ""},
           {"all as it should be", {.cost = 0.02, .growth = 1.5}, 0.1, ""},
           {"just below 25 %", {.cost = 0.0249}, std::nullopt, ""},
           {"25 %", {.cost = 0.025}, std::nullopt, "cost warning 7 25"},
           {"50 %", {.cost = 0.03}, std::nullopt, "cost warning 8 50"},
           {"twice", {.cost = 0.04}, std::nullopt, "cost critical 9 100"},
           {"free", {.cost = 0}, std::nullopt, ""},
           {"just above 70 %", {.growth = 1.0501}, std::nullopt, ""},
           {"70 %", {.growth = 1.05}, std::nullopt, "growth warning 7 70"},
           {"60 %", {.growth = 0.9}, std::nullopt, "growth warning 8 60"},
           {"half", {.growth = 0.75}, std::nullopt, "growth critical 9 50"},
           {"gone", {.growth = 0}, std::nullopt, "growth critical 9 0"},
           {"not worn", {}, 0.79, ""},
           {"worn", {}, 0.8, "fatigue warning 7 80"},
           {"worn out", {}, 0.9, "fatigue critical 8 90"},
           {"dead", {}, 0.96, "fatigue critical 9 96"},
           {"all at once",
            {.cost = 0.05, .growth = 0.3},
            0.85,
            "cost critical 9 150; growth critical 9 20; fatigue warning 7 85"},
       }) {
    EXPECT_EQ(Told(CheckUnit(c.metrics, c.fatigue, {})), c.told) << c.name;
  }
}

TEST(UnitChecks, FollowTheThresholds) {
  const UnitThresholds strict{.cost_target = 0.01,
                              .cost_warning = 0.1,
                              .growth_baseline = 2,
                              .growth_drop = 0.9,
                              .fatigue_warning = 0.5};
  EXPECT_EQ(Told(CheckUnit({.cost = 0.011, .growth = 1.8}, 0.5, strict)),
            "cost warning 7 10; growth warning 7 90; fatigue warning 7 50");
}

TEST(UnitModels, KeepTheLastCosts) {
  UnitModels models;
  for (int i = 0; i < 150; ++i) models.Take({.cost = i < 50 ? 1000.0 : 2.0 + i % 2}, kMonday);
  EXPECT_EQ(models.costs.size(), kCostWindow);
  EXPECT_DOUBLE_EQ(models.CostMean().value(), 2.5);
  EXPECT_DOUBLE_EQ(models.CostDeviation(), 0.5);
}

TEST(UnitModels, KeepEngagementOfTheLastDayByTheHour) {
  UnitModels models;
  models.Take({.engagement = 0.1}, kMonday);
  models.Take({.engagement = 0.3}, kMonday);
  models.Take({.engagement = 0.5}, kMonday + hours{23});
  ASSERT_EQ(models.engagement.size(), 2U);
  EXPECT_DOUBLE_EQ(models.engagement.begin()->second.value(), 0.2);
  models.Take({}, kMonday + hours{24});
  EXPECT_EQ(models.engagement.size(), 1U);
}

TEST(UnitModels, KnowTheHourOfTheWeek) {
  UnitModels models;
  models.Take({.growth = 1}, kMonday);
  models.Take({.growth = 3}, kMonday + hours{kSeasonHours});
  models.Take({.growth = 5}, kMonday - hours{1});
  EXPECT_EQ(models.GrowthPoints(), 3);
  EXPECT_DOUBLE_EQ(models.growth.at(0).value(), 2);
  EXPECT_DOUBLE_EQ(models.growth.at(167).value(), 5);
}

TEST(UnitModels, APatternTiresByUseAndRestsWithTime) {
  UnitModels models;
  EXPECT_FALSE(models.Fatigue("hook", kMonday));
  models.Take({.pattern = "hook", .usage_count = 15}, kMonday);
  EXPECT_NEAR(*models.Fatigue("hook", kMonday), 0.53, 0.01);
  models.Take({.pattern = "hook", .usage_count = 15}, kMonday);  // no use since
  EXPECT_NEAR(*models.Fatigue("hook", kMonday), 0.53, 0.01);
  models.Take({.pattern = "hook", .usage_count = 47}, kMonday);
  EXPECT_GT(*models.Fatigue("hook", kMonday), 0.9);
  EXPECT_LT(*models.Fatigue("hook", kMonday + hours{48}), 0.2);
  models.Take({.pattern = "hook", .usage_count = 2}, kMonday + hours{480});  // began again
  EXPECT_NEAR(*models.Fatigue("hook", kMonday + hours{480}), 0.095, 0.001);
  models.Take({.pattern = "other"}, kMonday);
  EXPECT_NEAR(*models.Fatigue("other", kMonday), 0.049, 0.001);
}

TEST(UnitModels, RememberABoundedNumberOfPatterns) {
  UnitModels models;
  models.Take({.pattern = "often", .usage_count = 50}, kMonday);
  for (std::size_t i = 0; i < 2 * kMostPatterns; ++i)
    models.Take({.pattern = "p" + std::to_string(i)}, kMonday + hours{1});
  EXPECT_EQ(models.patterns.size(), kMostPatterns);
  EXPECT_TRUE(models.patterns.contains("often"));
}

TEST(UnitModels, AreResetOneByOne) {
  UnitModels models;
  models.Take({.cost = 1, .growth = 1, .engagement = 1, .pattern = "p"}, kMonday);
  models.Reset(UnitModel::kTrend);
  EXPECT_TRUE(models.engagement.empty());
  EXPECT_FALSE(models.costs.empty());
  models.Reset(UnitModel::kStatistical);
  models.Reset(UnitModel::kSeasonal);
  models.Reset(UnitModel::kFatigue);
  EXPECT_EQ(models, UnitModels{});
}

}  // namespace
}  // namespace warden::finops

// SPDX-License-Identifier: Apache-2.0
#include "server/watch/storm.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace warden {
namespace {

Instant At(int minutes) {
  return Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} +
         std::chrono::minutes{minutes};
}

WatchConfig Watch() {
  WatchConfig watch;
  watch.name = "Rate";
  watch.max_alerts_per_hour = 2;
  return watch;
}

// Series 0 to 9, of which those in `bad` are unusual.
std::vector<SeriesCheck> Seen(const std::vector<int>& bad) {
  std::vector<SeriesCheck> checks;
  for (int i = 0; i < 10; ++i) {
    anomaly::Verdict verdict;
    const bool is_bad = std::ranges::find(bad, i) != bad.end();
    verdict.state = is_bad ? anomaly::State::kFiring : anomaly::State::kOk;
    verdict.severity = is_bad ? anomaly::Severity::kHigh : anomaly::Severity::kNone;
    verdict.observed = i;
    verdict.lower = 10;
    verdict.upper = 20;
    verdict.score = is_bad ? 0.5 + 0.01 * i : 0.1;
    checks.push_back({{{"zone", "eu"}, {"pod", std::to_string(i)}}, verdict});
  }
  return checks;
}

struct World {
  WatchConfig watch = Watch();
  Episodes episodes;
  Storm storm;

  std::vector<Alert> Step(int minutes, const std::vector<int>& bad) {
    const auto checks = Seen(bad);
    auto alerts = Advance(watch, checks, At(minutes), episodes);
    GatherStorm(watch, checks, At(minutes), episodes, storm, alerts);
    return alerts;
  }
};

TEST(Storm, AFewAreToldOneByOne) {
  World world;
  const auto alerts = world.Step(0, {1, 2});
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_FALSE(alerts[0].labels.Has("promwarden_storm"));
}

TEST(Storm, ManyAreToldAsOneThatNamesTheWorst) {
  World world;
  auto alerts = world.Step(0, {1, 2, 3, 4, 5, 6, 7});
  ASSERT_EQ(alerts.size(), 1U);
  const Alert first = alerts[0];
  EXPECT_EQ(first.labels.Get("promwarden_storm"), "true");
  EXPECT_EQ(first.labels.Get("alertname"), "Rate");
  EXPECT_EQ(first.labels.Get("zone"), "eu") << "what all share";
  EXPECT_FALSE(first.labels.Has("pod"));
  EXPECT_EQ(first.severity(), "warning");
  EXPECT_EQ(first.annotations.Get("summary"), "7 of 10 series of Rate are unusual at once");
  EXPECT_EQ(first.annotations.Get("description"),
            "The most unusual:\n{pod=\"7\",zone=\"eu\"} is 7, expected 10 to 20\n"
            "{pod=\"6\",zone=\"eu\"} is 6, expected 10 to 20\n"
            "{pod=\"5\",zone=\"eu\"} is 5, expected 10 to 20\n"
            "{pod=\"4\",zone=\"eu\"} is 4, expected 10 to 20\n"
            "{pod=\"3\",zone=\"eu\"} is 3, expected 10 to 20");
  alerts = world.Step(5, {1, 2, 3});
  EXPECT_EQ(alerts.back().fingerprint, first.fingerprint);
  EXPECT_EQ(alerts.back().starts_at, first.starts_at);
  alerts = world.Step(10, {});
  EXPECT_EQ(alerts.back().status, AlertStatus::kResolved);
  EXPECT_EQ(alerts.back().fingerprint, first.fingerprint);
  EXPECT_FALSE(world.storm.rages());
}

TEST(SeriesText, QuotesWhatStandsInLabels) {
  EXPECT_EQ(SeriesText({{"a", "x\"y\\\n"}, {"b", ""}}), R"(a="x\"y\\\n",b="")");
}

TEST(Storm, TheHourCountsAndNotOnlyTheStep) {
  World world;
  EXPECT_EQ(world.Step(0, {1, 2}).size(), 2U);
  const auto alerts = world.Step(30, {1, 2, 3});
  ASSERT_EQ(alerts.size(), 3U) << "two go on, the third is in the storm";
  EXPECT_TRUE(alerts.back().labels.Has("promwarden_storm"));
  World later;
  EXPECT_EQ(later.Step(0, {1, 2}).size(), 2U);
  EXPECT_FALSE(later.Step(60, {1, 2, 3}).back().labels.Has("promwarden_storm"));
}

TEST(Storm, SurvivesTheStore) {
  World world;
  world.Step(0, {1, 2, 3});
  const Episodes again = DecodeEpisodes(EncodeEpisodes(world.episodes));
  ASSERT_EQ(again.size(), 3U);
  for (const auto& [series, episode] : again) EXPECT_TRUE(episode.in_storm);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/watch/episode.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

Instant At(int minutes) {
  return Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} +
         std::chrono::minutes{minutes};
}

const promql::LabelSet kShop{{"service", "shop"}};

WatchConfig Watch() {
  WatchConfig watch;
  watch.name = "RequestRate";
  watch.query = "rate(x[5m])";
  return watch;
}

std::vector<SeriesCheck> Seen(anomaly::State state,
                              anomaly::Severity severity = anomaly::Severity::kHigh) {
  anomaly::Verdict verdict;
  verdict.state = state;
  verdict.severity = state == anomaly::State::kFiring ? severity : anomaly::Severity::kNone;
  verdict.observed = 9;
  verdict.expected = 2;
  verdict.lower = 1;
  verdict.upper = 3;
  verdict.deviation = 7;
  return {{kShop, verdict}};
}

constexpr auto kBad = anomaly::State::kFiring;
constexpr auto kOk = anomaly::State::kOk;

TEST(Episode, FiresOnceAndEndsWhenNormal) {
  const auto watch = Watch();
  Episodes episodes;
  auto alerts = Advance(watch, Seen(kBad), At(0), episodes);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].name(), "RequestRate");
  EXPECT_EQ(alerts[0].severity(), "warning");
  EXPECT_EQ(alerts[0].labels.Get("service"), "shop");
  EXPECT_EQ(alerts[0].annotations.Get("summary"), "RequestRate is unusual: 9, expected 1 to 3");
  const auto fingerprint = alerts[0].fingerprint;
  alerts = Advance(watch, Seen(kBad, anomaly::Severity::kCritical), At(5), episodes);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].fingerprint, fingerprint) << "a rising severity is the same alert";
  EXPECT_EQ(alerts[0].starts_at, At(0));
  alerts = Advance(watch, Seen(kOk), At(10), episodes);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].status, AlertStatus::kResolved);
  EXPECT_EQ(alerts[0].fingerprint, fingerprint);
  EXPECT_EQ(alerts[0].ends_at, At(10));
  EXPECT_TRUE(Advance(watch, Seen(kOk), At(15), episodes).empty());
}

TEST(Episode, WaitsForAsManyChecksAsAsked) {
  auto watch = Watch();
  watch.fire_after = 2;
  watch.resolve_after = 2;
  Episodes episodes;
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(0), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kOk), At(1), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(2), episodes).empty());
  EXPECT_EQ(Advance(watch, Seen(kBad), At(3), episodes).size(), 1U);
  EXPECT_TRUE(Advance(watch, Seen(kOk), At(4), episodes).empty());
  EXPECT_EQ(Advance(watch, Seen(kOk), At(5), episodes).at(0).status, AlertStatus::kResolved);
}

TEST(Episode, WaitsForAsLongAsAsked) {
  auto watch = Watch();
  watch.pending_for = std::chrono::minutes(10);
  Episodes episodes;
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(0), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(5), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kOk), At(8), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(10), episodes).empty());
  EXPECT_TRUE(Advance(watch, Seen(kBad), At(19), episodes).empty());
  EXPECT_EQ(Advance(watch, Seen(kBad), At(20), episodes).size(), 1U);
}

TEST(Episode, AGapEndsNothing) {
  const auto watch = Watch();
  Episodes episodes;
  ASSERT_EQ(Advance(watch, Seen(kBad), At(0), episodes).size(), 1U);
  EXPECT_TRUE(Advance(watch, Seen(anomaly::State::kGap), At(5), episodes).empty());
  EXPECT_TRUE(episodes.at(kShop).fires);
}

TEST(Episode, ASeriesThatVanishesEnds) {
  const auto watch = Watch();
  Episodes episodes;
  ASSERT_EQ(Advance(watch, Seen(kBad), At(0), episodes).size(), 1U);
  const auto alerts = Advance(watch, {}, At(5), episodes);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].status, AlertStatus::kResolved);
  EXPECT_TRUE(episodes.empty());
}

TEST(Episode, AnUnmappedSeverityIsNoAlert) {
  const auto watch = Watch();
  Episodes episodes;
  EXPECT_TRUE(Advance(watch, Seen(kBad, anomaly::Severity::kLow), At(0), episodes).empty());
}

TEST(Episode, ComesBackFromTheStore) {
  const auto watch = Watch();
  Episodes episodes;
  ASSERT_EQ(Advance(watch, Seen(kBad), At(0), episodes).size(), 1U);
  auto again = DecodeEpisodes("nonsense\n" + EncodeEpisodes(episodes) + "7\t{}\n");
  ASSERT_EQ(again.size(), 1U);
  const auto alerts = Advance(watch, Seen(kOk), At(5), again);
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].starts_at, At(0));
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "server/watch/watch.h"
#include "tests/unit/server/watch/watch_world.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr auto kStep = 5min;

// The usual load of one series, and 400 more from `from` on until `until`.
void Serve(WatchWorld& world, Instant from, Instant until,
           const std::string& labels = R"(job="a")") {
  world.prometheus.series["q"][labels] = [from, until](Instant at) {
    return Load(at) + (at >= from && at < until ? 400 : 0);
  };
}

void RunFrom(WatchWorld& world, Instant from, int steps) {
  for (int i = 0; i < steps; ++i) world.RunAt(from + kStep * i);
}

TEST(WatchTask, ReadsTheHistoryOnceAndThenOnlyWhatIsNew) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  world.RunAt(kMonday);
  ASSERT_FALSE(world.prometheus.asked().empty());
  EXPECT_EQ(world.prometheus.asked().at(1).start, kMonday - 7 * 24h + kStep);
  world.prometheus.ForgetAsked();
  world.RunAt(kMonday + kStep);
  world.RunAt(kMonday + 3 * kStep);
  world.RunAt(kMonday + 3 * kStep);  // nothing new
  const auto asked = world.prometheus.asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].start, kMonday + kStep);
  EXPECT_EQ(asked[0].end, kMonday + kStep);
  EXPECT_EQ(asked[1].start, kMonday + 2 * kStep);
  EXPECT_EQ(asked[1].end, kMonday + 3 * kStep);
  const auto report = world.task().report();
  EXPECT_EQ(report->state, WatchState::kOk);
  ASSERT_EQ(report->series.size(), 1U);
  EXPECT_EQ(report->series[0].verdict.at, kMonday + 3 * kStep);
  EXPECT_EQ(report->points, 2016U + 3);
}

TEST(WatchTask, AnIncidentIsOneAlertThatEnds) {
  WatchWorld world;
  Serve(world, kMonday + 10 * kStep, kMonday + 16 * kStep);
  RunFrom(world, kMonday, 10);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  RunFrom(world, kMonday + 10 * kStep, 3);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  EXPECT_EQ(world.task().report()->state, WatchState::kFiring);
  RunFrom(world, kMonday + 13 * kStep, 20);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  ASSERT_EQ(world.Incidents().size(), 1U);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
  const auto anomalies = world.task().report()->anomalies;
  ASSERT_FALSE(anomalies.empty());
  EXPECT_EQ(anomalies[0].started_at, kMonday + 10 * kStep);
  EXPECT_TRUE(anomalies[0].ended_at);
  EXPECT_GT(anomalies[0].peak.observed, 400);
}

TEST(WatchTask, GoesOnAfterARestartWithoutReadingTheHistoryAgain) {
  WatchWorld world;
  Serve(world, kMonday + 10 * kStep, kMonday + 30 * kStep);
  RunFrom(world, kMonday, 13);
  const auto before = world.task().report()->series.at(0).verdict;
  world.Restart();
  world.prometheus.ForgetAsked();
  RunFrom(world, kMonday + 13 * kStep, 3);
  ASSERT_EQ(world.prometheus.asked().size(), 3U);
  EXPECT_EQ(world.prometheus.asked()[0].start, kMonday + 13 * kStep);
  EXPECT_EQ(world.Incidents().size(), 1U);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  EXPECT_EQ(before.detector, world.task().report()->series.at(0).verdict.detector);
  ASSERT_FALSE(world.task().report()->anomalies.empty());
  EXPECT_EQ(world.task().report()->anomalies[0].started_at, kMonday + 10 * kStep);
}

// The last state in the store is from before the incident, which has been told and ended since.
TEST(WatchTask, AKilledProcessRaisesNothingTwice) {
  WatchWorld world;
  Serve(world, kMonday + 3 * kStep, kMonday + 5 * kStep);
  RunFrom(world, kMonday, 2);
  world.task().Save();
  world.KeepStates();
  RunFrom(world, kMonday + 2 * kStep, 18);
  ASSERT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
  const auto told = world.Incidents().at(0).incident.members.size();
  world.BringStatesBack();
  world.Restart(false);
  world.prometheus.ForgetAsked();
  RunFrom(world, kMonday + 20 * kStep, 5);
  EXPECT_EQ(world.prometheus.asked().at(0).start, kMonday + 2 * kStep);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
  EXPECT_EQ(world.Incidents().at(0).incident.members.size(), told);
}

TEST(WatchTask, WhatTheStoreHoldsIsNotTrusted) {
  for (const std::string name : {"watch-state/w", "watch-state/w/1/0"}) {
    for (const std::string garbage : {"", "garbage", "states 1 0 1 0 0"}) {
      WatchWorld world;
      Serve(world, Instant::max(), Instant::max());
      RunFrom(world, kMonday, 2);
      world.Restart();
      ASSERT_TRUE(world.writer().Run(
          [&](Transaction& transaction) { return transaction.PutBlob(name, garbage); }));
      world.prometheus.ForgetAsked();
      RunFrom(world, kMonday + 2 * kStep, 1);
      EXPECT_GT(world.prometheus.asked().size(), 1U) << name << ": " << garbage;
      EXPECT_EQ(world.task().report()->state, WatchState::kOk);
    }
  }
}

TEST(WatchTask, AnotherQueryForgetsWhatTheOldOneTaught) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  RunFrom(world, kMonday, 2);
  world.Restart();
  world.watch.query = "other";
  world.prometheus.series["other"] = world.prometheus.series["q"];
  world.prometheus.ForgetAsked();
  RunFrom(world, kMonday + 2 * kStep, 1);
  EXPECT_EQ(world.prometheus.asked().at(1).start, kMonday + 2 * kStep - 7 * 24h + kStep);
}

TEST(WatchTask, AnIncidentThatBeganAndEndedWhileNobodyRanIsNoAlert) {
  WatchWorld world;
  Serve(world, kMonday + 10 * kStep, kMonday + 14 * kStep);
  RunFrom(world, kMonday, 2);
  world.RunAt(kMonday + 60 * kStep);
  EXPECT_TRUE(world.Incidents().empty());
  ASSERT_FALSE(world.task().report()->anomalies.empty());
  EXPECT_EQ(world.task().report()->anomalies[0].started_at, kMonday + 10 * kStep);
}

TEST(WatchTask, AGapLongerThanTheHistoryBeginsAnew) {
  WatchWorld world;
  world.watch.history = 24h;
  Serve(world, Instant::max(), Instant::max());
  RunFrom(world, kMonday, 2);
  world.prometheus.ForgetAsked();
  world.RunAt(kMonday + 48h);
  EXPECT_EQ(world.prometheus.asked().at(1).start, kMonday + 24h + kStep);
  world.prometheus.ForgetAsked();
  world.RunAt(kMonday + 12h);  // the clock was set back
  EXPECT_EQ(world.prometheus.asked().at(1).start, kMonday - 12h + kStep);
}

TEST(WatchTask, AQueryThatFailsIsSaidAndTriedAgain) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  world.prometheus.fails = 1;
  world.RunAt(kMonday);
  EXPECT_EQ(world.task().report()->state, WatchState::kFailing);
  EXPECT_FALSE(world.task().report()->error.empty());
  world.prometheus.fails = 0;
  world.RunAt(kMonday + kStep);
  EXPECT_EQ(world.task().report()->state, WatchState::kOk);
  world.prometheus.fails = 1;
  world.RunAt(kMonday + 2 * kStep);
  EXPECT_EQ(world.task().report()->series.size(), 1U) << "those of before";
  world.RunAt(kMonday + 3 * kStep);
  EXPECT_EQ(world.task().report()->points, 2016U + 2) << "nothing is lost";
}

TEST(WatchTask, NoSeriesIsAStateAndNotAnError) {
  WatchWorld world;
  world.RunAt(kMonday);
  EXPECT_EQ(world.task().report()->state, WatchState::kLearning);
  Serve(world, Instant::max(), Instant::max());
  world.RunAt(kMonday + kStep);
  EXPECT_EQ(world.task().report()->state, WatchState::kOk);
}

TEST(WatchTask, MoreSeriesThanAllowedAreLeftOutInOrderOfLabels) {
  WatchWorld world;
  world.watch.max_series = 2;
  for (const char* job : {"d", "b", "c"})
    Serve(world, Instant::max(), Instant::max(), "job=\"" + std::string(job) + "\"");
  RunFrom(world, kMonday, 2);
  Serve(world, Instant::max(), Instant::max(), R"(job="a")");
  world.RunAt(kMonday + 2 * kStep);
  const auto report = world.task().report();
  ASSERT_EQ(report->series.size(), 2U);
  EXPECT_EQ(report->series[0].labels.Get("job"), "b");
  EXPECT_EQ(report->series[1].labels.Get("job"), "c");
  EXPECT_EQ(report->left_out, 2U);
  EXPECT_EQ(report->skipped[Skipped::kTooMany], 1U + 1 + 2);
}

TEST(WatchTask, AnAlertOfASeriesThatIsGoneEnds) {
  WatchWorld world;
  world.prometheus.series["q"][R"(job="a")"] = [](Instant at) {
    return at >= kMonday + 6 * kStep ? kNone : Load(at) + (at >= kMonday + 3 * kStep ? 400 : 0);
  };
  Serve(world, Instant::max(), Instant::max(), R"(job="b")");
  RunFrom(world, kMonday, 6);
  ASSERT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  RunFrom(world, kMonday + 6 * kStep, 2);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U) << "a short gap says nothing";
  RunFrom(world, kMonday + 8 * kStep, 4);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
  EXPECT_EQ(world.task().report()->series.size(), 1U);
}

TEST(WatchTask, ALostAnswerOfIntakeIsToldAtTheNextTurn) {
  WatchWorld world;
  Serve(world, kMonday + 2 * kStep, kMonday + 20 * kStep);
  RunFrom(world, kMonday, 2);
  world.StopIntake();
  RunFrom(world, kMonday + 2 * kStep, 2);
  world.Restart(true);  // what was not told is not taken as seen
  RunFrom(world, kMonday + 4 * kStep, 1);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
}

TEST(WatchTask, ClassicDetectorsReadTheWholeHistory) {
  WatchWorld world;
  world.watch.detector.kind = DetectorKind::kZscore;
  Serve(world, kMonday + kStep, kMonday + 2 * kStep);
  RunFrom(world, kMonday, 2);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  EXPECT_GE(world.prometheus.asked().back().end - world.prometheus.asked().back().start, 7 * 24h);
  RunFrom(world, kMonday + 2 * kStep, 1);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
}

TEST(NextTurn, ComesShortlyAfterAStepAndNotForAllAtOnce) {
  WatchConfig watch;
  std::map<Duration, int> spread;
  for (int i = 0; i < 50; ++i) {
    watch.name = "w" + std::to_string(i);
    const Instant next = NextTurn(watch, kMonday + 90s);
    EXPECT_GT(next, kMonday + 90s);
    EXPECT_LE(next, kMonday + 5min + 60s);
    EXPECT_GE(next, kMonday + 5min + 30s);
    EXPECT_EQ(NextTurn(watch, next), next + 5min);
    ++spread[next - kMonday];
  }
  EXPECT_GT(spread.size(), 20U);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "server/anomaly/number_text.h"
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

TEST(WatchTask, SaysThatItsQueryReturnsNoSeries) {
  for (const auto kind : {DetectorKind::kAuto, DetectorKind::kZscore}) {
    WatchWorld world;
    world.watch.detector.kind = kind;
    world.RunAt(kMonday);
    const auto warnings = world.task().report()->warnings;
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0], "the query returns no series");
  }
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
  for (const std::string name : {"watch-state/w", "watch-chunk/1/0/w"}) {
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

TEST(WatchTask, OpenAlertsThatCannotBeReadAreNotForgotten) {
  WatchWorld world;
  Serve(world, kMonday + 2 * kStep, kMonday + 6 * kStep);
  RunFrom(world, kMonday, 5);
  ASSERT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  world.store().is_unreadable = true;
  world.Restart();
  RunFrom(world, kMonday + 5 * kStep, 1);
  EXPECT_EQ(world.task().report()->state, WatchState::kFailing);
  EXPECT_EQ(world.task().report()->error, "its open alerts: disk failing");
  EXPECT_FALSE(world.task().End());
  world.store().is_unreadable = false;
  RunFrom(world, kMonday + 6 * kStep, 20);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
}

TEST(WatchTask, LeavesNoChunksBehindWhateverItsHeadSays) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  const auto put = [&](const std::string& name) {
    ASSERT_TRUE(world.writer().Run(
        [&](Transaction& transaction) { return transaction.PutBlob(name, "garbage"); }));
  };
  const auto chunks = [&] { return *world.store().BlobNames("watch-chunk/"); };
  put("watch-chunk/1/7/w");
  put("watch-chunk/0/0/other/w");
  RunFrom(world, kMonday, 2);
  world.task().Save();
  EXPECT_EQ(chunks(), (std::vector<std::string>{"watch-chunk/0/0/other/w", "watch-chunk/1/0/w"}));
  put("watch-state/w");
  EXPECT_TRUE(world.task().End());
  EXPECT_EQ(chunks(), std::vector<std::string>{"watch-chunk/0/0/other/w"});
  EXPECT_TRUE(world.store().BlobNames("watch-state/")->empty());
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

TEST(WatchTask, AHistoryThatIsReadAgainTellsNoAnomalyTwice) {
  WatchWorld world;
  Serve(world, kMonday + 3 * kStep, kMonday + 6 * kStep);
  RunFrom(world, kMonday, 30);
  ASSERT_EQ(world.task().report()->anomalies.size(), 1U);
  world.RunAt(kMonday + 10 * kStep);  // the clock was set back
  ASSERT_EQ(world.task().report()->anomalies.size(), 1U);
  EXPECT_EQ(world.task().report()->anomalies[0].started_at, kMonday + 3 * kStep);
}

TEST(WatchTask, AHistoryThatIsReadInTwoTriesTellsNoAnomalyTwice) {
  std::vector<AnomalyRecord> found[2];
  for (const bool fails : {false, true}) {
    WatchWorld world;
    world.watch.history = 60 * 24h;  // more steps than one query may ask for
    Serve(world, kMonday - 40 * 24h, kMonday - 40 * 24h + 3 * kStep);
    const auto usual = world.prometheus.series["q"][R"(job="a")"];
    bool is_wanted = fails;
    world.prometheus.series["q"][R"(job="a")"] = [&](Instant at) {
      // The next part of the history is refused once.
      if (at > kMonday - 40 * 24h + 6 * kStep && at < kMonday && std::exchange(is_wanted, false))
        world.prometheus.fails = 1;
      return usual(at);
    };
    world.RunAt(kMonday);
    ASSERT_EQ(world.task().report()->state == WatchState::kFailing, fails);
    if (fails) world.RunAt(kMonday);
    ASSERT_EQ(world.task().report()->state, WatchState::kOk);
    found[fails ? 1 : 0] = world.task().report()->anomalies;
  }
  ASSERT_FALSE(found[0].empty());
  EXPECT_TRUE(std::ranges::equal(found[0], found[1], {}, &AnomalyRecord::started_at,
                                 &AnomalyRecord::started_at));
}

TEST(WatchTask, AnotherQueryForgetsTheAnomaliesOfTheOldOne) {
  WatchWorld world;
  Serve(world, kMonday + 3 * kStep, kMonday + 6 * kStep);
  RunFrom(world, kMonday, 20);
  ASSERT_FALSE(world.task().report()->anomalies.empty());
  world.watch.query = "other";
  world.prometheus.series["other"][R"(job="a")"] = [](Instant at) { return Load(at); };
  RunFrom(world, kMonday + 20 * kStep, 1);
  EXPECT_TRUE(world.task().report()->anomalies.empty());
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

std::string Job(int i) { return "job=\"" + std::to_string(100'000 + i) + '"'; }

// More than the client takes of an answer when nobody says how many are wanted.
TEST(WatchTask, MaxSeriesMayBeAboveTheClientsOwnLimit) {
  WatchWorld world;
  world.watch.history = 2 * kStep;
  world.watch.max_series = 20'003;
  for (int i = 0; i < 20'005; ++i) world.prometheus.series["q"][Job(i)] = [](Instant) { return 1; };
  RunFrom(world, kMonday, 1);
  EXPECT_EQ(world.task().report()->error, "");
  EXPECT_EQ(world.task().report()->series.size(), 20'003U);
  EXPECT_EQ(world.task().report()->left_out, 2U);
}

TEST(WatchTask, AHistoryIsReadInPartsThatCountWhatIsLeftOut) {
  WatchWorld world;
  world.watch.history = 250 * kStep;
  world.watch.max_series = 1;
  for (int i = 0; i < 20'000; ++i)
    world.prometheus.series["q"][Job(i)] = [i](Instant at) {
      return i == 0 || at == kMonday ? 1 : kNone;
    };
  RunFrom(world, kMonday, 1);
  EXPECT_EQ(world.task().report()->left_out, 19'999U);
  for (const auto& range : world.prometheus.asked())
    EXPECT_LE(range.end - range.start, 99 * kStep) << "a hundred steps are two million samples";
}

TEST(WatchTask, ASeriesThatIsGoneMakesRoomForOneThatWasLeftOut) {
  WatchWorld world;
  world.watch.max_series = 1;
  world.watch.history = 60 * kStep;
  world.prometheus.series["q"][R"(job="b")"] = [](Instant at) {
    return at < kMonday + kStep ? Load(at) : kNone;
  };
  Serve(world, Instant::max(), Instant::max(), R"(job="c")");
  RunFrom(world, kMonday, 1);
  EXPECT_EQ(world.task().report()->series.at(0).labels.Get("job"), "b");
  RunFrom(world, kMonday + kStep, 63);
  ASSERT_EQ(world.task().report()->series.size(), 1U);
  EXPECT_EQ(world.task().report()->series[0].labels.Get("job"), "c");
  EXPECT_EQ(world.task().report()->left_out, 0U);
}

TEST(WatchTask, KnowsItsSeriesByTheirLabelsWithoutTheMetricsName) {
  WatchWorld world;
  world.watch.max_series = 2;
  Serve(world, Instant::max(), Instant::max(), R"(__name__="m",job="b")");
  Serve(world, Instant::max(), Instant::max(), R"(__name__="m",job="c")");
  RunFrom(world, kMonday, 1);
  Serve(world, Instant::max(), Instant::max(), R"(__name__="m",job="a")");
  RunFrom(world, kMonday + kStep, 2);
  const auto report = world.task().report();
  ASSERT_EQ(report->series.size(), 2U);
  EXPECT_EQ(report->series[0].labels, (promql::LabelSet{{"job", "b"}}));
  EXPECT_EQ(report->series[0].verdict.at, kMonday + 2 * kStep);
  EXPECT_EQ(report->left_out, 1U);
}

TEST(WatchTask, AMaintenanceQueryWithTooManySeriesJudgesNothing) {
  WatchWorld world;
  world.watch.history = 2 * kStep;
  world.watch.maintenance = "deploys";
  Serve(world, Instant::max(), Instant::max());
  for (int i = 0; i < 20'001; ++i)
    world.prometheus.series["deploys"][Job(i)] = [](Instant) { return 0; };
  RunFrom(world, kMonday, 1);
  EXPECT_EQ(world.task().report()->error, "maintenance: more than 20000 series");
  EXPECT_TRUE(world.task().report()->series.empty());
}

TEST(WatchTask, WritesItsStatesOnceInAQuarterOfAnHourAndAtTheEnd) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  const auto written = [&] { return world.store().FindBlob("watch-state/w")->value_or(""); };
  RunFrom(world, kMonday, 1);
  const std::string first = written();
  ASSERT_NE(first, "");
  RunFrom(world, kMonday + kStep, 2);
  EXPECT_EQ(written(), first);
  RunFrom(world, kMonday + 3 * kStep, 1);
  const std::string second = written();
  EXPECT_NE(second, first);
  RunFrom(world, kMonday + 4 * kStep, 1);
  EXPECT_EQ(written(), second);
  world.task().Save();
  EXPECT_NE(written(), second);
}

TEST(WatchTask, ARunWithoutANewStepKeepsWhatIsKnownOfTheSeries) {
  WatchWorld world;
  Serve(world, Instant::max(), Instant::max());
  RunFrom(world, kMonday, 2);
  const auto before = world.task().report()->series.at(0).verdict;
  world.RunAt(kMonday + kStep);
  ASSERT_EQ(world.task().report()->series.size(), 1U);
  EXPECT_EQ(world.task().report()->series[0].verdict.at, before.at);
  EXPECT_EQ(world.task().report()->state, WatchState::kOk);
}

TEST(WatchTask, ManySeriesAtOnceAreOneAlertAlsoAfterARestart) {
  WatchWorld world;
  world.watch.max_alerts_per_hour = 3;
  for (int i = 0; i < 8; ++i) {
    const std::string labels = R"(env="prod",job="j)" + std::to_string(i) + '"';
    Serve(world, kMonday + (i < 2 ? 2 : 4) * kStep, kMonday + 12 * kStep, labels);
  }
  RunFrom(world, kMonday, 4);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 2U) << "two are told by themselves";
  RunFrom(world, kMonday + 4 * kStep, 3);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 3U);
  world.Restart();
  RunFrom(world, kMonday + 7 * kStep, 1);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 3U);
  RunFrom(world, kMonday + 8 * kStep, 20);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 3U);
}

TEST(WatchTask, MaintenanceIsNeitherJudgedNorLearned) {
  for (const auto kind : {DetectorKind::kAuto, DetectorKind::kZscore}) {
    WatchWorld world;
    world.watch.detector.kind = kind;
    world.watch.maintenance = "m";
    Serve(world, kMonday + 2 * kStep, kMonday + 4 * kStep);
    Serve(world, kMonday + 2 * kStep, kMonday + 4 * kStep, R"(job="b")");
    world.prometheus.series["m"][R"(job="a",version="7")"] = [](Instant at) {
      return at >= kMonday + 2 * kStep && at < kMonday + 5 * kStep ? 1.0 : 0.0;
    };
    RunFrom(world, kMonday, 4);
    ASSERT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
    EXPECT_EQ(world.Incidents().at(0).alerts.at(0).alert.labels.Get("job"), "b");
    if (kind == DetectorKind::kAuto) {
      EXPECT_EQ(world.task().report()->skipped[Skipped::kMaintenance], 2U);
    }
  }
}

TEST(WatchTask, AMaintenanceQueryThatFailsJudgesNothing) {
  WatchWorld world;
  world.watch.maintenance = "m";
  Serve(world, kMonday + kStep, Instant::max());
  RunFrom(world, kMonday, 1);
  world.prometheus.refused = "m";
  RunFrom(world, kMonday + kStep, 1);
  EXPECT_EQ(world.task().report()->state, WatchState::kFailing);
  EXPECT_TRUE(world.task().report()->error.starts_with("maintenance: "));
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
}

TEST(WatchTask, ASeriesThatAppearsBeginsLikeTheOthers) {
  WatchWorld world;
  for (const char* job : {"a", "b", "c"})
    Serve(world, Instant::max(), Instant::max(), "job=\"" + std::string(job) + '"');
  RunFrom(world, kMonday, 2);
  world.prometheus.series["q"][R"(job="new")"] = [](Instant at) {
    return at < kMonday + 2 * kStep ? kNone : 3 * Load(at, 2);
  };
  RunFrom(world, kMonday + 2 * kStep, 1);
  ASSERT_EQ(world.task().report()->series.size(), 4U);
  EXPECT_EQ(world.task().report()->series[3].learning_left, 29 * kStep);
  RunFrom(world, kMonday + 3 * kStep, 30);
  const auto series = world.task().report()->series[3];
  EXPECT_EQ(series.verdict.state, anomaly::State::kOk);
  EXPECT_EQ(series.learning_left, Duration{0});
  EXPECT_NEAR(series.verdict.expected, 3 * Load(kMonday + 32 * kStep), 20);
  EXPECT_TRUE(world.Incidents().empty());
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

// Costs double for an hour, then go on.
void ServeCosts(WatchWorld& world, double factor) {
  world.watch.detector.domain = &kDomainCheckNames[0];
  world.watch.detector.min_points = DomainPoints(world.watch.step);
  world.watch.history = kDomainHistory;
  world.prometheus.series["q"][R"(team="a")"] = [factor](Instant at) {
    return at >= kMonday + kStep && at < kMonday + 13 * kStep ? factor * 100 : 100;
  };
}

TEST(WatchTask, ADomainCheckRaisesOnceWithTheSeverityOfItsLimit) {
  struct Case {
    double factor;
    std::string severity;
    std::string limit;
  };
  for (const Case& c : {Case{1.2, "", ""}, Case{1.3, "info", "1.25"}, Case{1.62, "warning", "1.5"},
                        Case{2.5, "critical", "2"}}) {
    WatchWorld world;
    world.watch.severity.medium = "info";
    ServeCosts(world, c.factor);
    RunFrom(world, kMonday, 4);
    world.Restart();
    RunFrom(world, kMonday + 4 * kStep, 4);
    ASSERT_EQ(world.Alerts(AlertStatus::kFiring), c.severity.empty() ? 0U : 1U) << c.factor;
    EXPECT_EQ(world.task().report()->series.at(0).verdict.check, "cost_increase");
    if (c.severity.empty()) continue;
    const auto alert = world.Incidents().at(0).alerts.at(0).alert;
    EXPECT_EQ(alert.severity(), c.severity);
    EXPECT_EQ(alert.annotations.Get("summary"),
              "w is unusual: " + anomaly::Number(100 * c.factor) + ", expected at most 125");
    EXPECT_EQ(alert.annotations.Get("description"),
              anomaly::Number(100 * c.factor) + " is " + anomaly::Number(c.factor) +
                  " times what is normal here (100), limit " + c.limit);
    RunFrom(world, kMonday + 13 * kStep, 2);
    EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
  }
}

TEST(WatchTask, ADomainCheckKeepsNothingOfAnotherDetector) {
  WatchWorld world;
  ServeCosts(world, 2);
  const DetectorConfig checks = world.watch.detector;
  world.watch.detector = {};  // auto, which keeps a state
  RunFrom(world, kMonday - 2 * kStep, 2);
  world.Restart();
  world.watch.detector = checks;
  RunFrom(world, kMonday, 2);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  world.Restart();
  world.watch.detector.domain = &kDomainCheckNames[2];  // drop
  RunFrom(world, kMonday + 2 * kStep, 1);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  EXPECT_EQ(world.task().report()->series.at(0).verdict.state, anomaly::State::kOk);
}

TEST(WatchTask, AForecastFiresBeforeTheThresholdIsReachedAndEndsWhenItIsClear) {
  WatchWorld world;
  world.watch.kind = WatchKind::kForecast;
  world.watch.threshold = 90;
  world.watch.horizon = 6h;
  // One per cent an hour, until somebody makes room.
  world.prometheus.series["q"][R"(disk="a")"] = [](Instant at) {
    const double hours = std::chrono::duration<double, std::ratio<3600>>(at - kMonday).count();
    return at >= kMonday + 20h ? 20 + Load(at) / 1000 : 70 + hours;
  };
  world.prometheus.series["q"][R"(disk="b")"] = [](Instant at) { return 50 + Load(at) / 1000; };
  world.watch.history = 48h;
  world.RunAt(kMonday);
  EXPECT_EQ(world.task().report()->state, WatchState::kOk) << "twenty hours are left";
  world.RunAt(kMonday + 16h);
  ASSERT_EQ(world.Alerts(AlertStatus::kFiring), 1U);
  const auto alert = world.Incidents().at(0).alerts.at(0).alert;
  EXPECT_EQ(alert.labels.Get("disk"), "a");
  EXPECT_EQ(alert.annotations.Get("summary").substr(0, 20), "w: it reaches 90 in ");
  world.RunAt(kMonday + 20h);
  world.RunAt(kMonday + 21h);
  world.RunAt(kMonday + 26h);
  EXPECT_EQ(world.Alerts(AlertStatus::kFiring), 0U);
  EXPECT_EQ(world.Alerts(AlertStatus::kResolved), 1U);
}

TEST(WatchTask, AlertsMayBeRaisedInAlertmanager) {
  WatchWorld world;
  world.watch.raise_in = RaiseIn::kAlertmanager;
  Serve(world, kMonday + 2 * kStep, kMonday + 5 * kStep);
  RunFrom(world, kMonday, 2);
  EXPECT_TRUE(world.posted.empty());
  world.alertmanager_is_up = false;
  RunFrom(world, kMonday + 2 * kStep, 1);
  world.alertmanager_is_up = true;
  RunFrom(world, kMonday + 3 * kStep, 1);
  ASSERT_EQ(world.posted.size(), 1U);
  EXPECT_NE(world.posted[0].find(R"("labels":{"alertname":"w","job":"a")"), std::string::npos)
      << world.posted[0];
  EXPECT_NE(world.posted[0].find(R"("startsAt":"2026-03-02T00:10:00Z","endsAt":"2026-03-02T00:35)"),
            std::string::npos)
      << world.posted[0];
  RunFrom(world, kMonday + 4 * kStep, 20);
  EXPECT_NE(world.posted.back().find(R"("endsAt":"2026-03-02T00:)"), std::string::npos);
  const auto told = world.posted.size();
  RunFrom(world, kMonday + 24 * kStep, 2);
  EXPECT_EQ(world.posted.size(), told);
  EXPECT_TRUE(world.Incidents().empty()) << "they come back by webhook";
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

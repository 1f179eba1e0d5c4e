// SPDX-License-Identifier: Apache-2.0
#include "server/triage/triage.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "triage_fixture.h"

namespace warden {
namespace {

using Lines = std::vector<std::string>;

promql::Matcher Equal(const char* name, const char* value) {
  return *promql::Matcher::Make(name, promql::MatchOp::kEqual, value);
}

const promql::LabelSet kHot{{"alertname", "Hot"}, {"instance", "a"}};
const promql::LabelSet kHotB{{"alertname", "Hot"}, {"instance", "b"}};
const promql::LabelSet kDown{{"alertname", "Down"}, {"instance", "a"}};

TEST(Triage, TellsOfANewIncidentAfterGroupWait) {
  Desk desk;
  desk.Send(0, Webhook({Firing(kHot)}));
  desk.Wait(9);
  EXPECT_EQ(desk.said(), Lines{});
  desk.Wait(10);
  EXPECT_EQ(desk.said(), Lines{"10 first notification: 1 firing, 0 resolved, 0 muted"});
}

TEST(Triage, DoesNotWaitForAnAlertThatIsOlderThanGroupWait) {
  Desk desk;
  desk.Send(30, Webhook({Firing(kHot, 0)}));
  EXPECT_EQ(desk.said(), Lines{"30 first notification: 1 firing, 0 resolved, 0 muted"});
}

TEST(Triage, TellsNobodyOfAnAlertThatEndsWithinGroupWait) {
  Desk desk;
  desk.Send(0, Webhook({Firing(kHot)}));
  desk.Send(5, Webhook({Resolved(kHot, 0, 5)}));
  desk.Wait(10);
  EXPECT_EQ(desk.said(), Lines{});
  EXPECT_EQ(desk.changes().closed.size(), 1U);
  EXPECT_EQ(desk.timeline().back(), "closed: over before anyone was told");
}

TEST(Triage, SaysOnceThatEverythingIsOver) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(30, Webhook({Resolved(kHot, 0, 30)}));
  desk.Wait(79);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Wait(80);
  EXPECT_EQ(desk.said().back(), "80 all alerts resolved: 0 firing, 1 resolved, 0 muted");
  EXPECT_EQ(desk.changes().closed.size(), 1U);
  desk.Wait(100'000);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, CollectsChangesUntilGroupIntervalHasPassed) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(25, Webhook({Firing(kHot), Firing(kHotB, 25)}));
  desk.Wait(79);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Wait(80);
  EXPECT_EQ(desk.said().back(), "80 new alerts added: 2 firing, 0 resolved, 0 muted");
}

TEST(Triage, IgnoresCopiesByPeersAndRepeats) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  EXPECT_TRUE(desk.Send(21, Webhook({Firing(kHot)}, "http://am-b")).is_duplicate);
  EXPECT_TRUE(desk.Send(22, Webhook({Firing(kHot)})).is_duplicate);
  desk.Wait(1000);
  EXPECT_EQ(desk.said().size(), 1U);
  EXPECT_EQ(desk.timeline().back(),
            "duplicate: the same state was reported by another peer: nothing new to tell");
}

TEST(Triage, ALaggingPeerDoesNotReopen) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}, "http://am-a"));
  desk.Send(30, Webhook({Resolved(kHot, 0, 30)}, "http://am-a"));
  const auto late = desk.Send(33, Webhook({Firing(kHot)}, "http://am-b"));
  EXPECT_EQ(late.stale, 1U);
  desk.Send(35, Webhook({Resolved(kHot, 0, 30)}, "http://am-a"));
  desk.Wait(10'000);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, TheSamePeerReopensTheSameEpisode) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(30, Webhook({Resolved(kHot, 0, 30)}));
  desk.Wait(80);
  EXPECT_EQ(desk.Send(90, Webhook({Firing(kHot)})).firing, 1U);
  desk.Wait(200);
  EXPECT_EQ(desk.said().back(), "90 first notification: 1 firing, 0 resolved, 0 muted");
}

TEST(Triage, AnAlertThatLeavesAndComesBackBetweenTwoTicksIsInvisible) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(30, Webhook({Resolved(kHot, 0, 30)}));
  desk.Send(40, Webhook({Firing(kHot, 40)}));
  desk.Wait(200);
  EXPECT_EQ(desk.said().size(), 1U);
}

TEST(Triage, RepeatsAfterRepeatIntervalWhileItFires) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Wait(3619);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Wait(3620);
  EXPECT_EQ(desk.said().back(), "3620 repeat interval elapsed: 1 firing, 0 resolved, 0 muted");
}

TEST(Triage, TruncatedMessagesCloseNothing) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot), Firing(kHotB)}));
  auto truncated = Webhook({Resolved(kHot, 0, 30)});
  truncated.truncated_alerts = 1;
  truncated.status = AlertStatus::kResolved;
  desk.Send(30, std::move(truncated));
  desk.Wait(80);
  EXPECT_EQ(desk.said().back(), "80 some alerts resolved: 1 firing, 1 resolved, 0 muted");
  EXPECT_TRUE(desk.changes().closed.empty());
}

Config ExpiringConfig(std::chrono::milliseconds after = std::chrono::hours{2}) {
  Config config = PlainConfig();
  config.route.repeat_interval = std::chrono::hours{1000};
  config.intake.expire_after = after;
  return config;
}

constexpr int kExpiry = 7200 + 600;  // two hours and the step in which reports are kept

TEST(Triage, TakesAnAlertThatNobodyReportsAnyMoreAsOver) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Expire(20 + kExpiry - 1);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Expire(20 + kExpiry);
  EXPECT_EQ(desk.said().back(), "7820 all alerts resolved: 0 firing, 1 resolved, 0 muted");
  EXPECT_EQ(desk.changes().closed.size(), 1U);
  EXPECT_EQ(desk.timeline().at(2),
            "expired: Hot{instance=\"a\"} not reported for 2h: taken as over, although nobody "
            "said so");
}

TEST(Triage, AnAlertThatIsRepeatedNeverExpires) {
  Desk desk(ExpiringConfig());
  int at = 20;
  for (; at < 10 * kExpiry; at += 7200) {
    desk.Send(at, Webhook({Firing(kHot)}, at % 2 == 0 ? "http://am-a" : "http://am-b"));
    desk.Expire(at);
    desk.Expire(at + 7199);
  }
  EXPECT_EQ(desk.said().size(), 1U);
}

TEST(Triage, EachReportIsKeptAtMostOnceInAStep) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(30, Webhook({Firing(kHot)}));
  desk.Send(619, Webhook({Firing(kHot)}));
  EXPECT_TRUE(desk.changes().alerts.empty());
  desk.Send(620, Webhook({Firing(kHot)}));
  EXPECT_EQ(desk.changes().alerts.size(), 1U);
}

TEST(Triage, WhatExpiredFiresAgainWhoeverReportsIt) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Expire(20 + kExpiry);
  EXPECT_EQ(desk.Send(20 + kExpiry + 1, Webhook({Firing(kHot)}, "http://am-b")).firing, 1U);
  EXPECT_EQ(desk.said().back(), "7821 first notification: 1 firing, 0 resolved, 0 muted");
}

TEST(Triage, TimeInWhichNobodyCouldReportDoesNotCount) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.triage().ForgiveSilence(At(100'000));
  desk.Expire(103'599);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Expire(103'600);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, TimeThatTheClockLeftOutDoesNotCount) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  Changes changes;
  desk.triage().SkipTime(std::chrono::seconds{100'000}, At(100'030), changes);
  EXPECT_EQ(changes.alerts.size(), 1U);
  desk.Expire(100'020 + kExpiry - 1);
  EXPECT_EQ(desk.said().size(), 1U);
  desk.Expire(100'020 + kExpiry);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, NothingExpiresWhereThatIsSwitchedOffAndNoAlertOfAWatch) {
  Desk off(ExpiringConfig(std::chrono::milliseconds{0}));
  off.Send(20, Webhook({Firing(kHot)}));
  off.Expire(3'000'000);
  EXPECT_EQ(off.said().size(), 1U);

  Desk watched(ExpiringConfig());
  auto message = Webhook({Firing(kHot)});
  message.source = kWatchSource;
  watched.Send(20, std::move(message));
  watched.Expire(1'000'000);
  EXPECT_EQ(watched.said().size(), 1U);
}

TEST(Triage, ASourceMayExpireSoonerThanOthers) {
  Config config = ExpiringConfig();
  IntakeSource source;
  source.name = "default";
  source.expire_after = std::chrono::minutes{40};
  config.intake.sources.push_back(source);
  Desk desk(std::move(config));
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Expire(20 + 3000);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, OthersOfItsIncidentFireOnWhenOneExpires) {
  Desk desk(ExpiringConfig());
  desk.Send(20, Webhook({Firing(kHot), Firing(kHotB)}));
  desk.Send(7000, Webhook({Firing(kHotB)}));
  desk.Expire(20 + kExpiry);
  EXPECT_EQ(desk.said().back(), "7820 some alerts resolved: 1 firing, 1 resolved, 0 muted");
  EXPECT_EQ(desk.triage().NextExpiry(), At(7000 + kExpiry));
}

// Two of several alerts are shown, and both end; others fire on unseen.
Desk PartlyOver() {
  Desk desk;
  auto first = Webhook({Firing(kHot), Firing(kHotB)});
  first.truncated_alerts = 3;
  desk.Send(20, std::move(first));
  auto second = Webhook({Resolved(kHot, 0, 30), Resolved(kHotB, 0, 30)});
  second.truncated_alerts = 3;
  desk.Send(30, std::move(second));
  desk.Wait(80);
  return desk;
}

TEST(Triage, WhatTheSenderLeftOutKeepsAnIncidentOpenWhenAllThatIsKnownIsOver) {
  Desk desk = PartlyOver();
  EXPECT_EQ(desk.said().back(), "80 some alerts resolved: 0 firing, 2 resolved, 0 muted");
  EXPECT_EQ(desk.changes().notifications.back().status, AlertStatus::kFiring);
  EXPECT_EQ(desk.triage().state().incidents().size(), 1U);
  desk.Wait(7279);
  EXPECT_EQ(desk.said().size(), 2U);
}

TEST(Triage, AWholeMessageEndsAnIncidentThatWasHeld) {
  Desk desk = PartlyOver();
  const promql::LabelSet other{{"alertname", "Hot"}, {"instance", "c"}};
  desk.Send(200, Webhook({Firing(other, 0)}));
  desk.Wait(210);
  desk.Send(300, Webhook({Resolved(other, 0, 290)}));
  desk.Wait(400);
  EXPECT_EQ(desk.said().back(), "300 all alerts resolved: 0 firing, 1 resolved, 0 muted");
  EXPECT_TRUE(desk.triage().state().incidents().empty());
}

TEST(Triage, SilenceForTwoRepeatIntervalsEndsAnIncidentThatWasHeld) {
  Desk desk = PartlyOver();
  desk.Wait(7280);
  EXPECT_EQ(desk.said().back(), "7280 all alerts resolved: 0 firing, 2 resolved, 0 muted");
  EXPECT_EQ(desk.changes().closed.size(), 1U);
}

TEST(Triage, AnInhibitedAlertIsTrackedAndToldWhenItsSourceEnds) {
  Desk desk(InhibitingConfig());
  desk.Send(20, Webhook({Firing(kDown), Firing(kHot), Firing(kHotB)}));
  // Down and the one Hot that nothing inhibits.
  EXPECT_EQ(desk.said(), (Lines{"20 first notification: 1 firing, 0 resolved, 0 muted",
                                "20 first notification: 1 firing, 0 resolved, 1 muted"}));
  desk.Send(100, Webhook({Resolved(kDown, 0, 100), Firing(kHot), Firing(kHotB)}));
  EXPECT_EQ(desk.said().size(), 4U);
  EXPECT_EQ(desk.said().back(), "100 mute ended: 2 firing, 0 resolved, 0 muted");
}

TEST(Triage, AnAnnouncedAlertThatEndsWhileMutedIsToldAsResolved) {
  Desk desk(InhibitingConfig());
  desk.Send(20, Webhook({Firing(kHot)}));
  desk.Send(30, Webhook({Firing(kHot), Firing(kDown)}));
  desk.Send(40, Webhook({Resolved(kHot, 0, 40), Firing(kDown)}));
  desk.Wait(80);
  EXPECT_EQ(desk.said().back(), "80 all alerts resolved: 0 firing, 1 resolved, 0 muted");
}

TEST(Triage, AMaintenanceWindowMutesAndTheRestIsToldAfterwards) {
  Config config = PlainConfig();
  MaintenanceWindow window;
  window.name = "move";
  window.matchers.push_back(*promql::Matcher::Make("instance", promql::MatchOp::kEqual, "a"));
  window.when.from = At(0);
  window.when.to = At(600);
  config.maintenance_windows.push_back(std::move(window));
  Desk desk(std::move(config));
  desk.Send(20, Webhook({Firing(kHot)}));
  EXPECT_EQ(desk.said(), Lines{});
  EXPECT_EQ(desk.timeline().back(),
            "muted: Hot{instance=\"a\"} muted: maintenance window \"move\"");
  desk.Wait(599);
  EXPECT_EQ(desk.said(), Lines{});
  EXPECT_EQ(desk.triage().NextFlush(), At(600));
  desk.Wait(600);
  EXPECT_EQ(desk.said(), Lines{"600 mute ended: 1 firing, 0 resolved, 0 muted"});
}

TEST(Triage, ResolvedOnlyMessagesSkipIntegrationsThatDoNotWantThem) {
  Config config = PlainConfig();
  config.receivers[0].webhook[0].send_resolved = false;
  Desk desk(std::move(config));
  desk.Send(20, Webhook({Firing(kHot)}));
  EXPECT_EQ(desk.changes().deliveries.size(), 1U);
  desk.Send(30, Webhook({Resolved(kHot, 0, 30)}));
  desk.Wait(80);
  EXPECT_EQ(desk.changes().deliveries.size(), 0U);
  EXPECT_EQ(desk.changes().closed.size(), 1U);
}

TEST(Triage, OneGrafanaRegionAnIncidentWhateverTheNumberOfRoutes) {
  Config config = PlainConfig();
  config.grafana.url = "http://grafana";
  Route first = config.route;
  first.is_continuing = true;
  first.route_id = "{}/{}/0";
  Route second = config.route;
  second.route_id = "{}/{}/1";
  config.route.routes = {first, second};
  Desk desk(std::move(config));
  desk.Send(20, Webhook({Firing(kHot)}));
  std::size_t regions = 0;
  for (const auto& delivery : desk.changes().deliveries)
    regions += delivery.destination.kind == "grafana" ? 1 : 0;
  EXPECT_EQ(desk.changes().deliveries.size(), 3U);
  EXPECT_EQ(regions, 1U);
}

TEST(Triage, IgnoredLabelsMakeReplicasOneAlert) {
  Config config = PlainConfig();
  config.intake.ignored_labels = {"replica"};
  Desk desk(std::move(config));
  desk.Send(20, Webhook({Firing({{"alertname", "Hot"}, {"replica", "0"}})}));
  EXPECT_TRUE(
      desk.Send(21, Webhook({Firing({{"alertname", "Hot"}, {"replica", "1"}})})).is_duplicate);
}

TEST(Triage, AReplicaThatStillFiresKeepsTheAlertFiring) {
  auto config = PlainConfig();
  config.intake.ignored_labels = {"replica"};
  Desk desk(config);
  const auto both = [](AlertStatus second) {
    auto b = Firing({{"alertname", "A"}, {"replica", "b"}}, 3);
    b.status = second;
    if (second == AlertStatus::kResolved) b.ends_at = At(30);
    return Webhook({Firing({{"alertname", "A"}, {"replica", "a"}}, 2), b});
  };
  desk.Send(5, both(AlertStatus::kFiring));
  const auto receipt = desk.Send(40, both(AlertStatus::kResolved));
  EXPECT_EQ(receipt.resolved, 0U);
  EXPECT_EQ(desk.triage().state().alerts().begin()->second.alert.status, AlertStatus::kFiring);
  desk.Send(50, Webhook({Resolved({{"alertname", "A"}, {"replica", "a"}}, 2, 45),
                         Resolved({{"alertname", "A"}, {"replica", "b"}}, 3, 30)}));
  EXPECT_EQ(desk.triage().state().alerts().begin()->second.alert.ends_at, At(45));
}

TEST(Triage, AClockThatIsSetBackDelaysNothing) {
  Desk desk;
  desk.Send(100'000, Webhook({Firing({{"alertname", "A"}, {"pod", "1"}}, 100'000)}));
  desk.Wait(100'010);
  desk.Send(20, Webhook({Firing({{"alertname", "A"}, {"pod", "1"}}, 100'000),
                         Firing({{"alertname", "A"}, {"pod", "2"}}, 20)}));
  desk.Wait(90);
  ASSERT_EQ(desk.said().size(), 2U);
  EXPECT_EQ(desk.said()[1], "90 new alerts added: 2 firing, 0 resolved, 0 muted");
}

TEST(Triage, SaysThatAllIsOverWhenTheLastToEndWasMutedAndNeverTold) {
  auto config = PlainConfig();
  config.inhibit_rules.emplace_back();
  config.inhibit_rules[0].source = {Equal("alertname", "Cause")};
  config.inhibit_rules[0].target = {Equal("pod", "2")};
  Desk desk(config);
  desk.Send(0, Webhook({Firing({{"alertname", "Cause"}})}));
  desk.Send(20, Webhook({Firing({{"alertname", "A"}, {"pod", "1"}}),
                         Firing({{"alertname", "A"}, {"pod", "2"}})}));
  desk.Send(100, Webhook({Resolved({{"alertname", "A"}, {"pod", "1"}})}));
  desk.Send(200, Webhook({Resolved({{"alertname", "A"}, {"pod", "2"}})}));
  desk.Wait(300);
  EXPECT_EQ(desk.said().back().substr(4), "all alerts resolved: 0 firing, 1 resolved, 0 muted")
      << "what opened a page must close it";
}

TEST(Triage, ARegionIsEndedWhateverEndsLast) {
  auto config = PlainConfig();
  config.grafana.url = "http://grafana";
  config.grafana.matchers = {Equal("severity", "critical")};
  Desk desk(config);
  const auto drawn = [&] {
    return std::ranges::count(desk.changes().deliveries, "grafana",
                              [](const Delivery& delivery) { return delivery.destination.kind; });
  };
  desk.Send(20, Webhook({Firing({{"alertname", "A"}, {"severity", "critical"}}),
                         Firing({{"alertname", "A"}, {"severity", "info"}})}));
  EXPECT_EQ(drawn(), 1);
  desk.Send(100, Webhook({Resolved({{"alertname", "A"}, {"severity", "critical"}})}));
  EXPECT_EQ(drawn(), 0);
  desk.Send(200, Webhook({Resolved({{"alertname", "A"}, {"severity", "info"}})}));
  EXPECT_EQ(drawn(), 1);
  desk.Send(300, Webhook({Firing({{"alertname", "B"}, {"severity", "info"}})}));
  desk.Send(400, Webhook({Resolved({{"alertname", "B"}, {"severity", "info"}})}));
  EXPECT_EQ(drawn(), 0) << "what was never drawn is not ended";
}

TEST(Triage, CarriesOnFromWhatWasStored) {
  Desk desk;
  desk.Send(20, Webhook({Firing(kHot)}));
  StoredState stored;
  for (const auto& [id, record] : desk.triage().state().alerts()) stored.alerts.push_back(record);
  for (auto& record : stored.alerts) record.incidents.clear();
  for (const auto& [id, incident] : desk.triage().state().incidents())
    stored.incidents.push_back(incident);
  stored.last_alert = AlertId{1};
  stored.last_incident = IncidentId{1};
  Triage again(std::make_shared<const Config>(PlainConfig()), std::move(stored));
  Changes changes;
  const auto receipt = again.Receive(Webhook({Firing(kHot)}), At(30), changes);
  EXPECT_EQ(receipt.firing, 0U);
  const auto ended = again.Receive(Webhook({Resolved(kHot, 0, 40)}), At(40), changes);
  EXPECT_EQ(ended.resolved, 1U);
  again.FlushDue(At(80), changes);
  ASSERT_EQ(changes.notifications.size(), 1U);
  EXPECT_EQ(changes.notifications[0].reason, NotifyReason::kAllResolved);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/courier.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/server/delivery/world.h"

namespace warden {
namespace {

using S = DeliveryState;
using Texts = std::vector<std::string>;

TEST(Courier, DeliversWhatWaitsAtStart) {
  World world;
  world.wire.Answer("ops", 200, {}, "remote-1");
  const DeliveryId id = world.Add(1, "ops");
  world.Start();
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops"), Texts{"i1#1 alert1.1"});
  const Delivery row = world.Row(id);
  EXPECT_EQ(row.attempts, 1);
  EXPECT_EQ(row.last_error, "");
  EXPECT_EQ(row.settled_at, world.clock.Now());
}

TEST(Courier, DeliversWhatItIsToldOfAndRemembersTheRemoteId) {
  World world;
  world.Start();
  world.wire.Answer("ops", 200, {}, "remote-1");
  ASSERT_TRUE(world.AwaitState(world.Add(1, "ops"), S::kDelivered));
  ASSERT_TRUE(world.AwaitState(world.Add(1, "ops"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops"), (Texts{"i1#1 alert1.1", "i1#2 alert1.2 id=remote-1"}));
}

TEST(Courier, TellsEachDestinationWhatIsForIt) {
  World world;
  world.config->route.labels = {{"team", "{{ .CommonLabels.alertname }}s"}};
  Receiver ops;
  ops.name = "ops";
  ops.slack.emplace_back().send_resolved = false;
  world.config->receivers.push_back(ops);
  world.Start();
  world.wire.Answer("ops", 500);
  ASSERT_TRUE(
      world.AwaitState(world.Add(1, "ops", "slack", AlertStatus::kResolved), S::kSuperseded));
  ASSERT_TRUE(world.AwaitState(world.Add(2, "ops", "slack"), S::kPending));
  EXPECT_EQ(world.wire.To("ops"), Texts{"i2#1 alert2.1 team=alert2.1s"});
}

TEST(Courier, RetriesWhenItsTimeHasCome) {
  World world;
  world.Start();
  world.wire.Answer("ops", 500, {}, "oops");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  const Delivery row = world.Row(id);
  EXPECT_EQ(row.not_before - world.clock.Now(), 500ms);
  EXPECT_EQ(row.last_error, "500 oops");
  world.wire.Answer("ops", 200);
  // Another row passes before the time has come: this one stays.
  world.Pass(499ms);
  ASSERT_TRUE(world.AwaitState(world.Add(2, "ops"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 2U);
  world.Pass(1ms);
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  EXPECT_EQ(world.Row(id).attempts, 2);
}

TEST(Courier, PausesADestinationThatAsksForIt) {
  World world;
  world.Start();
  world.wire.Answer("ops", 429, {{"Retry-After", "30"}});
  const DeliveryId first = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(first, S::kPending));
  world.wire.Answer("ops", 200);
  const DeliveryId second = world.Add(2, "ops");
  ASSERT_TRUE(world.AwaitState(world.Add(3, "others"), S::kDelivered));
  world.Pass(29s);
  ASSERT_TRUE(world.AwaitState(world.Add(4, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 1U);
  world.Pass(1s);
  ASSERT_TRUE(world.AwaitState(first, S::kDelivered));
  ASSERT_TRUE(world.AwaitState(second, S::kDelivered));
}

TEST(Courier, TriesPlainTextOnceThenBuriesTheMessage) {
  World world;
  world.Start();
  world.wire.Answer("ops", 400, {}, "bad entity");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kDead));
  EXPECT_EQ(world.wire.To("ops"), (Texts{"i1#1 alert1.1", "i1#1 alert1.1 plain"}));
  EXPECT_EQ(world.Row(id).last_error, "400 bad entity");
  EXPECT_EQ(world.Row(id).attempts, 1);
}

TEST(Courier, BuriesWhatNoChannelCanSay) {
  World world;
  world.Start();
  const DeliveryId id = world.Add(1, "ops", "speechless");
  ASSERT_TRUE(world.AwaitState(id, S::kDead));
  EXPECT_EQ(world.Row(id).last_error, "nothing to say");
}

TEST(Courier, KeepsTheQueueOfARefusedDestinationUntilTheConfigurationIsMended) {
  World world;
  world.Start();
  world.wire.Answer("ops", 401, {}, "who are you");
  const DeliveryId first = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(first, S::kPending));
  EXPECT_EQ(world.Row(first).last_error, "401 who are you");
  const DeliveryId second = world.Add(2, "ops");
  ASSERT_TRUE(world.AwaitState(world.Add(3, "others"), S::kDelivered));
  world.Pass(4min);
  ASSERT_TRUE(world.AwaitState(world.Add(4, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 1U);
  // It waits in the store, not in and out of it.
  EXPECT_TRUE(world.happenings.Read([&] { return world.settled[second].empty(); }));
  world.wire.Answer("ops", 200);
  world.courier->SetConfig(world.config);
  ASSERT_TRUE(world.AwaitState(first, S::kDelivered));
  ASSERT_TRUE(world.AwaitState(second, S::kDelivered));
  EXPECT_EQ(world.circuits, (Texts{"ops open", "ops closed"}));
}

TEST(Courier, ProbesARefusedDestinationSlowly) {
  World world;
  world.Start();
  world.wire.Answer("ops", 401);
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  world.Pass(5min);
  ASSERT_TRUE(world.AwaitState(id, S::kPending, 2));
  world.wire.Answer("ops", 200);
  world.Pass(5min);
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 3U);
}

TEST(Courier, OpensTheCircuitAfterFailuresAndLetsOneProbePass) {
  World world;
  world.Start();
  world.wire.Answer("ops", 500);
  std::vector<DeliveryId> ids;
  for (int i = 1; i <= 3; ++i) {
    ids.push_back(world.Add(i, "ops"));
    ASSERT_TRUE(world.AwaitState(ids.back(), S::kPending));
  }
  EXPECT_EQ(world.happenings.Read([&] { return world.circuits; }), Texts{"ops open"});
  world.wire.Hold("ops");
  world.Pass(30s);
  ASSERT_TRUE(world.wire.AwaitTo("ops", 4));
  ASSERT_TRUE(world.AwaitState(world.Add(9, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 4U);  // three wait, one probes
  world.wire.Answer("ops", 200);
  world.wire.Release("ops");
  for (const DeliveryId id : ids) ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  for (const DeliveryId id : ids) EXPECT_EQ(world.Row(id).attempts, 2);
}

TEST(Courier, MarksWhatMayHaveArrived) {
  World world;
  world.Start();
  world.wire.Answer("ops", [](const HttpRequest&) -> HttpResult {
    return std::unexpected(HttpFailure{SendFault::kTimeoutAfterSend, true, 0, "ops: no answer"});
  });
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kUnknown));
  EXPECT_EQ(world.Row(id).last_error, "ops: no answer");
  world.wire.Answer("ops", 503);
  world.Pass(500ms);
  ASSERT_TRUE(world.AwaitState(id, S::kUnknown, 2));
  world.wire.Answer("ops", 200);
  world.Pass(5s);
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").at(0), "i1#1 alert1.1");
  EXPECT_EQ(world.wire.To("ops").at(2), "i1#1 alert1.1 duplicate?");
}

TEST(Courier, SendsOneMessageOfAnIncidentAfterTheOther) {
  World world;
  world.Start();
  world.wire.Hold("ops");
  const DeliveryId first = world.Add(1, "ops");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 1));
  const DeliveryId second = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(world.Add(2, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").size(), 1U);
  world.wire.Release("ops");
  ASSERT_TRUE(world.AwaitState(first, S::kDelivered));
  ASSERT_TRUE(world.AwaitState(second, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops"), (Texts{"i1#1 alert1.1", "i1#2 alert1.2"}));
}

TEST(Courier, LetsANewerMessageSpeakForOneThatFailed) {
  World world;
  world.Start();
  world.wire.Hold("ops");
  const DeliveryId first = world.Add(1, "ops");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 1));
  const DeliveryId second = world.Add(1, "ops");
  int asked = 0;
  world.wire.Answer("ops", [&](const HttpRequest&) -> HttpResult {
    return HttpResponse{asked++ == 0 ? 500 : 200, {}, ""};
  });
  world.wire.Release("ops");
  ASSERT_TRUE(world.AwaitState(first, S::kSuperseded));
  ASSERT_TRUE(world.AwaitState(second, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops").back(), "i1#2 alert1.2,alert1.1");
}

TEST(Courier, OneHangingDestinationDelaysNoOther) {
  World world;
  world.config->delivery.max_concurrent = 4;
  world.Start();
  world.wire.Hold("hangs");
  for (int i = 1; i <= 50; ++i) world.Add(i, "hangs");
  ASSERT_TRUE(world.wire.AwaitTo("hangs", 4));
  for (int i = 51; i <= 60; ++i)
    ASSERT_TRUE(world.AwaitState(world.Add(i, "works"), S::kDelivered));
  EXPECT_EQ(world.wire.To("hangs").size(), 4U);
  world.wire.Release("hangs");
  ASSERT_TRUE(world.wire.AwaitTo("hangs", 50));
}

TEST(Courier, GivesMoreAtOnceToADestinationThatTakesAllAtOnce) {
  World world;
  world.Start();
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(world.AwaitState(world.Add(i, "swift"), S::kDelivered));
  world.wire.Hold("swift");
  world.wire.Hold("new");
  for (int i = 21; i <= 80; ++i) world.Add(i, "swift");
  ASSERT_TRUE(world.wire.AwaitTo("swift", 20 + 16));
  for (int i = 81; i <= 100; ++i) world.Add(i, "new");
  ASSERT_TRUE(world.wire.AwaitTo("new", 4));
  ASSERT_TRUE(world.AwaitState(world.Add(101, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("swift").size(), 20U + 16U);
  EXPECT_EQ(world.wire.To("new").size(), 4U) << "nothing is known of it yet";
  int asked = 0;
  world.wire.Answer("swift", [&](const HttpRequest&) -> HttpResult {
    return HttpResponse{asked++ == 0 ? 500 : 200, {}, ""};
  });
  world.wire.Release("swift");
  ASSERT_TRUE(world.wire.AwaitTo("swift", 80));
}

TEST(Courier, KeepsToTheRateOfTheService) {
  World world;
  world.Start();
  for (int i = 1; i <= 8; ++i) world.Add(i, "chat", "slack");
  ASSERT_TRUE(world.wire.AwaitTo("chat", 5));
  ASSERT_TRUE(world.AwaitState(world.Add(9, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("chat").size(), 5U);
  for (std::size_t sent = 6; sent <= 8; ++sent) {
    world.Pass(1s);
    ASSERT_TRUE(world.wire.AwaitTo("chat", sent));
    ASSERT_TRUE(world.AwaitState(world.Add(static_cast<int>(sent) + 10, "others"), S::kDelivered));
    EXPECT_EQ(world.wire.To("chat").size(), sent);
  }
}

TEST(Courier, GoesOnInStepsButNotForEver) {
  World world;
  world.Start();
  world.wire.Answer("ops", 202);
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  EXPECT_EQ(world.wire.To("ops").size(), 6U);
  EXPECT_EQ(world.wire.To("ops").back(), "i1#1 alert1.1 +++++");
  EXPECT_EQ(world.Row(id).last_error, "no end after 6 exchanges");
}

TEST(Courier, BuriesMessagesToDestinationsThatAreGone) {
  World world;
  world.Start();
  ASSERT_TRUE(world.AwaitState(world.Add(1, "ops"), S::kDelivered));
  auto changed = std::make_shared<Config>();
  changed->source = "ops";  // the channel factory of this test has no receiver of that name
  world.courier->SetConfig(changed);
  const DeliveryId id = world.Add(2, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kDead));
  EXPECT_EQ(world.Row(id).last_error, "no receiver ops");
}

TEST(Courier, SaysWhyAMessageWasNotWanted) {
  World world;
  world.Start();
  const DeliveryId id = world.Add(1, "ops", "picky");
  ASSERT_TRUE(world.AwaitState(id, S::kSuperseded));
  EXPECT_TRUE(world.wire.requests().empty());
  EXPECT_EQ(world.Row(id).last_error, "not wanted here (send_resolved, matchers)");
  EXPECT_EQ(world.Row(id).attempts, 0);
}

TEST(Courier, GivesUpWhenTheMessageIsStale) {
  World world;
  world.Start();
  world.wire.Answer("ops", 401);
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  world.Pass(24h);
  ASSERT_TRUE(world.AwaitState(id, S::kExpired));
  EXPECT_EQ(world.Row(id).last_error.substr(0, 3), "401");
}

TEST(Courier, AsksOncePerNotificationAndTellsAll) {
  World world;
  world.with_enricher = true;
  world.Start();
  const DeliveryId first = world.Add(1, "ops");
  const DeliveryId second = world.AddCopy("others");
  ASSERT_TRUE(world.enricher.AwaitAsked(1));
  EXPECT_EQ(world.enricher.deadlines.at(0) - world.clock.Now(), 2s);
  AnomalyVerdict verdict;
  verdict.summary = "far above";
  world.enricher.Answer(verdict);
  ASSERT_TRUE(world.AwaitState(first, S::kDelivered));
  ASSERT_TRUE(world.AwaitState(second, S::kDelivered));
  EXPECT_EQ(world.enricher.deadlines.size(), 1U);
  EXPECT_EQ(world.wire.To("ops"), Texts{"i1#1 alert1.1 [far above]"});
  EXPECT_EQ(world.wire.To("others"), Texts{"i1#1 alert1.1 [far above]"});
  EXPECT_EQ(world.enrichments, Texts{"answered"});
}

TEST(Courier, DoesNotWaitForAVerdictBeyondTheBudget) {
  World world;
  world.with_enricher = true;
  world.Start();
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.enricher.AwaitAsked(1));
  world.Pass(1999ms);
  const DeliveryId resolved = world.Add(2, "others", "webhook", AlertStatus::kResolved);
  ASSERT_TRUE(world.AwaitState(resolved, S::kDelivered));
  EXPECT_TRUE(world.wire.To("ops").empty());
  world.Pass(1ms);
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
  EXPECT_EQ(world.wire.To("ops"), Texts{"i1#1 alert1.1"});
  world.enricher.Answer(AnomalyVerdict{});  // too late, and nothing happens
  ASSERT_TRUE(
      world.AwaitState(world.Add(3, "others", "webhook", AlertStatus::kResolved), S::kDelivered));
  EXPECT_EQ(world.enrichments, Texts{"overrun"});
}

TEST(Courier, AClockThatIsSetBackMakesNoMessageWaitForItsVerdict) {
  World world;
  world.with_enricher = true;
  world.Start();
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.enricher.AwaitAsked(1));
  world.Pass(-1h);
  EXPECT_TRUE(world.AwaitState(id, S::kDelivered));
}

TEST(Courier, KeepsSecretsOutOfWhatItWritesDown) {
  World world;
  world.Start();
  world.wire.Answer("ops", 500, {}, "cannot POST /webhook/verysecrettoken123");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  EXPECT_EQ(world.Row(id).last_error, "500 cannot POST <secret>");
}

TEST(Courier, KeepsHalfASecretOutToo) {
  World world;
  world.Start();
  // The channel quotes 48 bytes of an answer, which end within the secret.
  world.wire.Answer("ops", 500, {}, "no such place on this server: /webhook/verysecrettoken123");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(id, S::kPending));
  EXPECT_EQ(world.Row(id).last_error, "500 no such place on this server: <secret>");
}

TEST(Courier, KeepsOutcomesThatCannotBeWrittenAndNeverSendsTwice) {
  World world;
  std::atomic<bool> is_recovered{false};
  world.writer.OnRecovery([&]() -> Result<void> {
    // As triage does it; the lease that we still hold becomes unknown in the store.
    const auto loaded = world.store.Load(world.clock.Now());
    world.happenings.Add([&] { is_recovered = true; });
    if (!loaded) return std::unexpected(loaded.error());
    return {};
  });
  world.Start();
  world.wire.Hold("ops");
  world.wire.Hold("slow");
  const DeliveryId id = world.Add(1, "ops");
  const DeliveryId unanswered = world.Add(2, "slow");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 1));
  ASSERT_TRUE(world.wire.AwaitTo("slow", 1));
  world.store.is_full = true;
  world.wire.Release("ops");
  ASSERT_TRUE(world.happenings.Await([&] { return !world.attempts.empty(); }));
  while (world.writer.healthy()) world.Pass(1s);
  EXPECT_EQ(world.Row(id).state, S::kLeased);
  world.store.is_full = false;
  ASSERT_TRUE(world.happenings.Await([&] { return is_recovered.load(); }));
  for (int i = 0; i < 1000; ++i) {
    world.Pass(1s);
    if (world.happenings.Await([&] { return world.settled[id][S::kDelivered] > 0; }, 10ms)) break;
  }
  EXPECT_EQ(world.Row(id).state, S::kDelivered);
  EXPECT_EQ(world.wire.To("ops").size(), 1U);
  // Leasing goes on, and what is still under way is not sent again either.
  ASSERT_TRUE(world.AwaitState(world.Add(3, "others"), S::kDelivered));
  EXPECT_EQ(world.wire.To("slow").size(), 1U);
  world.wire.Release("slow");
  ASSERT_TRUE(world.AwaitState(unanswered, S::kDelivered));
  EXPECT_EQ(world.store.Balance()->delivered, 3);
  EXPECT_EQ(world.store.Balance()->pending, 0);
}

TEST(Courier, DrainWaitsForWhatIsUnderWay) {
  World world;
  world.Start();
  world.wire.Hold("ops");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 1));
  std::thread answer([&] { world.wire.Release("ops"); });
  EXPECT_TRUE(world.courier->Drain(20s));
  answer.join();
  EXPECT_EQ(world.Row(id).state, S::kDelivered);
}

TEST(Courier, DrainLeavesWhatGetsNoAnswerAsUnknown) {
  World world;
  world.Start();
  world.wire.Hold("ops");
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 1));
  EXPECT_FALSE(world.courier->Drain(0ms));
  EXPECT_EQ(world.Row(id).state, S::kUnknown);
  EXPECT_EQ(world.Row(id).last_error, "shut down before the answer came");
  world.wire.Release("ops");  // the late answer touches nothing
  EXPECT_EQ(world.Row(id).state, S::kUnknown);
}

TEST(Courier, DrainGivesBackWhatWasNotSent) {
  World world;
  world.with_enricher = true;
  world.Start();
  const DeliveryId id = world.Add(1, "ops");
  ASSERT_TRUE(world.enricher.AwaitAsked(1));
  EXPECT_TRUE(world.courier->Drain(20s));
  EXPECT_EQ(world.Row(id).state, S::kPending);
  EXPECT_EQ(world.Row(id).attempts, 0);
  EXPECT_TRUE(world.wire.requests().empty());
  // Another courier carries on.
  world.with_enricher = false;
  world.Start();
  ASSERT_TRUE(world.AwaitState(id, S::kDelivered));
}

Result<DeliveryId> Replay(World& world, DeliveryId id) {
  std::optional<Result<DeliveryId>> result;
  world.courier->Replay(id, [&](Result<DeliveryId> done) {
    world.happenings.Add([&] { result = std::move(done); });
  });
  EXPECT_TRUE(world.happenings.Await([&] { return result.has_value(); }));
  return *result;
}

TEST(Courier, ReplaysADeadMessageAsANewRow) {
  World world;
  world.Start();
  world.wire.Answer("ops", 400);
  const DeliveryId dead = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(dead, S::kDead));
  world.wire.Answer("ops", 200);
  const auto fresh = Replay(world, dead);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_NE(*fresh, dead);
  ASSERT_TRUE(world.AwaitState(*fresh, S::kDelivered));
  EXPECT_EQ(world.Row(dead).state, S::kDead);
  EXPECT_EQ(world.wire.To("ops").back(), "i1#1 alert1.1");
  const DeliveryBalance balance = *world.store.Balance();
  EXPECT_EQ(balance.created, 2);
  EXPECT_EQ(balance.dead, 1);
  EXPECT_EQ(balance.delivered, 1);
}

TEST(Courier, TwoReplaysAtOnceMakeOneMessage) {
  World world;
  world.Start();
  world.wire.Answer("ops", 400);
  const DeliveryId dead = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(dead, S::kDead));
  world.wire.Hold("ops");
  // So that both are asked before either row is committed.
  std::promise<void> opened;
  auto gate = opened.get_future().share();
  world.writer.Submit(
      [gate](Transaction&) {
        gate.wait();
        return Result<void>{};
      },
      nullptr);
  std::vector<Result<DeliveryId>> results;
  for (int i = 0; i < 2; ++i) {
    world.courier->Replay(dead, [&](Result<DeliveryId> done) {
      world.happenings.Add([&] { results.push_back(std::move(done)); });
    });
  }
  opened.set_value();
  ASSERT_TRUE(world.happenings.Await([&] { return results.size() == 2; }));
  EXPECT_NE(results[0].has_value(), results[1].has_value());
  EXPECT_EQ(world.store.Balance()->created, 2);
  world.wire.Release("ops");
}

TEST(Courier, RefusesToReplayWhatIsNotDeadOrOvertaken) {
  World world;
  world.Start();
  world.wire.Answer("ops", 400);
  const DeliveryId dead = world.Add(1, "ops");
  ASSERT_TRUE(world.AwaitState(dead, S::kDead));
  world.wire.Hold("ops");
  const DeliveryId newer = world.Add(1, "ops");
  ASSERT_TRUE(world.wire.AwaitTo("ops", 3));
  EXPECT_EQ(Replay(world, dead).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(Replay(world, newer).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(Replay(world, DeliveryId{999}).error().code, ErrorCode::kInvalid);
  world.wire.Release("ops");
}

TEST(Courier, LosesNothingInChaos) {
  World world;
  world.Start();
  constexpr int kStatuses[] = {200, 200, 500, 429, 400, 202, 200, 503};
  std::atomic<unsigned> turn{0};
  for (const char* host : {"a", "b", "c"}) {
    world.wire.Answer(host, [&](const HttpRequest&) -> HttpResult {
      const unsigned at = turn++;
      if (at % 11 == 3) {
        return std::unexpected(HttpFailure{SendFault::kResetAfterSend, true, 0, "cut"});
      }
      return HttpResponse{kStatuses[(at * 7 + at / 5) % std::size(kStatuses)], {}, ""};
    });
  }
  std::vector<DeliveryId> ids;
  for (int i = 0; i < 150; ++i) {
    ids.push_back(world.Add(i % 40 + 1, std::string(1, static_cast<char>('a' + i % 3))));
  }
  const auto is_over = [&] { return world.store.Balance()->pending == 0; };
  for (int i = 0; i < 5000 && !world.happenings.Await(is_over, 2ms); ++i) world.Pass(10s);
  const DeliveryBalance end = *world.store.Balance();
  EXPECT_EQ(end.created, 150);
  EXPECT_EQ(end.pending, 0);
  EXPECT_EQ(end.created, end.delivered + end.dead + end.expired + end.superseded);
  EXPECT_GT(end.delivered, 0);
  // Of one incident and destination, sequences only ever grow.
  std::map<std::string, int> newest;
  for (const HttpRequest& request : world.wire.requests()) {
    const std::string key =
        request.url.substr(0, 10) + request.body.substr(0, request.body.find('#'));
    const int sequence = std::stoi(request.body.substr(request.body.find('#') + 1));
    EXPECT_GE(sequence, newest[key]);
    newest[key] = sequence;
  }
}

}  // namespace
}  // namespace warden

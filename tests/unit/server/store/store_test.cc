// SPDX-License-Identifier: Apache-2.0
#include "server/store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "server/store/journal.h"

namespace warden {
namespace {

Instant At(int seconds) {
  return Instant{std::chrono::hours{24 * 365 * 50}} + std::chrono::seconds{seconds};
}

const Destination kSlack{"team", "slack", 0};
const Destination kMail{"team", "email", 0};

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = OpenSqliteStore(":memory:");
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

  void Write(const std::function<void(Transaction&)>& work) {
    const auto done = store_->Transact([&](Transaction& transaction) -> Result<void> {
      work(transaction);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  void AddIncident(std::int64_t id) {
    Write([&](Transaction& transaction) {
      Incident incident;
      incident.id = IncidentId{id};
      incident.uid = "uid" + std::to_string(id);
      incident.receiver = "team";
      incident.opened_at = At(0);
      ASSERT_TRUE(transaction.PutIncident(incident));
    });
  }

  void AddAlert(std::int64_t id, AlertStatus status) {
    Write([&](Transaction& transaction) {
      AlertRecord record;
      record.id = AlertId{id};
      record.source = "default";
      record.alert.status = status;
      record.alert.labels = {{"alertname", "A" + std::to_string(id)}};
      record.alert.starts_at = At(0);
      record.changed_at = At(0);
      ASSERT_TRUE(transaction.PutAlert(record));
    });
  }

  void AddDelivery(std::int64_t id, std::int64_t notification, std::int64_t incident,
                   const Destination& to, int not_before = 0) {
    Write([&](Transaction& transaction) {
      Delivery delivery;
      delivery.id = DeliveryId{id};
      delivery.notification = NotificationId{notification};
      delivery.incident = IncidentId{incident};
      delivery.destination = to;
      delivery.created_at = At(0);
      delivery.not_before = At(not_before);
      delivery.expires_at = At(10'000);
      ASSERT_TRUE(transaction.AddDelivery(delivery));
    });
  }

  void AddNotification(std::int64_t id, std::int64_t incident, std::vector<NotifiedAlert> alerts) {
    Write([&](Transaction& transaction) {
      Notification notification;
      notification.id = NotificationId{id};
      notification.incident = IncidentId{incident};
      notification.sequence = id;
      notification.at = At(0);
      notification.alerts = std::move(alerts);
      ASSERT_TRUE(transaction.AddNotification(notification));
    });
  }

  std::vector<Delivery> Lease(int now, std::vector<Destination> blocked = {},
                              std::int64_t per_destination = 4) {
    std::vector<Delivery> leased;
    Write([&](Transaction& transaction) {
      auto rows =
          transaction.Lease({At(now), At(now + 60), 32, per_destination, std::move(blocked)});
      ASSERT_TRUE(rows);
      leased = std::move(*rows);
    });
    return leased;
  }

  DeliveryState Settle(Delivery delivery, DeliveryState state) {
    DeliveryState now{};
    Write([&](Transaction& transaction) {
      delivery.state = state;
      if (IsSettled(state)) delivery.settled_at = At(1);
      auto put = transaction.PutDelivery(delivery);
      ASSERT_TRUE(put);
      now = *put;
    });
    return now;
  }

  DeliveryBalance Balance() {
    auto balance = store_->Balance();
    EXPECT_EQ(balance->created, balance->delivered + balance->dead + balance->expired +
                                    balance->superseded + balance->pending);
    return *balance;
  }

  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, LeasesWhatIsDueOldestFirst) {
  AddDelivery(1, 1, 1, kSlack, 5);
  AddDelivery(2, 2, 2, kSlack, 3);
  AddDelivery(3, 3, 3, kSlack, 9);
  const auto leased = Lease(5);
  ASSERT_EQ(leased.size(), 2U);
  EXPECT_EQ(leased[0].id, DeliveryId{2});
  EXPECT_EQ(leased[0].attempts, 1);
  EXPECT_EQ(leased[0].state, DeliveryState::kPending);
  EXPECT_TRUE(Lease(5).empty()) << "a leased row is not leased again";
}

TEST_F(StoreTest, AClockThatIsSetBackPutsNothingOff) {
  AddDelivery(1, 1, 1, kSlack, 100'000);  // as a clock a day ahead wrote it
  AddDelivery(2, 2, 2, kSlack, 900);      // waits for its next try
  LeaseRequest request{.now = At(0), .lease_until = At(60), .blocked = {}};
  request.longest_wait = std::chrono::minutes{15};
  Write([&](Transaction& transaction) {
    const auto leased = transaction.Lease(request);
    ASSERT_TRUE(leased);
    ASSERT_EQ(leased->size(), 1U);
    EXPECT_EQ(leased->front().id, DeliveryId{1});
    EXPECT_EQ(leased->front().not_before, At(0));
  });
}

AlertRecord EveryField() {
  AlertRecord record;
  record.id = AlertId{7};
  record.source = "east";
  record.peer = "http://am";
  record.changed_at = At(3);
  record.seen_at = At(4);
  record.alert.status = AlertStatus::kResolved;
  record.alert.labels = {{"alertname", "A"}, {"empty", ""}};
  record.alert.annotations = {{"summary", std::string(300, 's')}};
  record.alert.starts_at = Instant{Duration{-62'135'596'800'000'000}};  // year 1
  record.alert.ends_at = At(2);
  record.alert.generator_url = "http://p";
  record.alert.fingerprint = 0xfedcba9876543210U;
  return record;
}

TEST_F(StoreTest, PutsTheJournalIntoItsTablesWhenItIsLoaded) {
  const AlertRecord alert = EveryField();
  Incident incident;
  incident.id = IncidentId{5};
  incident.uid = "uid5";
  incident.route_id = "{}/0";
  incident.group_key = "{}:{}";
  incident.receiver = "team";
  incident.group_labels = {{"a", "b"}};
  incident.annotates = true;
  incident.opened_at = At(1);
  incident.flush_at = At(9);
  incident.announced_at = At(8);
  incident.notifications = 3;
  incident.timeline_entries = 2;
  incident.left_out = 11;
  const Member member{Announced::kFiring, true};
  JournalEntry entry;
  ASSERT_TRUE(entry.PutAlert(alert));
  ASSERT_TRUE(entry.PutIncident(incident));
  ASSERT_TRUE(entry.PutMember(incident.id, alert.id, member));
  ASSERT_TRUE(entry.AddTimeline({incident.id, 1, At(1), TimelineKind::kOpened, "opened"}));
  JournalEntry later;
  GroupRecord group{"key", 0x8000000000000001U, "peer", At(6), 2};
  ASSERT_TRUE(later.PutGroup(group));
  ASSERT_TRUE(later.AddTimeline({incident.id, 2, At(2), TimelineKind::kMuted, "muted"}));
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.AddJournal(entry.bytes()));
    ASSERT_TRUE(transaction.AddJournal(later.bytes()));
  });
  EXPECT_TRUE(store_->ListIncidents({})->rows.empty());

  for (int time = 1; time <= 2; ++time) {  // the second time there is nothing left to do
    const auto state = store_->Load(At(0));
    ASSERT_TRUE(state) << state.error().message;
    ASSERT_EQ(state->alerts.size(), 1U);
    EXPECT_EQ(state->alerts[0].alert, alert.alert);
    EXPECT_EQ(state->alerts[0].source, "east");
    EXPECT_EQ(state->alerts[0].peer, "http://am");
    EXPECT_EQ(state->alerts[0].changed_at, At(3));
    EXPECT_EQ(state->alerts[0].seen_at, At(4));
    ASSERT_EQ(state->incidents.size(), 1U);
    const Incident& found = state->incidents[0];
    EXPECT_EQ(found.uid, "uid5");
    EXPECT_EQ(found.route_id, "{}/0");
    EXPECT_EQ(found.group_labels, incident.group_labels);
    EXPECT_TRUE(found.annotates);
    EXPECT_EQ(found.flush_at, At(9));
    EXPECT_FALSE(found.flushed_at);
    EXPECT_EQ(found.left_out, 11);
    EXPECT_EQ(found.members.at(alert.id), member);
    ASSERT_EQ(state->groups.size(), 1U);
    EXPECT_EQ(state->groups[0].state_hash, 0x8000000000000001U);
    EXPECT_EQ(store_->Timeline({incident.id})->rows.size(), 2U);
  }
}

TEST(Journal, RefusesWhatIsNoEntryWhateverItIs) {
  auto store = std::move(*OpenSqliteStore(":memory:"));
  JournalEntry entry;
  ASSERT_TRUE(entry.PutAlert(EveryField()));
  const std::string whole(entry.bytes());
  std::vector<std::string> wrong = {"", "\2", whole + "\77", whole + std::string(1, '\0')};
  for (std::size_t size = 2; size < whole.size(); ++size) wrong.push_back(whole.substr(0, size));
  for (const auto& bytes : wrong) {
    const auto done =
        store->Transact([&](Transaction& transaction) { return ReplayEntry(bytes, transaction); });
    ASSERT_FALSE(done) << bytes.size();
    EXPECT_EQ(done.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_TRUE(store->Load(At(0))->alerts.empty());
}

TEST_F(StoreTest, WhatFailsInIsolationTakesNothingWithIt) {
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.PutBlob("before", "1"));
    const auto failed = transaction.Isolate([](Transaction& inner) -> Result<void> {
      Delivery delivery;
      delivery.id = DeliveryId{1};
      if (auto added = inner.AddDelivery(delivery); !added) return std::unexpected(added.error());
      return Fail(ErrorCode::kInternal, "no");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "no");
    ASSERT_TRUE(
        transaction.Isolate([](Transaction& inner) { return inner.PutBlob("after", "2"); }));
  });
  EXPECT_EQ(**store_->FindBlob("before"), "1");
  EXPECT_EQ(**store_->FindBlob("after"), "2");
  EXPECT_FALSE(*store_->FindDelivery(DeliveryId{1}));
  EXPECT_EQ(Balance().created, 0);
}

TEST_F(StoreTest, LeasesNothingOfABlockedDestinationAndAtMostItsShare) {
  for (int i = 1; i <= 6; ++i) AddDelivery(i, i, i, kSlack);
  AddDelivery(7, 7, 7, kMail);
  EXPECT_EQ(Lease(1, {kSlack}).size(), 1U);
  EXPECT_EQ(Lease(1, {}, 4).size(), 4U);
  EXPECT_TRUE(Lease(1, {}, 4).empty()) << "its four are in flight";
}

TEST_F(StoreTest, NeverLeasesTwoOfOneIncidentAndDestination) {
  AddDelivery(1, 1, 1, kSlack);
  const auto first = Lease(1);
  AddDelivery(2, 2, 1, kSlack);
  EXPECT_TRUE(Lease(1).empty());
  Settle(first.at(0), DeliveryState::kDelivered);
  EXPECT_EQ(Lease(1).size(), 1U);
}

TEST_F(StoreTest, ANewerDeliverySupersedesOneThatWaitsAndCarriesItsAlerts) {
  AddIncident(1);
  AddAlert(1, AlertStatus::kResolved);
  AddAlert(2, AlertStatus::kFiring);
  AddNotification(1, 1,
                  {{AlertId{1}, AlertStatus::kFiring, At(0), std::nullopt},
                   {AlertId{2}, AlertStatus::kFiring, At(0), std::nullopt}});
  AddNotification(2, 1,
                  {{AlertId{1}, AlertStatus::kResolved, At(0), At(5)},
                   {AlertId{2}, AlertStatus::kFiring, At(0), std::nullopt}});
  AddNotification(3, 1, {{AlertId{2}, AlertStatus::kFiring, At(0), std::nullopt}});
  AddDelivery(1, 1, 1, kSlack);
  AddDelivery(2, 2, 1, kSlack);
  AddDelivery(3, 3, 1, kSlack);
  EXPECT_EQ(Balance().superseded, 2);
  const auto leased = Lease(1);
  ASSERT_EQ(leased.size(), 1U);
  const auto message = store_->LoadMessage(leased[0]);
  ASSERT_TRUE(message) << message.error().message;
  ASSERT_EQ(message->alerts.size(), 2U)
      << "the alert that ended in a superseded message is still mentioned";
  EXPECT_EQ(message->alerts[0].name(), "A2");
  EXPECT_EQ(message->alerts[1].name(), "A1");
  EXPECT_EQ(message->alerts[1].status, AlertStatus::kResolved);
  EXPECT_EQ(message->alerts[1].ends_at, At(5));
}

TEST_F(StoreTest, ARetryGivesWayToANewerDelivery) {
  AddDelivery(1, 1, 1, kSlack);
  const auto first = Lease(1);
  AddDelivery(2, 2, 1, kSlack);
  EXPECT_EQ(Settle(first.at(0), DeliveryState::kPending), DeliveryState::kSuperseded);
  const auto second = Lease(1);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].carries, std::vector<NotificationId>{NotificationId{1}});
  EXPECT_EQ(Balance().pending, 1);
}

TEST_F(StoreTest, KeepsTheBalance) {
  for (int i = 1; i <= 4; ++i) AddDelivery(i, i, i, kSlack);
  const auto leased = Lease(1);
  Settle(leased.at(0), DeliveryState::kDelivered);
  Settle(leased.at(1), DeliveryState::kDead);
  Settle(leased.at(2), DeliveryState::kUnknown);
  const auto balance = Balance();
  EXPECT_EQ(balance.created, 4);
  EXPECT_EQ(balance.delivered, 1);
  EXPECT_EQ(balance.dead, 1);
  EXPECT_EQ(balance.pending, 2);
  std::vector<Delivery> expired;
  Write([&](Transaction& transaction) { expired = *transaction.ExpireDue(At(10'000)); });
  EXPECT_EQ(expired.size(), 1U) << "the leased one is somebody's";
  EXPECT_EQ(Balance().expired, 1);
}

TEST_F(StoreTest, ARolledBackTransactionChangesNothing) {
  const auto failed = store_->Transact([&](Transaction& transaction) -> Result<void> {
    Delivery delivery;
    delivery.id = DeliveryId{1};
    delivery.destination = kSlack;
    EXPECT_TRUE(transaction.AddDelivery(delivery));
    return Fail(ErrorCode::kInternal, "changed my mind");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(Balance().created, 0);
  EXPECT_TRUE(store_->ListDeliveries({})->rows.empty());
}

TEST_F(StoreTest, LoadGivesBackOpenIncidentsAndMakesLeasesUnknown) {
  AddIncident(1);
  AddAlert(1, AlertStatus::kFiring);
  AddAlert(2, AlertStatus::kResolved);
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.PutMember(IncidentId{1}, AlertId{1}, {Announced::kFiring, true}));
    ASSERT_TRUE(transaction.PutMember(IncidentId{1}, AlertId{2}, {Announced::kResolved, false}));
  });
  AddDelivery(1, 1, 1, kSlack);
  Lease(1);
  const auto state = store_->Load(At(1));
  ASSERT_TRUE(state) << state.error().message;
  ASSERT_EQ(state->incidents.size(), 1U);
  ASSERT_EQ(state->incidents[0].members.size(), 1U) << "what was told to the end is history";
  EXPECT_EQ(state->incidents[0].members.at(AlertId{1}), (Member{Announced::kFiring, true}));
  EXPECT_EQ(state->alerts.size(), 1U);
  EXPECT_EQ(state->last_delivery, DeliveryId{1});
  const auto again = Lease(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].state, DeliveryState::kUnknown);
  EXPECT_TRUE(store_->FindIncident("uid1", {})->has_value());
  EXPECT_EQ((*store_->FindIncident("uid1", {}))->alerts.size(), 2U);
}

// Page after page, by the last row of each, whatever comes meanwhile.
TEST_F(StoreTest, PagesOfIncidentsGoOnWhereTheyStopped) {
  for (int id = 1; id <= 5; ++id) AddIncident(id);
  IncidentFilter filter{.state = IncidentState::kAll, .limit = {.rows = 2}};
  std::vector<std::int64_t> seen;
  for (int pages = 0; pages < 5; ++pages) {
    const auto page = store_->ListIncidents(filter);
    ASSERT_TRUE(page);
    for (const auto& row : page->rows) seen.push_back(row.incident.id.value);
    EXPECT_EQ(page->has_more, pages < 2);
    if (!page->has_more) break;
    AddIncident(10 + pages);
    filter.before = IncidentPlace{.id = page->rows.back().incident.id};
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
}

TEST_F(StoreTest, PagesOfClosedIncidentsGoByTheirEnd) {
  for (int id = 1; id <= 4; ++id) {
    AddIncident(id);
    Write([&](Transaction& transaction) {
      Incident incident;
      incident.id = IncidentId{id};
      incident.uid = "uid" + std::to_string(id);
      incident.closed_at = At(id == 1 ? 9 : 5);  // three at once, the first one later
      ASSERT_TRUE(transaction.PutIncident(incident));
    });
  }
  IncidentFilter filter{.state = IncidentState::kClosed, .limit = {.rows = 1}};
  std::vector<std::int64_t> seen;
  for (bool more = true; more;) {
    const auto page = store_->ListIncidents(filter);
    ASSERT_TRUE(page && page->rows.size() == 1);
    const auto& incident = page->rows[0].incident;
    seen.push_back(incident.id.value);
    filter.before = IncidentPlace{incident.id, incident.closed_at};
    more = page->has_more && seen.size() < 9;
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 4, 3, 2}));
}

TEST_F(StoreTest, APageEndsAtItsBytesAndHasOneRow) {
  AddIncident(1);
  AddIncident(2);
  for (int id = 1; id <= 20; ++id) {
    AddAlert(id, AlertStatus::kFiring);
    Write([&](Transaction& transaction) {
      ASSERT_TRUE(transaction.PutMember(IncidentId{2}, AlertId{id}, {}));
    });
  }
  const auto page = store_->ListIncidents({.limit = {.bytes = 1000}});
  ASSERT_TRUE(page && page->rows.size() == 1);
  EXPECT_TRUE(page->has_more);
  EXPECT_EQ(page->rows[0].alert_count, 20);
  EXPECT_LT(page->rows[0].alerts.size(), 6U);
  EXPECT_EQ(page->rows[0].incident.members.size(), page->rows[0].alerts.size());
  EXPECT_EQ(store_->ListIncidents({.alerts_each = 3})->rows[0].alerts.size(), 3U);

  AlertFilter filter{.incident = IncidentId{2}, .limit = {.bytes = 1}};
  std::vector<std::int64_t> seen;
  for (bool more = true; more && seen.size() < 99;) {
    const auto alerts = store_->ListAlerts(filter);
    ASSERT_TRUE(alerts && alerts->rows.size() == 1);
    filter.after = alerts->rows[0].record.id;
    seen.push_back(filter.after->value);
    more = alerts->has_more;
  }
  ASSERT_EQ(seen.size(), 20U);
  EXPECT_EQ(seen.back(), 20);
}

TEST_F(StoreTest, ALeaseTakenBackGivesWayToTheNewerMessageBehindIt) {
  AddDelivery(1, 1, 1, kSlack);
  Lease(1);
  AddDelivery(2, 2, 1, kSlack);
  ASSERT_TRUE(store_->Load(At(1)));
  const auto again = Lease(1);
  ASSERT_EQ(again.size(), 1U) << "two messages of one incident are never under way at once";
  EXPECT_EQ(again[0].id, DeliveryId{2});
  EXPECT_EQ(again[0].carries, std::vector<NotificationId>{NotificationId{1}});
  EXPECT_EQ(Balance().superseded, 1);
}

TEST_F(StoreTest, TheOutcomeOfALeaseThatWasTakenBackIsCountedOnce) {
  for (int i = 1; i <= 3; ++i) AddDelivery(i, i, i, kSlack);
  const auto leased = Lease(1);
  for (int i = 1; i <= 2; ++i) AddDelivery(i + 3, i + 3, i, kSlack);
  // The store was read back after a failure while three messages were under way.
  ASSERT_TRUE(store_->Load(At(1)));
  Write([&](Transaction& transaction) { ASSERT_TRUE(transaction.ExpireDue(At(20'000))); });
  EXPECT_EQ(Settle(leased.at(0), DeliveryState::kDelivered), DeliveryState::kDelivered);
  EXPECT_EQ(Settle(leased.at(1), DeliveryState::kPending), DeliveryState::kSuperseded);
  EXPECT_EQ(Settle(leased.at(2), DeliveryState::kDelivered), DeliveryState::kDelivered);
  const auto balance = Balance();
  EXPECT_EQ(balance.delivered, 2);
  EXPECT_EQ(balance.superseded, 1);
  EXPECT_EQ(balance.expired, 2);
  EXPECT_EQ(balance.pending, 0);
}

TEST_F(StoreTest, AnAlertThatEndedUnmentionedIsCarriedAsResolved) {
  AddIncident(1);
  AddAlert(1, AlertStatus::kResolved);  // its end was not for this destination
  AddAlert(3, AlertStatus::kFiring);
  AddNotification(1, 1, {{AlertId{1}, AlertStatus::kFiring, At(0), std::nullopt}});
  AddNotification(2, 1, {{AlertId{3}, AlertStatus::kFiring, At(0), std::nullopt}});
  AddDelivery(1, 1, 1, kSlack);
  AddDelivery(2, 2, 1, kSlack);
  const auto message = store_->LoadMessage(Lease(1).at(0));
  ASSERT_TRUE(message) << message.error().message;
  ASSERT_EQ(message->alerts.size(), 2U);
  EXPECT_EQ(message->alerts[0].name(), "A3");
  EXPECT_EQ(message->alerts[1].name(), "A1");
  EXPECT_EQ(message->alerts[1].status, AlertStatus::kResolved);
}

TEST_F(StoreTest, WhatWasSaidLaterSpeaksForACarriedAlert) {
  AddDelivery(1, 1, 1, kSlack);
  const auto first = Lease(1);
  AddDelivery(2, 2, 1, kSlack);
  AddDelivery(3, 3, 1, kSlack);
  Settle(first.at(0), DeliveryState::kPending);
  EXPECT_EQ(Lease(1).at(0).carries,
            (std::vector<NotificationId>{NotificationId{1}, NotificationId{2}}));
}

TEST_F(StoreTest, QuarantineKeepsTheNewestWithinBounds) {
  Write([&](Transaction& transaction) {
    for (int i = 0; i < 1010; ++i)
      ASSERT_TRUE(transaction.AddQuarantine({0, At(i), "default", "small", "{}"}));
    ASSERT_TRUE(transaction.PruneQuarantine(At(0), 1'000'000));
  });
  EXPECT_EQ(store_->ListQuarantine({.limit = {.rows = 10'000}})->rows.size(), 1000U);
  Write([&](Transaction& transaction) {
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(
          transaction.AddQuarantine({0, At(1010 + i), "default", "large", std::string(1000, 'x')}));
    }
    ASSERT_TRUE(transaction.PruneQuarantine(At(0), 4000));
  });
  const auto page = store_->ListQuarantine({});
  ASSERT_EQ(page->rows.size(), 4U);
  EXPECT_EQ(page->rows.at(0).row.reason, "large");
  Write([](Transaction& transaction) { ASSERT_TRUE(transaction.PruneQuarantine(At(0), 1)); });
  EXPECT_EQ(store_->ListQuarantine({.limit = {.rows = 10'000}})->rows.size(), 1U)
      << "the newest stays";
  Write([](Transaction& transaction) { ASSERT_TRUE(transaction.PruneQuarantine(At(2000), 1)); });
  EXPECT_TRUE(store_->ListQuarantine({.limit = {.rows = 10'000}})->rows.empty());
}

TEST_F(StoreTest, PruneForgetsThePastOfAnIncidentThatNeverEnds) {
  AddIncident(1);
  AddNotification(1, 1, {});
  AddNotification(2, 1, {});
  AddDelivery(1, 1, 1, kSlack);
  Settle(Lease(1).at(0), DeliveryState::kDelivered);
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(
        transaction.AddTimeline({IncidentId{1}, 1, At(0), TimelineKind::kOpened, "opened"}));
    ASSERT_TRUE(
        transaction.AddTimeline({IncidentId{1}, 2, At(500), TimelineKind::kRepeated, "repeat"}));
  });
  AddDelivery(2, 2, 1, kMail);
  Write([&](Transaction& transaction) { ASSERT_TRUE(transaction.Prune(At(100), 10)); });
  ASSERT_EQ(store_->ListDeliveries({})->rows.size(), 1U);
  EXPECT_EQ(store_->ListDeliveries({})->rows.at(0).id, DeliveryId{2});
  EXPECT_TRUE(store_->LoadMessage(Lease(1).at(0))) << "what waits keeps its notification";
  EXPECT_EQ(store_->Timeline({IncidentId{1}})->rows.size(), 1U);
}

// A walk over all members for each alert would hold up every webhook for minutes.
TEST_F(StoreTest, PruningDoesNotLookAtAllMembersForEachAlert) {
  constexpr int kMembers = 100'000;
  constexpr int kEnded = 500;
  AddIncident(1);
  Write([&](Transaction& transaction) {
    for (int i = 1; i <= kMembers; ++i)
      ASSERT_TRUE(transaction.PutMember(IncidentId{1}, AlertId{i}, {}));
    for (int i = 1; i <= kEnded; ++i) {
      AlertRecord record;
      record.id = AlertId{kMembers + i};
      record.alert.status = AlertStatus::kResolved;
      record.changed_at = At(0);
      ASSERT_TRUE(transaction.PutAlert(record));
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  Write([&](Transaction& transaction) { ASSERT_TRUE(transaction.Prune(At(100), 200)); });
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(store_->Load(At(0))->alerts.empty());
  EXPECT_LT(took, std::chrono::seconds{2});
}

TEST_F(StoreTest, RemembersWhatTheRemoteCallsOurMessage) {
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.PutRemoteId(IncidentId{1}, kSlack, "17.5"));
  });
  EXPECT_EQ(*store_->RemoteId(IncidentId{1}, kSlack), "17.5");
  EXPECT_EQ(*store_->RemoteId(IncidentId{1}, kMail), "");
}

TEST_F(StoreTest, NextDueLooksPastBlockedDestinations) {
  AddDelivery(1, 1, 1, kSlack, 5);
  AddDelivery(2, 2, 2, kMail, 9);
  EXPECT_EQ(*store_->NextDue({}), At(5));
  EXPECT_EQ(*store_->NextDue({kSlack}), At(9));
  EXPECT_EQ(*store_->NextDue({kSlack, kMail}), std::nullopt);
}

TEST_F(StoreTest, PruneForgetsWhatEndedAndKeepsWhatWaits) {
  for (std::int64_t id : {1, 2}) {
    AddIncident(id);
    Write([&](Transaction& transaction) {
      Incident incident;
      incident.id = IncidentId{id};
      incident.uid = "uid" + std::to_string(id);
      incident.closed_at = At(10);
      ASSERT_TRUE(transaction.PutIncident(incident));
    });
  }
  AddDelivery(1, 1, 2, kSlack);
  std::int64_t pruned = 0;
  Write([&](Transaction& transaction) { pruned = *transaction.Prune(At(100), 10); });
  EXPECT_EQ(pruned, 1);
  EXPECT_FALSE(store_->FindIncident("uid1", {})->has_value());
  EXPECT_TRUE(store_->FindIncident("uid2", {})->has_value());
  EXPECT_EQ(Balance().created, 1);
}

TEST_F(StoreTest, KeepsTextWithEveryByte) {
  const std::string nasty("a\0b'\"\n\xF0\x9F\x94\xA5", 10);
  Write([&](Transaction& transaction) {
    ASSERT_TRUE(transaction.AddQuarantine({0, At(0), "default", nasty, nasty}));
    ASSERT_TRUE(transaction.PutBlob("x", nasty));
  });
  EXPECT_EQ(store_->ListQuarantine({})->rows.at(0).row.body, nasty);
  EXPECT_EQ(store_->ListQuarantine({})->rows.at(0).row.reason, nasty);
  EXPECT_EQ(**store_->FindBlob("x"), nasty);
  EXPECT_EQ(*store_->FindBlob("y"), std::nullopt);
}

class FileStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "promwarden-store-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string Path() const { return (folder_ / "p.db").string(); }
  std::filesystem::path folder_;
};

TEST_F(FileStoreTest, KeepsWhatWasCommittedOverAReopen) {
  {
    auto store = OpenSqliteStore(Path());
    ASSERT_TRUE(store);
    ASSERT_TRUE(
        (*store)->Transact([](Transaction& transaction) { return transaction.PutBlob("a", "1"); }));
  }
  auto store = OpenSqliteStore(Path());
  ASSERT_TRUE(store);
  EXPECT_EQ(**(*store)->FindBlob("a"), "1");
}

TEST_F(FileStoreTest, IsNotOpenedTwice) {
  auto first = OpenSqliteStore(Path());
  ASSERT_TRUE(first);
  const auto second = OpenSqliteStore(Path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(second.error().message, "cannot use " + Path() + ": another promwarden uses it");
  std::filesystem::create_symlink(Path(), Path() + ".symbolic");
  EXPECT_FALSE(OpenSqliteStore(Path() + ".symbolic"));
  std::filesystem::create_hard_link(Path(), Path() + ".hard");
  EXPECT_FALSE(OpenSqliteStore(Path() + ".hard"));
  ASSERT_TRUE((*first)->Transact([](Transaction& transaction) {
    return transaction.PutBlob("a", "1");
  })) << "those who were refused took nothing from the first";
  first->reset();
  EXPECT_TRUE(OpenSqliteStore(Path()));
}

TEST_F(FileStoreTest, WritesNothingIntoAFileThatNoOtherStartWouldFind) {
  auto store = OpenSqliteStore(Path());
  ASSERT_TRUE(store);
  const auto write = [](Transaction& transaction) { return transaction.PutBlob("a", "1"); };
  std::filesystem::rename(Path(), Path() + ".away");
  const auto lost = (*store)->Transact(write);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(lost.error().message, "store: the file was moved, replaced or deleted");
  EXPECT_EQ(*(*store)->FindBlob("a"), std::nullopt);
  std::filesystem::rename(Path() + ".away", Path());
  EXPECT_TRUE((*store)->Transact(write));
}

TEST_F(FileStoreTest, SaysAtOnceThatAPlaceIsWrong) {
  const auto store = OpenSqliteStore((folder_ / "missing" / "p.db").string());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kInvalid);
}

// A list that takes its time must not hold up those who send.
TEST_F(FileStoreTest, ALongListDelaysNoDelivery) {
  auto store = OpenSqliteStore(Path());
  ASSERT_TRUE(store);
  constexpr int kIncidents = 20'000;
  ASSERT_TRUE((*store)->Transact([](Transaction& transaction) -> Result<void> {
    for (int i = 1; i <= kIncidents; ++i) {
      Incident incident;
      incident.id = IncidentId{i};
      incident.uid = "uid" + std::to_string(i);
      incident.opened_at = At(0);
      if (auto put = transaction.PutIncident(incident); !put) return put;
    }
    return {};
  }));
  std::atomic<bool> is_listing{false};
  std::atomic<bool> is_listed{false};
  std::thread lister([&] {
    is_listing = true;
    IncidentFilter filter;
    filter.limit.rows = kIncidents;
    EXPECT_EQ((*store)->ListIncidents(filter)->rows.size(), kIncidents);
    is_listed = true;
  });
  while (!is_listing) std::this_thread::yield();
  int reads = 0;
  for (; !is_listed; ++reads) EXPECT_TRUE((*store)->NextDue({}));
  lister.join();
  EXPECT_GT(reads, 10) << "reads went on during the list";
}

TEST_F(FileStoreTest, RefusesWhatIsNoDatabase) {
  std::FILE* file = std::fopen(Path().c_str(), "w");
  for (int i = 0; i < 1000; ++i) std::fputs("not a database\n", file);
  std::fclose(file);
  const auto store = OpenSqliteStore(Path());
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("not a database"), std::string::npos)
      << store.error().message;
}

// The byte of a database's header that says how it is written: 1 rollback, 2 write-ahead log.
int FormatOf(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  std::fseek(file, 18, SEEK_SET);
  const int format = std::fgetc(file);
  std::fclose(file);
  return format;
}

TEST_F(FileStoreTest, RefusesTheDatabaseOfAnotherProgramAndOfANewerVersion) {
  const auto make = [&](const char* sql) {
    std::filesystem::remove(Path());
    sqlite3* db = nullptr;
    sqlite3_open(Path().c_str(), &db);
    sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
    sqlite3_close(db);
  };
  make("CREATE TABLE t (x)");
  const auto foreign = OpenSqliteStore(Path());
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().message,
            "cannot use " + Path() + ": it is a database of another program");
  EXPECT_EQ(FormatOf(Path()), 1) << "it was switched to write-ahead logging";
  make("PRAGMA application_id = 1886872686; PRAGMA user_version = 99; CREATE TABLE t (x)");
  const auto newer = OpenSqliteStore(Path());
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().message,
            "cannot use " + Path() + ": its schema is version 99, this program knows up to 4");
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/intake/intake.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/fakes/fake_clock.h"

namespace warden {
namespace {

const Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

std::shared_ptr<const Config> OneReceiver() {
  Config config;
  config.route.receiver = "team";
  config.route.route_key = config.route.route_id = "{}";
  config.route.group_wait = std::chrono::seconds{0};
  Receiver receiver;
  receiver.name = "team";
  receiver.webhook.emplace_back();
  config.receivers.push_back(std::move(receiver));
  return std::make_shared<const Config>(std::move(config));
}

promql::Matcher Equal(const char* name, const char* value) {
  return *promql::Matcher::Make(name, promql::MatchOp::kEqual, value);
}

WebhookMessage News(const std::string& name, AlertStatus status = AlertStatus::kFiring) {
  WebhookMessage message;
  message.source = "default";
  message.group_key = name;
  message.external_url = "http://am";
  Alert alert;
  alert.status = status;
  alert.labels = {{"alertname", name}};
  alert.fingerprint = alert.labels.Fingerprint();
  alert.starts_at = kStart;
  message.alerts.push_back(std::move(alert));
  return message;
}

class IntakeTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = std::move(*OpenSqliteStore(":memory:"));
    Open();
  }
  void TearDown() override { Close(); }
  void Open(std::shared_ptr<const Config> config = OneReceiver()) {
    Open(*store_, std::move(config));
  }
  void Open(Store& store, std::shared_ptr<const Config> config = OneReceiver()) {
    writer_ = std::make_unique<StoreWriter>(store);
    IntakeEvents events;
    events.deliveries_added = [this] { ++told_; };
    intake_ =
        std::make_unique<Intake>(store, *writer_, clock_, std::move(config), std::move(events));
    ASSERT_TRUE(intake_->Start());
  }
  void Close() {
    intake_.reset();
    writer_.reset();
  }
  Result<Receipt> Send(WebhookMessage message) {
    std::promise<Result<Receipt>> answer;
    auto future = answer.get_future();
    intake_->Submit(std::move(message),
                    [&answer](const Result<Receipt>& result) { answer.set_value(result); });
    return future.get();
  }

  fakes::FakeClock clock_{kStart};
  std::atomic<int> told_{0};
  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Intake> intake_;
};

TEST_F(IntakeTest, AnswersWhenTheDecisionIsInTheStore) {
  const auto receipt = Send(News("A"));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->firing, 1U);
  const auto incidents = store_->ListIncidents({});
  ASSERT_EQ(incidents->rows.size(), 1U);
  EXPECT_EQ(incidents->rows.at(0).alerts.at(0).alert.name(), "A");
  EXPECT_EQ(store_->Balance()->pending, 1);
  ASSERT_TRUE(intake_->FlushNow());  // whoever waits for deliveries is told after the sender
  EXPECT_EQ(told_, 1);
}

TEST_F(IntakeTest, CarriesOnAfterARestart) {
  ASSERT_TRUE(Send(News("A")));
  Close();
  Open();
  EXPECT_TRUE(Send(News("A"))->is_duplicate);
  EXPECT_EQ(store_->Balance()->created, 1);
  EXPECT_EQ(Send(News("A", AlertStatus::kResolved))->resolved, 1U);
}

TEST_F(IntakeTest, TakesManyAtOnceWithFewCommits) {
  const auto before = writer_->commits();
  std::vector<std::future<Result<Receipt>>> answers;
  for (int i = 0; i < 500; ++i) {
    auto answer = std::make_shared<std::promise<Result<Receipt>>>();
    answers.push_back(answer->get_future());
    intake_->Submit(News("A" + std::to_string(i)),
                    [answer](const Result<Receipt>& result) { answer->set_value(result); });
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(store_->Balance()->created, 1)
      << "one group by default: one notification, then group_interval";
  EXPECT_LT(writer_->commits() - before, 500);
}

TEST_F(IntakeTest, FlushesWhenTheTimeHasCome) {
  ASSERT_TRUE(Send(News("A")));
  ASSERT_TRUE(Send(News("B")));
  EXPECT_EQ(store_->Balance()->created, 1);
  clock_.Advance(std::chrono::minutes{6});
  ASSERT_TRUE(intake_->FlushNow());
  EXPECT_EQ(store_->Balance()->created, 2);
}

TEST_F(IntakeTest, QuarantineIsKeptAsLongAndAsLargeAsTheConfigurationSays) {
  Close();
  auto config = std::make_shared<Config>(*OneReceiver());
  config->storage.quarantine_retention = std::chrono::hours{2};
  config->storage.quarantine_max_bytes = 10;
  Open(config);
  const auto keep = [this](const std::string& body) {
    std::promise<void> kept;
    intake_->Quarantine({0, clock_.Now(), "default", "no alerts", body},
                        [&kept](const Result<Receipt>&) { kept.set_value(); });
    kept.get_future().wait();
  };
  keep("first");
  clock_.Advance(std::chrono::hours{1});
  keep("later");
  EXPECT_EQ(store_->ListQuarantine({})->rows.size(), 2U);
  keep("more");
  EXPECT_EQ(store_->ListQuarantine({})->rows.size(), 2U) << "10 bytes, the oldest go";
  clock_.Advance(std::chrono::hours{3});
  ASSERT_TRUE(Send(News("a")));
  EXPECT_TRUE(store_->ListQuarantine({})->rows.empty());
}

TEST_F(IntakeTest, KeepsUnusableBodies) {
  std::promise<bool> kept;
  intake_->Quarantine(
      {0, kStart, "default", "no alerts", "{}"},
      [&kept](const Result<Receipt>& result) { kept.set_value(result.has_value()); });
  EXPECT_TRUE(kept.get_future().get());
  EXPECT_EQ(store_->ListQuarantine({})->rows.at(0).row.reason, "no alerts");
}

TEST_F(IntakeTest, StopsOnlyWhenALongQueueIsDecided) {
  std::atomic<int> answered{0};
  constexpr int kMany = 900;
  std::promise<void> gate;
  writer_->Submit(
      [opened = gate.get_future().share()](Transaction&) {
        opened.wait();
        return Result<void>{};
      },
      nullptr);
  for (int i = 0; i < kMany; ++i) {
    intake_->Submit(News("A" + std::to_string(i)), [&](const Result<Receipt>& result) {
      EXPECT_TRUE(result);
      const auto begun = std::chrono::steady_clock::now();  // one turn takes its time
      while (std::chrono::steady_clock::now() - begun < std::chrono::microseconds{50}) continue;
      ++answered;
    });
  }
  gate.set_value();
  intake_->Stop();
  EXPECT_EQ(answered, kMany);
}

TEST_F(IntakeTest, LooksAgainAtWhatWasMutedByAConfigurationThatIsGone) {
  Close();
  Config muting = *OneReceiver();
  muting.inhibit_rules.emplace_back();
  muting.inhibit_rules[0].source = {Equal("alertname", "Cause")};
  muting.inhibit_rules[0].target = {Equal("alertname", "Effect")};
  muting.route.group_by.is_all = true;
  Open(std::make_shared<const Config>(muting));
  ASSERT_TRUE(Send(News("Cause")));
  ASSERT_TRUE(Send(News("Effect")));
  EXPECT_EQ(store_->Balance()->created, 1) << "the effect is muted, for as long as its cause fires";
  Close();
  muting.inhibit_rules.clear();
  Open(std::make_shared<const Config>(muting));
  ASSERT_TRUE(intake_->FlushNow());
  EXPECT_EQ(store_->Balance()->created, 2);
}

TEST_F(IntakeTest, RefusesWhatComesAfterStop) {
  intake_->Stop();
  const auto refused = Send(News("A"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
}

// A store whose disk is full, or unreadable, at will.
class FailingStore final : public Store {
 public:
  explicit FailingStore(Store& inner) : inner_(inner) {}
  Result<void> Transact(const std::function<Result<void>(Transaction&)>& work) override {
    auto done = inner_.Transact([&](Transaction& transaction) -> Result<void> {
      if (auto worked = work(transaction); !worked) return worked;
      if (full) return Fail(ErrorCode::kUnavailable, "disk full");
      return {};
    });
    return done;
  }
  Result<StoredState> Load(Instant recent) override {
    if (unreadable) return Fail(ErrorCode::kUnavailable, "cannot be read");
    return inner_.Load(recent);
  }
  Result<Page<IncidentRow>> ListIncidents(const IncidentFilter& filter) override {
    return inner_.ListIncidents(filter);
  }
  Result<std::optional<IncidentRow>> FindIncident(std::string_view uid,
                                                  const PageLimit& alerts) override {
    return inner_.FindIncident(uid, alerts);
  }
  Result<Page<IncidentAlert>> ListAlerts(const AlertFilter& filter) override {
    return inner_.ListAlerts(filter);
  }
  Result<Page<TimelineEntry>> Timeline(const TimelineFilter& filter) override {
    return inner_.Timeline(filter);
  }
  Result<IncidentCounts> CountsOf(IncidentId incident) override {
    return inner_.CountsOf(incident);
  }
  Result<Page<Delivery>> ListDeliveries(const DeliveryFilter& filter) override {
    return inner_.ListDeliveries(filter);
  }
  Result<std::optional<Delivery>> FindDelivery(DeliveryId id) override {
    return inner_.FindDelivery(id);
  }
  Result<Page<QuarantinePart>> ListQuarantine(const QuarantineFilter& filter) override {
    return inner_.ListQuarantine(filter);
  }
  Result<Message> LoadMessage(const Delivery& delivery) override {
    return inner_.LoadMessage(delivery);
  }
  Result<std::string> RemoteId(IncidentId incident, const Destination& to) override {
    return inner_.RemoteId(incident, to);
  }
  Result<std::optional<Instant>> NextDue(const std::vector<Destination>& blocked) override {
    return inner_.NextDue(blocked);
  }
  Result<DeliveryBalance> Balance() override { return inner_.Balance(); }
  Result<std::map<std::string, DestinationQueue>> Queues() override { return inner_.Queues(); }
  Result<std::optional<std::string>> FindBlob(std::string_view name) override {
    return inner_.FindBlob(name);
  }
  Result<std::vector<std::string>> BlobNames(std::string_view prefix) override {
    return inner_.BlobNames(prefix);
  }

  std::atomic<bool> full{false};
  std::atomic<bool> unreadable{false};

 private:
  Store& inner_;
};

// The intake stands on a store that fails at will.
class FailingStoreTest : public IntakeTest {
 protected:
  void SetUp() override {
    IntakeTest::SetUp();
    Close();
    failing_ = std::make_unique<FailingStore>(*store_);
    Open(*failing_);
  }

  std::unique_ptr<FailingStore> failing_;
};

TEST_F(FailingStoreTest, AFullDiskRefusesAndTheImageIsThatOfTheStoreAfterwards) {
  ASSERT_TRUE(Send(News("A")));
  failing_->full = true;
  EXPECT_FALSE(Send(News("B")));
  EXPECT_FALSE(intake_->accepts());
  EXPECT_FALSE(Send(News("C")));
  failing_->full = false;
  while (!intake_->accepts()) std::this_thread::yield();  // the writer's probe
  const auto again = Send(News("B"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->firing, 1U) << "what was not committed was not remembered";
  EXPECT_TRUE(Send(News("A"))->is_duplicate);
}

// Holds the writer until it is let go, so that work piles up behind it into one turn.
class Gate {
 public:
  explicit Gate(StoreWriter& writer) {
    auto future = opened_.get_future().share();
    std::promise<void> reached;
    auto is_reached = reached.get_future();
    writer.Submit(
        [future, &reached](Transaction&) {
          reached.set_value();
          future.wait();
          return Result<void>{};
        },
        nullptr);
    is_reached.wait();
  }
  void Open() { opened_.set_value(); }

 private:
  std::promise<void> opened_;
};

TEST_F(IntakeTest, WorkThatFailsByItselfFailsAlone) {
  Gate gate(*writer_);
  std::promise<Result<Receipt>> answer;
  auto answered = answer.get_future();
  std::promise<Result<void>> own;
  auto failed = own.get_future();
  intake_->Submit(News("A"), [&](const Result<Receipt>& result) { answer.set_value(result); });
  writer_->Submit([](Transaction&) -> Result<void> { return Fail(ErrorCode::kInternal, "mine"); },
                  [&](const Result<void>& result) { own.set_value(result); });
  gate.Open();
  EXPECT_TRUE(answered.get());
  const auto result = failed.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "mine");
  EXPECT_TRUE(writer_->healthy());
  EXPECT_EQ(store_->ListIncidents({})->rows.size(), 1U);
  // Also when it is the only work of its turn.
  EXPECT_FALSE(writer_->Run(
      [](Transaction&) -> Result<void> { return Fail(ErrorCode::kInternal, "mine again"); }));
  EXPECT_TRUE(writer_->healthy());
}

// After "A" has fired: a row that triage does not know of stands where the next entry but one of
// its incident would go.
Result<void> PutInTheWay(StoreWriter& writer) {
  return writer.Run([](Transaction& transaction) {
    TimelineEntry entry;
    entry.incident = IncidentId{1};
    entry.sequence = 4;
    return transaction.AddTimeline(entry);
  });
}

// What comes to that entry.
WebhookMessage Unwritable() {
  auto message = News("A", AlertStatus::kResolved);
  message.alerts.push_back(News("B").alerts.front());
  return message;
}

TEST_F(IntakeTest, AMessageThatCannotBeWrittenLeavesTheImageAsTheStoreIs) {
  ASSERT_TRUE(Send(News("A")));
  ASSERT_TRUE(PutInTheWay(*writer_));
  ASSERT_FALSE(Send(Unwritable()));
  EXPECT_TRUE(intake_->accepts());
  EXPECT_TRUE(Send(News("A"))->is_duplicate) << "the resolve was not kept";
}

TEST_F(IntakeTest, WhatComesBehindAMessageThatCannotBeWrittenIsTaken) {
  ASSERT_TRUE(Send(News("A")));
  ASSERT_TRUE(PutInTheWay(*writer_));
  auto before = std::make_unique<Gate>(*writer_);
  std::atomic<bool> is_refused{false};
  intake_->Submit(Unwritable(), [&](const Result<Receipt>& result) { is_refused = !result; });
  std::promise<void> reached;
  std::promise<void> behind;
  // In the same transaction, after it.
  writer_->Submit(
      [&](Transaction&) {
        reached.set_value();
        behind.get_future().wait();
        return Result<void>{};
      },
      nullptr);
  before->Open();
  reached.get_future().wait();
  std::promise<Result<Receipt>> answer;
  auto answered = answer.get_future();
  intake_->Submit(News("N"), [&](const Result<Receipt>& result) { answer.set_value(result); });
  behind.set_value();
  const auto receipt = answered.get();
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->firing, 1U);
  EXPECT_TRUE(is_refused);
}

TEST_F(FailingStoreTest, AnImageThatCannotBeReadBackIsReadLater) {
  ASSERT_TRUE(Send(News("A")));
  ASSERT_TRUE(PutInTheWay(*writer_));
  failing_->unreadable = true;
  EXPECT_FALSE(Send(Unwritable()));
  EXPECT_FALSE(Send(News("C")));
  failing_->unreadable = false;
  while (!intake_->accepts()) std::this_thread::yield();  // the writer's probe
  EXPECT_TRUE(Send(News("A"))->is_duplicate) << "the resolve was not kept";
}

TEST_F(IntakeTest, MessagesThatWaitAreBoundedByWhatTheyHold) {
  Gate gate(*writer_);
  std::atomic<int> kept{0};
  std::atomic<int> refused{0};
  const auto count = [&](const Result<Receipt>& result) { ++(result ? kept : refused); };
  for (int i = 0; i < 40; ++i) {
    auto large = News("L" + std::to_string(i));
    large.alerts.front().annotations.Set("a", std::string(std::size_t{8} << 20, 'x'));
    intake_->Submit(std::move(large), count);
  }
  EXPECT_EQ(refused, 40 - 31) << "256 MiB hold 31 of a little more than 8 MiB";
  EXPECT_LE(intake_->queued_bytes(), Intake::kMostBytes);
  gate.Open();
  ASSERT_TRUE(intake_->FlushNow());
  EXPECT_EQ(kept, 31);
  EXPECT_EQ(intake_->queued_bytes(), 0U);
  EXPECT_TRUE(Send(News("A"))) << "there is room again";
}

// Sends rounds of messages that pile up into one turn each, at the pace of a storm.
class Storm {
 public:
  Storm(Intake& intake, StoreWriter& writer) : intake_(intake), writer_(writer) {}
  // Names N, N+1 …, `size` of them.
  void Round(int first, int size) {
    Gate gate(writer_);
    std::vector<std::future<Result<Receipt>>> answers;
    for (int i = 0; i < size; ++i) {
      auto answer = std::make_shared<std::promise<Result<Receipt>>>();
      answers.push_back(answer->get_future());
      intake_.Submit(News("S" + std::to_string(first + i)),
                     [answer](const Result<Receipt>& result) { answer->set_value(result); });
    }
    gate.Open();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
  }

 private:
  Intake& intake_;
  StoreWriter& writer_;
};

std::size_t AlertsListed(Store& store) {
  std::size_t alerts = 0;
  const auto incidents = store.ListIncidents({});
  for (const auto& row : incidents->rows) alerts += row.alerts.size();
  return alerts;
}

TEST_F(IntakeTest, InAStormTheTablesFollowTheJournal) {
  ASSERT_TRUE(Send(News("First")));  // speaks at once; those after it wait for group_interval
  Storm storm(*intake_, *writer_);
  for (int round = 0; round < 20; ++round) storm.Round(round * 8, 8);
  const auto begun = std::chrono::steady_clock::now();
  while (AlertsListed(*store_) < 161 &&
         std::chrono::steady_clock::now() - begun < std::chrono::seconds{60})
    ASSERT_TRUE(intake_->FlushNow());
  EXPECT_EQ(AlertsListed(*store_), 161U);
  EXPECT_EQ(store_->Timeline({IncidentId{1}})->rows.size(), 2 + 160U);
}

TEST_F(IntakeTest, WhatOnlyTheJournalHoldsSurvivesARestart) {
  ASSERT_TRUE(Send(News("First")));
  Storm storm(*intake_, *writer_);
  for (int round = 0; round < 5; ++round) storm.Round(round * 8, 8);
  Close();  // the clock stands still: nobody brings the tables up to date
  Open();
  EXPECT_EQ(AlertsListed(*store_), 41U);
  EXPECT_TRUE(Send(News("S39"))->is_duplicate);
  EXPECT_EQ(Send(News("S39", AlertStatus::kResolved))->resolved, 1U);
}

TEST_F(IntakeTest, WhatIsForgottenIsInTheTablesFirst) {
  ASSERT_TRUE(Send(News("First")));
  Storm storm(*intake_, *writer_);
  for (int round = 0; round < 5; ++round) storm.Round(round * 8, 8);
  ASSERT_TRUE(intake_->ClearMemory());
  EXPECT_EQ(AlertsListed(*store_), 41U);
}

TEST_F(IntakeTest, AnAlertThatNobodyReportsIsOverButNotRightAfterAStart) {
  ASSERT_TRUE(Send(News("A")));
  Close();
  clock_.Advance(std::chrono::hours{24 * 60});
  Open();
  ASSERT_TRUE(intake_->FlushNow());
  EXPECT_EQ(store_->ListIncidents({})->rows.size(), 1U);
  clock_.Advance(std::chrono::minutes{61});
  ASSERT_TRUE(intake_->FlushNow());
  const auto closed = store_->ListIncidents({.state = IncidentState::kClosed});
  ASSERT_EQ(closed->rows.size(), 1U);
  EXPECT_TRUE(closed->rows.at(0).alerts.at(0).alert.has_expired());
}

TEST_F(IntakeTest, RecoversHoweverMuchIsAskedForMeanwhile) {
  FailingStore failing(*store_);
  StoreWriter writer(failing);
  const auto write = [&] { return writer.Run([](Transaction&) { return Result<void>{}; }); };
  failing.full = true;
  EXPECT_FALSE(write());
  failing.full = false;
  const auto begun = std::chrono::steady_clock::now();
  while (!write() && std::chrono::steady_clock::now() - begun < std::chrono::seconds{10})
    std::this_thread::yield();
  EXPECT_TRUE(write());
}

}  // namespace
}  // namespace warden

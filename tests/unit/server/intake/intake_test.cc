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
    writer_ = std::make_unique<StoreWriter>(*store_);
    IntakeEvents events;
    events.deliveries_added = [this] { ++told_; };
    intake_ =
        std::make_unique<Intake>(*store_, *writer_, clock_, std::move(config), std::move(events));
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
  ASSERT_EQ(incidents->size(), 1U);
  EXPECT_EQ(incidents->at(0).alerts.at(0).alert.name(), "A");
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

TEST_F(IntakeTest, KeepsUnusableBodies) {
  std::promise<bool> kept;
  intake_->Quarantine(
      {0, kStart, "default", "no alerts", "{}"},
      [&kept](const Result<Receipt>& result) { kept.set_value(result.has_value()); });
  EXPECT_TRUE(kept.get_future().get());
  EXPECT_EQ(store_->ListQuarantine(10)->at(0).reason, "no alerts");
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

// A store whose disk is full at will.
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
  Result<StoredState> Load(Instant recent) override { return inner_.Load(recent); }
  Result<std::vector<IncidentRow>> ListIncidents(const IncidentFilter& filter) override {
    return inner_.ListIncidents(filter);
  }
  Result<std::optional<IncidentRow>> FindIncident(std::string_view uid) override {
    return inner_.FindIncident(uid);
  }
  Result<std::vector<TimelineEntry>> Timeline(IncidentId incident) override {
    return inner_.Timeline(incident);
  }
  Result<std::vector<Delivery>> ListDeliveries(const DeliveryFilter& filter) override {
    return inner_.ListDeliveries(filter);
  }
  Result<std::optional<Delivery>> FindDelivery(DeliveryId id) override {
    return inner_.FindDelivery(id);
  }
  Result<std::vector<QuarantineRow>> ListQuarantine(std::int64_t limit) override {
    return inner_.ListQuarantine(limit);
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

 private:
  Store& inner_;
};

TEST_F(IntakeTest, AFullDiskRefusesAndTheImageIsThatOfTheStoreAfterwards) {
  Close();
  FailingStore failing(*store_);
  StoreWriter writer(failing);
  Intake intake(failing, writer, clock_, OneReceiver(), {});
  ASSERT_TRUE(intake.Start());
  const auto send = [&](WebhookMessage message) {
    std::promise<Result<Receipt>> answer;
    auto future = answer.get_future();
    intake.Submit(std::move(message),
                  [&answer](const Result<Receipt>& result) { answer.set_value(result); });
    return future.get();
  };
  ASSERT_TRUE(send(News("A")));
  failing.full = true;
  EXPECT_FALSE(send(News("B")));
  EXPECT_FALSE(intake.accepts());
  EXPECT_FALSE(send(News("C")));
  failing.full = false;
  while (!intake.accepts()) std::this_thread::yield();  // the writer's probe
  const auto again = send(News("B"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->firing, 1U) << "what was not committed was not remembered";
  EXPECT_TRUE(send(News("A"))->is_duplicate);
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

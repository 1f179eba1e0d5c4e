// SPDX-License-Identifier: Apache-2.0
#include "server/intake/ledger.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

using std::chrono::milliseconds;

class LedgerTest : public testing::Test {
 protected:
  // One turn, `at` milliseconds after the start, that adds an alert (and ends an incident).
  void Turn(Ledger::Pace pace, int at, bool ends_something = false) {
    Changes changes;
    Alert alert;
    alert.labels = {{"alertname", "A" + std::to_string(++alerts_)}};
    alert.fingerprint = alert.labels.Fingerprint();
    changes.alerts.merge(more_);
    changes.alerts.insert(state_.AddAlert("default", std::move(alert)).id);
    changes.timeline.push_back(
        {IncidentId{1}, alerts_, Instant{}, TimelineKind::kJoined, "joined"});
    if (ends_something) {
      Incident over;
      over.id = IncidentId{9};
      over.uid = "over";
      over.closed_at = Instant{};
      changes.closed.push_back(std::move(over));
    }
    const auto done = store_->Transact([&](Transaction& transaction) {
      return ledger_.Write(transaction, state_, changes, pace, start_ + milliseconds{at});
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  // What the tables hold.
  std::size_t Listed() { return store_->Timeline({IncidentId{1}})->rows.size(); }

  std::unique_ptr<Store> store_ = std::move(*OpenSqliteStore(":memory:"));
  Ledger::Steady::time_point start_ = Ledger::Steady::now();
  TriageState state_;
  Ledger ledger_;
  int alerts_ = 0;
  std::set<AlertId> more_;  // changed in the next turn too
};

TEST_F(LedgerTest, WritesToTheTablesWhenItIsCalm) {
  Turn(Ledger::Pace::kCalm, 0);
  Turn(Ledger::Pace::kCalm, 1);
  EXPECT_EQ(Listed(), 2U);
  EXPECT_FALSE(ledger_.lags());
}

TEST_F(LedgerTest, LetsTheTablesLagInAStormButNotForLong) {
  for (int at = 0; at < 100; at += 10) Turn(Ledger::Pace::kBusy, at);
  EXPECT_EQ(Listed(), 0U);
  EXPECT_TRUE(ledger_.lags());
  Turn(Ledger::Pace::kBusy, 100);
  EXPECT_EQ(Listed(), 11U);
  EXPECT_FALSE(ledger_.lags());
  Turn(Ledger::Pace::kBusy, 101);
  EXPECT_EQ(Listed(), 11U);
}

TEST_F(LedgerTest, WritesALargeTurnToTheTablesAtOnce) {
  for (int i = 0; i < 100; ++i) {
    Alert alert;
    alert.labels = {{"alertname", "L" + std::to_string(i)}};
    more_.insert(state_.AddAlert("default", std::move(alert)).id);
  }
  Turn(Ledger::Pace::kBusy, 0);
  EXPECT_EQ(Listed(), 1U);
  EXPECT_FALSE(ledger_.lags());
}

TEST_F(LedgerTest, BringsTheTablesUpToDateWhenTheStormIsOver) {
  Turn(Ledger::Pace::kBusy, 0);
  Turn(Ledger::Pace::kCalm, 1);
  EXPECT_EQ(Listed(), 2U);
}

TEST_F(LedgerTest, WhatPeopleAreToldNeverLags) {
  Turn(Ledger::Pace::kBusy, 0);
  Turn(Ledger::Pace::kBusy, 1, true);
  EXPECT_EQ(Listed(), 2U);
  EXPECT_TRUE(*store_->FindIncident("over", {}));
}

TEST_F(LedgerTest, WhatIsInTheTablesIsNotInTheJournalAnyMore) {
  Turn(Ledger::Pace::kBusy, 0);
  Turn(Ledger::Pace::kCalm, 1);
  ASSERT_TRUE(store_->Load(Instant{})) << "timeline rows would stand there twice";
  EXPECT_EQ(Listed(), 2U);
}

TEST_F(LedgerTest, ALoadHasEverythingThatWasWritten) {
  for (int at = 0; at < 5; ++at) Turn(Ledger::Pace::kBusy, at);
  const auto loaded = store_->Load(Instant{});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->alerts.size(), 5U);
  EXPECT_EQ(Listed(), 5U);
  ledger_.Forget();
  Turn(Ledger::Pace::kCalm, 6);
  EXPECT_EQ(Listed(), 6U);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/triage/tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "triage_fixture.h"

namespace warden {
namespace {

// By looking at everything.
AlertCounts Counted(const TriageState& state) {
  AlertCounts counts;
  counts.open_incidents = std::ssize(state.incidents());
  for (const auto& [id, record] : state.alerts())
    counts.firing_alerts += record.alert.status == AlertStatus::kFiring ? 1 : 0;
  for (const auto& [id, incident] : state.incidents()) {
    const auto muted = std::ranges::count_if(incident.members,
                                             [](const auto& entry) { return entry.second.muted; });
    counts.muted_alerts += muted;
    counts.muted_incidents += muted > 0 ? 1 : 0;
  }
  return counts;
}

std::string Told(const AlertCounts& counts) {
  return std::to_string(counts.open_incidents) + " open, " + std::to_string(counts.firing_alerts) +
         " firing, " + std::to_string(counts.muted_alerts) + " muted in " +
         std::to_string(counts.muted_incidents);
}

TEST(Tally, FollowsMutedAlertsToTheirEnd) {
  const promql::LabelSet down{{"alertname", "Down"}, {"instance", "a"}};
  const promql::LabelSet hot{{"alertname", "Hot"}, {"instance", "a"}};
  Desk desk(InhibitingConfig());
  Tally tally;
  const auto now = [&] {
    tally.Apply(desk.triage().state(), desk.changes());
    return Told(tally.counts());
  };
  desk.Send(20, Webhook({Firing(down), Firing(hot)}));
  EXPECT_EQ(now(), "2 open, 2 firing, 1 muted in 1");
  desk.Send(30, Webhook({Resolved(down, 0, 30)}));
  EXPECT_EQ(now(), "2 open, 1 firing, 0 muted in 0");
  desk.Send(40, Webhook({Resolved(hot, 0, 40)}));
  EXPECT_EQ(now(), "2 open, 0 firing, 0 muted in 0");
  desk.Wait(200);
  EXPECT_EQ(now(), "0 open, 0 firing, 0 muted in 0");
}

TEST(Tally, IsWhatALookAtEverythingWouldCount) {
  std::mt19937 random(7);
  const auto below = [&random](unsigned many) { return static_cast<int>(random() % many); };
  Desk desk(InhibitingConfig());
  Tally tally;
  std::int64_t most_muted = 0;
  for (int at = 0; at < 60'000; at += below(40)) {
    const promql::LabelSet labels{{"alertname", below(3) == 0 ? "Down" : "Hot"},
                                  {"instance", std::string(1, static_cast<char>('a' + below(6)))}};
    switch (below(6)) {
      case 0:
        desk.Wait(at);
        break;
      case 1:
        desk.triage().ClearMemory(At(at));
        desk.Expire(at);
        break;
      case 2:
      case 3: {
        auto message = Webhook({Resolved(labels, at, at)});
        message.truncated_alerts = below(5) == 0 ? 1 : 0;
        desk.Send(at, std::move(message));
        break;
      }
      default:
        desk.Send(at, Webhook({Firing(labels, at)}));
    }
    const auto& state = desk.triage().state();
    tally.Apply(state, desk.changes());
    ASSERT_EQ(Told(tally.counts()), Told(Counted(state))) << "at " << at;
    ASSERT_EQ(Tally(state).counts(), tally.counts()) << "at " << at;
    most_muted = std::max(most_muted, tally.counts().muted_alerts);
  }
  EXPECT_GE(most_muted, 3) << "the walk never got anywhere";
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/config/destinations.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

using namespace std::chrono_literals;

TEST(Destinations, PagesAreStaleSooner) {
  Config config;
  EXPECT_EQ(LifetimeOf(config, {"r", "pagerduty", 0}), 1h);
  EXPECT_EQ(LifetimeOf(config, {"r", "slack", 0}), 24h);
  config.delivery.retry.give_up_after = 10min;
  EXPECT_EQ(LifetimeOf(config, {"r", "pagerduty", 0}), 10min);
}

TEST(Destinations, ComeInAlertmanagersOrderWithTheirWishForResolves) {
  Config config;
  Receiver receiver;
  receiver.name = "team";
  receiver.telegram.resize(1);
  receiver.slack.resize(2);
  receiver.email.resize(1);
  config.receivers.push_back(receiver);
  const auto integrations = IntegrationsOf(config, "team");
  ASSERT_EQ(integrations.size(), 4U);
  EXPECT_EQ(Text(integrations[0].destination), "team/email/0");
  EXPECT_FALSE(integrations[0].send_resolved);
  EXPECT_EQ(Text(integrations[2].destination), "team/slack/1");
  EXPECT_EQ(Text(integrations[3].destination), "team/telegram/0");
  EXPECT_TRUE(integrations[3].send_resolved);
  EXPECT_TRUE(IntegrationsOf(config, "nobody").empty());
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/tailor.h"

#include <gtest/gtest.h>

namespace warden {
namespace {

Alert AlertOf(AlertStatus status, const std::string& instance) {
  Alert alert;
  alert.status = status;
  alert.labels = {{"alertname", "Down"}, {"instance", instance}};
  alert.annotations = {{"summary", instance + " is down"}};
  return alert;
}

Message MessageOf(std::vector<Alert> alerts) {
  Message message;
  message.route_id = "{}/{a=\"b\"}/0";
  message.alerts = std::move(alerts);
  message.common_labels = CommonLabels(message.alerts);
  message.common_annotations = CommonAnnotations(message.alerts);
  return message;
}

// Slack wants no ends, the webhook does.
Config TwoChannels() {
  Config config;
  Receiver team;
  team.name = "team";
  team.slack.emplace_back().send_resolved = false;
  team.webhook.emplace_back().send_resolved = true;
  config.receivers.push_back(std::move(team));
  config.route.route_id = "{}";
  config.route.labels = {{"root", "yes"}};
  Route child;
  child.route_id = "{}/{a=\"b\"}/0";
  child.labels = {{"root", "yes"}, {"what", "{{ .CommonLabels.alertname }}"}, {"bad", "{{ .No"}};
  config.route.routes.push_back(std::move(child));
  return config;
}

const Destination kSlack{"team", "slack", 0};
const Destination kWebhook{"team", "webhook", 0};

TEST(Tailor, LeavesOutWhatIsOverWhereNobodyWantsEnds) {
  const Config config = TwoChannels();
  const Message whole =
      MessageOf({AlertOf(AlertStatus::kFiring, "a"), AlertOf(AlertStatus::kResolved, "b")});
  Message message = whole;
  ASSERT_TRUE(Tailor(message, config, kSlack));
  ASSERT_EQ(message.alerts.size(), 1U);
  EXPECT_EQ(message.common_labels.Get("instance"), "a");
  EXPECT_EQ(message.common_annotations.Get("summary"), "a is down");
  for (const Destination& destination : {kWebhook, Destination{"grafana", "grafana", 0}}) {
    message = whole;
    ASSERT_TRUE(Tailor(message, config, destination));
    EXPECT_EQ(message.alerts.size(), 2U);
    EXPECT_FALSE(message.common_labels.Has("instance"));
  }
}

TEST(Tailor, SaysWhenNothingIsLeft) {
  const Config config = TwoChannels();
  Message message = MessageOf({AlertOf(AlertStatus::kResolved, "a")});
  EXPECT_FALSE(Tailor(message, config, kSlack));
  message = MessageOf({AlertOf(AlertStatus::kResolved, "a")});
  EXPECT_TRUE(Tailor(message, config, kWebhook));
}

TEST(Tailor, FillsInTheLabelsOfTheRoute) {
  const Config config = TwoChannels();
  Message message = MessageOf({AlertOf(AlertStatus::kFiring, "a")});
  ASSERT_TRUE(Tailor(message, config, kWebhook));
  EXPECT_EQ(message.route_labels,
            (promql::LabelSet{{"bad", "{{ .No"}, {"root", "yes"}, {"what", "Down"}}));
  message.route_id = "a route that is gone";
  message.route_labels = {};
  ASSERT_TRUE(Tailor(message, config, kWebhook));
  EXPECT_TRUE(message.route_labels.empty());
}

}  // namespace
}  // namespace warden

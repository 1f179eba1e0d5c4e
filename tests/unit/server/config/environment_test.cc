// SPDX-License-Identifier: Apache-2.0
#include "server/config/environment.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace warden {
namespace {

using Variables = std::map<std::string, std::string>;

std::expected<LoadedConfig, ConfigDiagnostics> From(const Variables& variables) {
  return ConfigFromEnvironment([&variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string Skipped(const Config& config) {
  std::string text;
  for (const SkippedChannel& skipped : config.skipped_channels)
    text += skipped.channel + ":" + skipped.variable + " ";
  return text;
}

TEST(ConfigFromEnvironment, RoutesBySeverity) {
  const auto loaded = From({{"SLACK_WEBHOOK_URL", "https://hooks.example.org/x"},
                            {"SLACK_CHANNEL", "#alerts"},
                            {"PAGERDUTY_INTEGRATION_KEY", "key"},
                            {"TELEGRAM_BOT_TOKEN", "1:a"},
                            {"TELEGRAM_CHAT_ID", "-100"},
                            {"DISCORD_WEBHOOK_URL", "https://discord.example/x"},
                            {"CUSTOM_WEBHOOK_URL", "http://localhost:5001/"},
                            {"SMTP_HOST", "mail.example.org"},
                            {"SMTP_FROM", "a@example.org"},
                            {"ALERT_EMAIL_TO", "ops@example.org"},
                            {"CRITICAL_ALERT_EMAIL_TO", "oncall@example.org"},
                            {"PROMETHEUS_URL", "http://localhost:9090/"},
                            {"GRAFANA_URL", "http://localhost:3000"},
                            {"GRAFANA_API_KEY", "token"}});
  ASSERT_TRUE(loaded) << Format(loaded.error());
  const Config& config = loaded->config;
  EXPECT_EQ(Skipped(config), "");
  EXPECT_EQ(config.route.group_wait.count(), 0);
  ASSERT_EQ(config.route.routes.size(), 3U);
  EXPECT_EQ(config.route.routes[0].route_key, "{}/{severity=\"critical\"}");
  EXPECT_EQ(config.prometheus.url, "http://localhost:9090");
  EXPECT_TRUE(config.grafana.is_set());
  const Receiver* critical = config.FindReceiver("critical");
  ASSERT_NE(critical, nullptr);
  EXPECT_EQ(critical->pagerduty.size(), 1U);
  EXPECT_EQ(critical->slack.size(), 1U);
  EXPECT_EQ(critical->slack[0].channel.text, "#alerts");
  EXPECT_TRUE(critical->slack[0].send_resolved);
  EXPECT_EQ(critical->telegram.size(), 1U);
  EXPECT_EQ(critical->discord.size(), 1U);
  EXPECT_EQ(critical->webhook.size(), 1U);
  ASSERT_EQ(critical->email.size(), 1U);
  EXPECT_EQ(critical->email[0].to.text, "oncall@example.org");
  EXPECT_EQ(critical->email[0].smarthost_port, "587");
  EXPECT_TRUE(critical->email[0].require_tls);
  const Receiver* warning = config.FindReceiver("warning");
  EXPECT_TRUE(warning->pagerduty.empty());
  EXPECT_TRUE(warning->email.empty());
  EXPECT_EQ(warning->slack.size(), 1U);
  const Receiver* info = config.FindReceiver("info");
  EXPECT_TRUE(info->slack.empty());
  ASSERT_EQ(info->email.size(), 1U);
  EXPECT_EQ(info->email[0].to.text, "ops@example.org");
}

TEST(ConfigFromEnvironment, NamesWhatIsSkipped) {
  const auto loaded =
      From({{"TELEGRAM_BOT_TOKEN", "1:a"}, {"SMTP_HOST", "localhost"}, {"SMTP_FROM", "a@b"}});
  ASSERT_TRUE(loaded) << Format(loaded.error());
  EXPECT_EQ(Skipped(loaded->config),
            "slack:SLACK_WEBHOOK_URL discord:DISCORD_WEBHOOK_URL telegram:TELEGRAM_CHAT_ID "
            "pagerduty:PAGERDUTY_INTEGRATION_KEY email:ALERT_EMAIL_TO webhook:CUSTOM_WEBHOOK_URL "
            "grafana:GRAFANA_URL ");
}

TEST(ConfigFromEnvironment, TakesSecretsFromFiles) {
  const auto loaded = From({{"SLACK_WEBHOOK_URL_FILE", "/run/secrets/slack"}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.FindReceiver("default")->slack.at(0).api_url.path(),
            "/run/secrets/slack");
}

TEST(ConfigFromEnvironment, NamesEveryMistakeAndNoSecret) {
  const auto loaded = From({{"SLACK_WEBHOOK_URL", "hooks-s3cret"},
                            {"TELEGRAM_BOT_TOKEN", "1:a"},
                            {"TELEGRAM_CHAT_ID", "me"},
                            {"SMTP_HOST", "mail"},
                            {"SMTP_PORT", "x"}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(Format(loaded.error()),
            "environment: SLACK_WEBHOOK_URL is no usable URL: expected a URL that begins with "
            "http:// or https://\n"
            "environment: TELEGRAM_CHAT_ID must be a number other than 0\n"
            "environment: SMTP_PORT must be a number from 1 to 65535\n"
            "environment: SMTP_FROM is needed: the address that mails come from\n");
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/config/environment.h"

#include <charconv>
#include <cstdlib>
#include <utility>

#include "server/config/sections.h"
#include "server/config/url.h"

namespace warden {
namespace {

constexpr const char* kSource = "environment";

TemplateText PlainText(std::string text) { return {std::move(text), true, 0, 0}; }

// Looks at the variables one by one and remembers what is wrong or missing.
class EnvironmentReader {
 public:
  explicit EnvironmentReader(const Environment& environment) : environment_(environment) {}

  [[nodiscard]] std::string Text(const std::string& name) const {
    return environment_(name).value_or("");
  }

  // NAME, or the file that NAME_FILE names.
  Secret SecretNamed(const std::string& name, bool is_url = false) {
    const std::string text = Text(name);
    const std::string file = Text(name + "_FILE");
    if (!text.empty() && !file.empty()) Error(name + "_FILE", "excludes " + name);
    if (!text.empty()) {
      if (is_url) CheckUrl(name, text);
      return Secret::Inline(text);
    }
    return file.empty() ? Secret() : Secret::File(file);
  }

  std::string Url(const std::string& name) {
    std::string url = Text(name);
    if (!url.empty()) CheckUrl(name, url);
    while (url.ends_with('/')) url.pop_back();
    return url;
  }

  void Error(const std::string& name, const std::string& message) {
    errors_.push_back({kSource, 0, 0, name + " " + message, ""});
  }

  void Skip(std::string channel, std::string variable) {
    skipped_.push_back({std::move(channel), std::move(variable)});
  }

  [[nodiscard]] const ConfigDiagnostics& errors() const { return errors_; }
  [[nodiscard]] const std::vector<SkippedChannel>& skipped() const { return skipped_; }

 private:
  void CheckUrl(const std::string& name, const std::string& url) {
    if (const auto problem = HttpUrlProblem(url)) Error(name, "is no usable URL: " + *problem);
  }

  const Environment& environment_;
  ConfigDiagnostics errors_;
  std::vector<SkippedChannel> skipped_;
};

// --- One reader a channel: adds it to the receiver when its variables are there
// ---------------------

void AddSlack(EnvironmentReader& env, Receiver& chat) {
  const Secret url = env.SecretNamed("SLACK_WEBHOOK_URL", true);
  if (!url.is_set()) return env.Skip("slack", "SLACK_WEBHOOK_URL");
  SlackConfig slack;
  slack.send_resolved = true;
  slack.api_url = url;
  slack.app_url = GlobalConfig{}.slack_app_url;
  if (const std::string channel = env.Text("SLACK_CHANNEL"); !channel.empty()) {
    slack.channel = PlainText(channel);
  }
  chat.slack.push_back(std::move(slack));
}

void AddDiscord(EnvironmentReader& env, Receiver& chat) {
  const Secret url = env.SecretNamed("DISCORD_WEBHOOK_URL", true);
  if (!url.is_set()) return env.Skip("discord", "DISCORD_WEBHOOK_URL");
  DiscordConfig discord;
  discord.webhook_url = url;
  chat.discord.push_back(std::move(discord));
}

void AddTelegram(EnvironmentReader& env, Receiver& chat) {
  TelegramConfig telegram;
  telegram.api_url = GlobalConfig{}.telegram_api_url;
  telegram.bot_token = env.SecretNamed("TELEGRAM_BOT_TOKEN");
  const std::string chat_id = env.Text("TELEGRAM_CHAT_ID");
  if (!telegram.bot_token.is_set()) return env.Skip("telegram", "TELEGRAM_BOT_TOKEN");
  if (chat_id.empty()) return env.Skip("telegram", "TELEGRAM_CHAT_ID");
  const auto [end, error] =
      std::from_chars(chat_id.data(), chat_id.data() + chat_id.size(), telegram.chat_id);
  if (error != std::errc() || end != chat_id.data() + chat_id.size() || telegram.chat_id == 0) {
    return env.Error("TELEGRAM_CHAT_ID", "must be a number other than 0");
  }
  chat.telegram.push_back(std::move(telegram));
}

void AddPagerduty(EnvironmentReader& env, Receiver& pager) {
  PagerdutyConfig pagerduty;
  pagerduty.routing_key = env.SecretNamed("PAGERDUTY_INTEGRATION_KEY");
  if (!pagerduty.routing_key.is_set()) return env.Skip("pagerduty", "PAGERDUTY_INTEGRATION_KEY");
  pagerduty.url = GlobalConfig{}.pagerduty_url;
  pager.pagerduty.push_back(std::move(pagerduty));
}

void AddWebhook(EnvironmentReader& env, Receiver& everywhere) {
  WebhookConfig webhook;
  webhook.url = env.SecretNamed("CUSTOM_WEBHOOK_URL", true);
  if (!webhook.url.is_set()) return env.Skip("webhook", "CUSTOM_WEBHOOK_URL");
  everywhere.webhook.push_back(std::move(webhook));
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// The mail channel without its address; nothing when it is not configured.
std::optional<EmailConfig> ReadEmail(EnvironmentReader& env) {
  EmailConfig email;
  email.send_resolved = true;
  email.smarthost_host = env.Text("SMTP_HOST");
  email.auth_username = env.Text("SMTP_USERNAME");
  email.auth_password = env.SecretNamed("SMTP_PASSWORD");
  const std::string from = env.Text("SMTP_FROM");
  const std::string port = env.Text("SMTP_PORT");
  email.smarthost_port = port.empty() ? "587" : port;
  email.from = PlainText(from.empty() ? email.auth_username : from);
  email.require_tls = !IsLoopback(email.smarthost_host);
  if (email.smarthost_host.empty()) {
    env.Skip("email", "SMTP_HOST");
    return std::nullopt;
  }
  int number = 0;
  const std::string& text = email.smarthost_port;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > 65535) {
    env.Error("SMTP_PORT", "must be a number from 1 to 65535");
  }
  if (email.from.text.empty())
    env.Error("SMTP_FROM", "is needed: the address that mails come from");
  return email;
}

void AddEmails(EnvironmentReader& env, Receiver& usual, Receiver& critical) {
  auto email = ReadEmail(env);
  if (!email) return;
  const std::string to = env.Text("ALERT_EMAIL_TO");
  const std::string critical_to = env.Text("CRITICAL_ALERT_EMAIL_TO");
  if (to.empty() && critical_to.empty()) return env.Skip("email", "ALERT_EMAIL_TO");
  if (!to.empty()) {
    email->to = PlainText(to);
    usual.email.push_back(*email);
  }
  email->to = PlainText(critical_to.empty() ? to : critical_to);
  critical.email.push_back(*std::move(email));
}

template <class T>
void Append(std::vector<T>& out, const std::vector<T>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

void Join(Receiver& out, const Receiver& more) {
  Append(out.slack, more.slack);
  Append(out.discord, more.discord);
  Append(out.telegram, more.telegram);
  Append(out.pagerduty, more.pagerduty);
  Append(out.email, more.email);
  Append(out.webhook, more.webhook);
}

// critical → pager, chat, mail; warning and everything without a known severity → chat; info →
// mail; the custom webhook gets all.
std::vector<Receiver> ReadReceivers(EnvironmentReader& env) {
  Receiver chat;
  Receiver pager;
  Receiver usual_mail;
  Receiver critical_mail;
  Receiver everywhere;
  AddSlack(env, chat);
  AddDiscord(env, chat);
  AddTelegram(env, chat);
  AddPagerduty(env, pager);
  AddEmails(env, usual_mail, critical_mail);
  AddWebhook(env, everywhere);
  std::vector<Receiver> receivers(4);
  const char* const names[] = {"critical", "warning", "info", "default"};
  for (std::size_t i = 0; i < receivers.size(); ++i) receivers[i].name = names[i];
  for (const Receiver* part : {&pager, &chat, &critical_mail, &everywhere})
    Join(receivers[0], *part);
  for (const Receiver* part : {&chat, &everywhere}) Join(receivers[1], *part);
  for (const Receiver* part : {&usual_mail, &everywhere}) Join(receivers[2], *part);
  for (const Receiver* part : {&chat, &everywhere}) Join(receivers[3], *part);
  return receivers;
}

RouteDraft SeverityRoute(const std::string& severity) {
  RouteDraft route;
  route.receiver = severity;
  route.matchers.push_back(*promql::Matcher::Make("severity", promql::MatchOp::kEqual, severity));
  return route;
}

Route ReadRoute(Reader& reader, const Config& config) {
  RouteDraft root;
  root.receiver = "default";
  root.group_by = GroupBy{false, {"alertname", "severity"}};
  root.group_wait = std::chrono::milliseconds(0);
  for (const char* severity : {"critical", "warning", "info"}) {
    root.routes.push_back(SeverityRoute(severity));
  }
  return FinishRoute(reader, root, config);
}

void ReadGrafana(EnvironmentReader& env, GrafanaConfig& grafana) {
  grafana.url = env.Url("GRAFANA_URL");
  grafana.token = env.SecretNamed("GRAFANA_API_KEY");
  if (!grafana.is_set()) return env.Skip("grafana", "GRAFANA_URL");
  if (grafana.token.is_set()) return;
  env.Skip("grafana", "GRAFANA_API_KEY");
  grafana = {};
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::expected<LoadedConfig, ConfigDiagnostics> ConfigFromEnvironment(
    const Environment& environment) {
  EnvironmentReader env(environment);
  Config config;
  config.source = kSource;
  config.receivers = ReadReceivers(env);
  config.prometheus.url = env.Url("PROMETHEUS_URL");
  config.alertmanager_url = env.Url("ALERTMANAGER_URL");
  ReadGrafana(env, config.grafana);
  if (!env.errors().empty()) return std::unexpected(env.errors());
  Reader reader(kSource, "");
  config.route = ReadRoute(reader, config);
  config.skipped_channels = env.skipped();
  return LoadedConfig{std::move(config), {}};
}

}  // namespace warden

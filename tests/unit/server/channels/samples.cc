// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/channels/samples.h"

#include <gtest/gtest.h>

#include "server/config/destinations.h"

namespace warden::samples {
namespace {

using std::chrono::minutes;

TemplateText Plain(std::string text) {
  TemplateText field;
  field.text = std::move(text);
  field.is_set = true;
  return field;
}

std::string Canary(std::string_view around) { return std::string(around) + std::string(kCanary); }

Receiver EveryReceiver() {
  Receiver receiver;
  receiver.name = "team.x";
  SlackConfig& slack = receiver.slack.emplace_back();
  slack.send_resolved = true;
  slack.api_url = Secret::Inline("https://hooks.slack.example/services/T000/B000/" + Canary("s"));
  slack.channel = Plain("#ops");
  receiver.discord.emplace_back().webhook_url =
      Secret::Inline("https://discord.example/api/webhooks/4711/" + Canary("d"));
  TelegramConfig& telegram = receiver.telegram.emplace_back();
  telegram.api_url = "https://telegram.example";
  telegram.bot_token = Secret::Inline("4242:" + Canary("t"));
  telegram.chat_id = -1001;
  PagerdutyConfig& pagerduty = receiver.pagerduty.emplace_back();
  pagerduty.url = "https://pagerduty.example/v2/enqueue";
  pagerduty.routing_key = Secret::Inline(Canary("p"));
  EmailConfig& email = receiver.email.emplace_back();
  email.send_resolved = true;
  email.from = Plain("Warden <warden@example.org>");
  email.to = Plain("ops@example.org, \"Doe, Jane\" <jane@example.org>");
  email.auth_password = Secret::Inline(Canary("e"));
  WebhookConfig& webhook = receiver.webhook.emplace_back();
  webhook.url = Secret::Inline("https://hook.example/in?token=" + Canary("w"));
  webhook.signing_secret = Secret::Inline(Canary("sign"));
  return receiver;
}

Alert Error(std::string_view instance, std::string_view started_at) {
  Alert alert;
  alert.labels = {{"alertname", "HighErrorRate"},
                  {"cluster", "prod-eu"},
                  {"instance", std::string(instance)},
                  {"job", "api"},
                  {"service", "checkout"},
                  {"severity", "critical"}};
  alert.annotations = {{"summary", "5% of checkout requests fail on " + std::string(instance)},
                       {"description",
                        "More than 1% of requests failed for 5 minutes.\n"
                        "Customers cannot pay."},
                       {"runbook_url", "https://runbooks.example.org/HighErrorRate?a=1&b=2"}};
  alert.starts_at = At(started_at);
  alert.generator_url = "http://prometheus.example:9090/graph?g0.expr=rate%28x%5B5m%5D%29&g0.tab=1";
  alert.fingerprint = alert.labels.Fingerprint();
  return alert;
}

// Fills in what follows from the alerts.
Message Finish(Message message) {
  message.incident_uid = "7Q2M4T8ZK1B3C";
  message.notification = {9};
  message.delivery_key = "dlv-7Q2M4T8ZK1B3C-" + std::to_string(message.sequence);
  message.receiver = "team.x";
  message.group_key = R"({}/{team="x"}:{alertname="HighErrorRate"})";
  message.group_labels = {{"alertname", "HighErrorRate"}};
  message.common_labels = CommonLabels(message.alerts);
  message.common_annotations = CommonAnnotations(message.alerts);
  message.route_labels = {{"escalation", "x"}};
  message.external_url = "https://warden.example.org/";
  message.opened_at = At("2026-11-21T02:57:20Z");
  return message;
}

}  // namespace

Instant At(std::string_view rfc3339) {
  const std::optional<Instant> at = ParseRfc3339(rfc3339);
  EXPECT_TRUE(at.has_value()) << rfc3339;
  return at.value_or(Instant{});
}

Config EveryChannel() {
  Config config;
  config.alertmanager_url = "https://alertmanager.example.org";
  config.receivers.push_back(EveryReceiver());
  config.grafana.url = "https://grafana.example.org/g";
  config.grafana.token = Secret::Inline(Canary("g"));
  config.grafana.tags = {"team:x"};
  config.grafana.dashboards = {{"HighErrorRate", "critical", "Service Overview", "Request Rate"}};
  return config;
}

Message Firing() {
  Message message;
  message.sequence = 1;
  message.at = At("2026-11-21T03:01:50Z");
  message.alerts = {Error("web-1:9100", "2026-11-21T02:57:13.25Z")};
  return Finish(std::move(message));
}

Message Resolved() {
  Message message = Firing();
  message.sequence = 2;
  message.status = AlertStatus::kResolved;
  message.reason = NotifyReason::kAllResolved;
  message.alerts[0].status = AlertStatus::kResolved;
  message.alerts[0].ends_at = At("2026-11-21T03:20:13Z");
  message.at = At("2026-11-21T03:21:00Z");
  message.closed_at = message.at;
  return Finish(std::move(message));
}

Message Many() {
  Message message;
  message.sequence = 3;
  message.reason = NotifyReason::kNewAlerts;
  message.at = At("2026-11-21T03:31:00Z");
  message.muted = 2;
  for (int i = 1; i <= 43; ++i) {
    Alert alert = Error("web-" + std::to_string(i) + ":9100", "2026-11-21T02:57:13Z");
    alert.starts_at += minutes(i / 2);
    if (i > 40) {
      alert.status = AlertStatus::kResolved;
      alert.ends_at = At("2026-11-21T03:29:00Z");
    }
    message.alerts.push_back(std::move(alert));
  }
  return Finish(std::move(message));
}

Message Hostile() {
  Message message;
  message.sequence = 4;
  message.at = At("2026-11-21T03:01:50Z");
  Alert alert = Error("a\r\nBcc: evil@example.org\r\n\r\nx", "2026-11-21T02:57:13Z");
  alert.labels.Set("alertname", "<!channel> @everyone <b>*x*</b>");
  alert.labels.Set("service", "</script><script>alert(1)</script>&amp;{{ .Labels }}");
  alert.labels.Set("namespace", "\xE2\x80\xAEtxet desrever\xE2\x80\xAC");
  alert.labels.Set("bad", "a\xFF\xC0\x80z\x01\x1B[31m");
  alert.labels.Set("a:b|c", "_under_ `code` ~x~ [t](http://e) ||s|| \\");
  alert.annotations = {
      {"summary", "<@U123> <#C1|x> <!here> @here <img src=x onerror=y>"},
      {"description", "line 1\r\n.\r\n\"q\" 'q' \xD9\x85\xD8\xB1 \xF0\x9F\x94\xA5"},
      {"runbook_url", "javascript:alert(1)"},
      {"dashboard_url", "https://x.example/\"onmouseover=\"y"},
      {"dashboard_uid", "../../admin?x=<y>"}};
  alert.generator_url = "JavaScript:alert(document.cookie)//http://";
  alert.fingerprint = alert.labels.Fingerprint();
  message.alerts = {alert};
  message.external_url = "";
  message = Finish(std::move(message));
  message.group_key = "{}:{alertname=\"<!channel>\"}";
  message.group_labels = {{"alertname", "<!channel> @everyone <b>*x*</b>"}};
  return message;
}

Message Anomalous() {
  Message message = Firing();
  AnomalyVerdict verdict;
  verdict.query = "sum(rate(errors_total[5m]))";
  verdict.detector = "holt_winters";
  verdict.anomalous = true;
  verdict.severity = "critical";
  verdict.observed = 0.34;
  verdict.expected = 0.02;
  verdict.lower = 0.01;
  verdict.upper = 0.03;
  verdict.score = 0.98;
  verdict.deviation = 12.4;
  verdict.confidence = 0.93;
  message.anomaly = verdict;
  message.may_be_duplicate = true;
  return message;
}

Message Charted() {
  Message message = Anomalous();
  message.anomaly->chart = std::make_shared<const std::string>("(the bytes of a PNG)");
  message.chart_url = "https://promwarden.example.org/api/v1/charts/7-1795000000-0123abcd.png";
  return message;
}

Message Overlong() {
  Message message = Many();
  for (std::size_t i = 0; i < 60; ++i) {
    Alert alert = message.alerts[i % 40];
    std::string flames;
    for (int n = 0; n < 2000; ++n) flames += "\xF0\x9F\x94\xA5<&>";
    alert.labels.Set("cluster", flames);
    alert.labels.Set("own", std::to_string(i) + flames);
    for (int n = 0; n < 40; ++n) alert.labels.Set("l" + std::to_string(n), flames.substr(0, 700));
    alert.annotations.Set("summary", flames);
    alert.annotations.Set("description", flames + std::to_string(i));
    message.alerts.push_back(std::move(alert));
  }
  return Finish(std::move(message));
}

std::vector<Named> All() {
  return {{"firing", Firing()},   {"resolved", Resolved()}, {"many", Many()},
          {"hostile", Hostile()}, {"anomaly", Anomalous()}, {"chart", Charted()}};
}

std::vector<Destination> Destinations() {
  std::vector<Destination> destinations;
  for (const Integration& integration : IntegrationsOf(EveryChannel(), "team.x"))
    destinations.push_back(integration.destination);
  destinations.push_back(GrafanaDestination());
  return destinations;
}

std::unique_ptr<Channel> Make(const Config& config, std::string_view kind) {
  Result<std::unique_ptr<Channel>> channel =
      MakeChannel(config, kind == "grafana" ? GrafanaDestination()
                                            : Destination{"team.x", std::string(kind), 0});
  EXPECT_TRUE(channel.has_value()) << kind;
  return *std::move(channel);
}

ChannelResponse Answer(int status, std::string body) {
  ChannelResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

ChannelResponse Success(std::string_view kind, const ChannelRequest& request) {
  if (kind == "slack") return Answer(200, "ok");
  if (kind == "discord") return Answer(200, R"({"id":"990011","type":0})");
  if (kind == "telegram") return Answer(200, R"({"ok":true,"result":{"message_id":77}})");
  if (kind == "pagerduty") return Answer(202, R"({"status":"success","dedup_key":"k"})");
  if (kind == "email") return Answer(250, "2.0.0 Ok: queued as 4F");
  if (kind == "webhook") return Answer(200, "thanks");
  const auto& http = std::get<ChannelHttpRequest>(request);
  if (http.method == "PATCH") return Answer(200, R"({"message":"Annotation patched"})");
  if (http.method == "POST") return Answer(200, R"({"message":"Annotation added","id":31})");
  if (http.url.find("/api/search") != std::string::npos) {
    return Answer(200, R"json([{"uid":"svc-old","title":"Service Overview (old)"
  },
                           {"uid":"svc","title":"Service Overview"}])json");
  }
  if (http.url.find("/api/dashboards/uid/svc") != std::string::npos) {
    return Answer(200, R"({"dashboard":{"panels":[{"id":1,"title":"CPU"},{"id":4,"type":"row",
      "title":"Request Rate","panels":[{"id":5,"title":"Request Rate"}]}]}})");
  }
  if (http.url.find("/api/dashboards/") != std::string::npos) return Answer(404, "{}");
  return Answer(200, "[]");
}

std::string Dump(const ChannelRequest& request) {
  if (const auto* mail = std::get_if<ChannelMail>(&request)) {
    std::string text = "MAIL FROM:<" + mail->from + ">\n";
    for (const std::string& to : mail->to) text += "RCPT TO:<" + to + ">\n";
    return text + "\n" + mail->bytes;
  }
  const auto& http = std::get<ChannelHttpRequest>(request);
  std::string text = http.method + " " + http.url + "\n";
  for (const auto& [name, value] : http.headers) text += name + ": " + value + "\n";
  return text + "\n" + http.body;
}

std::string Body(const ChannelRequest& request) {
  const auto* mail = std::get_if<ChannelMail>(&request);
  return mail != nullptr ? mail->bytes : std::get<ChannelHttpRequest>(request).body;
}

ChannelContext Context(const Message& message) {
  ChannelContext context;
  context.now = message.at + std::chrono::milliseconds(1500);
  return context;
}

}  // namespace warden::samples

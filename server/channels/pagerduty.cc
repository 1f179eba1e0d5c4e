// SPDX-License-Identifier: Apache-2.0
// PagerDuty Events v2: trigger while something fires, resolve at the end. The dedup_key is
// Alertmanager's (SHA-256 of the group key), so a move from Alertmanager to here opens no second
// incident. Larger than 512 KB: the details lose alerts until the event fits, and go last.
#include "server/channels/digest.h"
#include "server/channels/expand.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/channels/makers.h"
#include "server/channels/markup.h"
#include "server/channels/message_text.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::size_t kMaxBytes = 512'000;
constexpr std::size_t kSummaryLimit = 1024;

// PagerDuty knows four; what has no severity that we know is an error, as with Alertmanager.
std::string_view PagerSeverity(const Message& message) {
  if (message.reason == NotifyReason::kTest) return "info";
  std::string_view severity = message.severity();
  if (severity.empty()) severity = message.common_labels.Get("severity");
  if (severity == "critical" || severity == "page") return "critical";
  if (severity == "warning") return "warning";
  return severity == "info" || severity == "none" ? "info" : "error";
}

class Pagerduty final : public Channel {
 public:
  Pagerduty(const Config& config, const PagerdutyConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  [[nodiscard]] const Secret& Key() const {
    return own_.routing_key.is_set() ? own_.routing_key : own_.service_key;
  }
  [[nodiscard]] std::string Body(const Message& message, const MessageText& text,
                                 std::string_view key, std::size_t alerts) const;
  void WritePayload(JsonWriter& json, const Message& message, const MessageText& text,
                    std::size_t alerts) const;
  void WriteDetails(JsonWriter& json, const Message& message, const MessageText& text,
                    std::size_t alerts) const;
  void WriteLinks(JsonWriter& json, const Message& message, const MessageText& text) const;

  const Config& config_;
  const PagerdutyConfig& own_;
};

Result<ChannelRequest> Pagerduty::Compose(const Message& message,
                                          const ChannelContext& context) const {
  const Result<std::string> key = Key().Reveal();
  if (!key) return std::unexpected(key.error());
  const MessageText text = BuildMessageText(message, config_);
  std::size_t alerts = context.plain ? 0 : kMostTextAlerts;
  std::string body = Body(message, text, *key, alerts);
  while (body.size() > kMaxBytes && alerts > 0) {
    alerts /= 2;
    body = Body(message, text, *key, alerts);
  }
  return JsonPost(own_.url, std::move(body), &own_.http, RequestTimeout(config_, own_.timeout));
}

std::string Pagerduty::Body(const Message& message, const MessageText& text, std::string_view key,
                            std::size_t alerts) const {
  const Expander expand(message, config_);
  JsonWriter json;
  json.BeginObject().Field("routing_key", key);
  json.Field("event_action", message.status == AlertStatus::kFiring ? "trigger" : "resolve");
  json.Field("dedup_key", Sha256Hex(message.group_key));
  json.Field("client", Cut(expand.Text(own_.client, "promwarden"), 255));
  const std::string client_url = expand.Text(own_.client_url, message.external_url);
  if (IsWebLink(client_url)) json.Field("client_url", client_url);
  json.Key("payload").BeginObject();
  WritePayload(json, message, text, alerts);
  json.EndObject();
  if (alerts > 0) WriteLinks(json, message, text);
  json.EndObject();
  return json.Take();
}

void Pagerduty::WritePayload(JsonWriter& json, const Message& message, const MessageText& text,
                             std::size_t alerts) const {
  const Expander expand(message, config_);
  // The short form is all our own: what was refused may be the receiver's words.
  const auto words = [&](const TemplateText& field, std::string_view builtin) {
    return alerts > 0 ? expand.Text(field, builtin) : std::string(builtin);
  };
  const promql::LabelSet& common = message.common_labels;
  std::string source = FirstLine(common, {"instance", "host", "node", "pod", "service", "job"});
  if (source.empty()) source = message.external_url.empty() ? "promwarden" : message.external_url;
  std::string component = FirstLine(common, {"service", "app", "deployment", "job"});
  std::string group = FirstLine(common, {"cluster", "namespace", "env", "region"});
  const std::string summary = CleanLine(words(own_.description, text.headline));
  json.Field("summary", Cut(summary.empty() ? text.headline : summary, kSummaryLimit));
  json.Field("source", Cut(words(own_.source, source), 255));
  json.Field("severity", words(own_.severity, PagerSeverity(message)));
  json.Field("timestamp", FormatRfc3339(message.at));
  json.FieldIfAny("component", Cut(words(own_.component, component), 255));
  json.FieldIfAny("group", Cut(words(own_.group, group), 255));
  json.FieldIfAny("class", Cut(words(own_.class_, FirstLine(common, {"alertname"})), 255));
  if (alerts > 0) WriteDetails(json, message, text, alerts);
}

std::string AlertLines(const MessageText& text, const Message& message, AlertStatus status,
                       std::size_t limit) {
  std::string lines;
  std::size_t shown = 0;
  for (const TextAlert& alert : text.alerts) {
    if (alert.status != status || shown == limit) continue;
    lines += alert.labels + (alert.labels.empty() ? "" : " ") + alert.detail + "\n";
    ++shown;
  }
  const std::size_t all = status == AlertStatus::kFiring ? text.firing : text.resolved;
  if (shown > 0 && all > shown) {
    lines += "\xE2\x80\xA6 and " + std::to_string(all - shown) + " more\n";
  }
  if (text.alerts.empty() && message.alerts.size() == 1 && message.status == status) {
    lines = text.headline + "\n";
  }
  if (!lines.empty()) lines.pop_back();
  return lines;
}

void Pagerduty::WriteDetails(JsonWriter& json, const Message& message, const MessageText& text,
                             std::size_t alerts) const {
  const Expander expand(message, config_);
  const MessageText bounded = Shrink(text, {alerts, 4000, 500, 4000, 0});
  json.Key("custom_details").BeginObject();
  for (const auto& [name, value] : own_.details) {
    json.Field(name, Cut(expand.Text(value, ""), 4000));
  }
  const auto put = [&](std::string_view name, std::string_view value) {
    if (!own_.details.contains(std::string(name))) json.FieldIfAny(name, value);
  };
  put("firing", AlertLines(text, message, AlertStatus::kFiring, alerts));
  put("resolved", AlertLines(text, message, AlertStatus::kResolved, alerts));
  put("num_firing", std::to_string(text.firing));
  put("num_resolved", std::to_string(text.resolved));
  put("summary", bounded.summary);
  put("description", bounded.description);
  for (const TextFact& fact : bounded.facts) put(fact.name, fact.value);
  put("incident", message.incident_uid);
  json.EndObject();
}

void Pagerduty::WriteLinks(JsonWriter& json, const Message& message,
                           const MessageText& text) const {
  const Expander expand(message, config_);
  json.Key("links").BeginArray();
  for (const TextLink& link : text.links) {
    json.BeginObject().Field("href", link.url).Field("text", link.title).EndObject();
  }
  for (const PagerdutyLink& link : own_.links) {
    const std::string href = expand.Text(link.href, "");
    if (!IsWebLink(href)) continue;
    json.BeginObject().Field("href", href).Field("text", expand.Text(link.text, href)).EndObject();
  }
  json.EndArray();
  const bool has_chart = message.chart_url.starts_with("https://");  // it takes no other scheme
  if (own_.images.empty() && !has_chart) return;
  json.Key("images").BeginArray();
  if (has_chart) {
    json.BeginObject().Field("src", message.chart_url);
    json.Field("alt", ChartAltText(message)).EndObject();
  }
  for (const PagerdutyImage& image : own_.images) {
    const std::string source = expand.Text(image.src, "");
    if (!IsWebLink(source)) continue;
    json.BeginObject().Field("src", source).FieldIfAny("alt", expand.Text(image.alt, ""));
    const std::string href = expand.Text(image.href, "");
    if (IsWebLink(href)) json.Field("href", href);
    json.EndObject();
  }
  json.EndArray();
}

Verdict Pagerduty::Judge(const Message& message, const ChannelContext& context,
                         const ChannelResponse& response) const {
  Secrets secrets;
  secrets.Add(Key());
  const JsonAnswer answer(response.body);
  std::string words = answer.Text({"message"});
  const std::string errors = answer.AllText({"errors"});
  if (!errors.empty()) words += (words.empty() ? "" : ": ") + errors;
  if (words.empty()) words = response.body;
  const bool is_key = words.find("routing_key") != std::string::npos ||
                      words.find("outing key") != std::string::npos ||
                      words.find("ntegration key") != std::string::npos;
  const bool is_old_key = !own_.routing_key.is_set();
  if (response.status == 400 && is_key && is_old_key) {
    words += " (service_key is used with Events v2 here: set routing_key)";
  }
  Verdict verdict = JudgeStatus(response, context.now, words, secrets);
  if (response.status == 429 && !verdict.retry_after) verdict.retry_after = std::chrono::minutes(1);
  const bool is_place = response.status == 404 || (response.status == 400 && is_key);
  if (is_place) verdict.outcome = Outcome::kRefusedDestination;
  if (verdict.outcome == Outcome::kDelivered) verdict.remote_id = Sha256Hex(message.group_key);
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakePagerdutyChannel(const Config& config, const PagerdutyConfig& own) {
  return std::make_unique<Pagerduty>(config, own);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// A generic webhook: Alertmanager's message, version 4, field for field, so that its receivers work
// behind promwarden too, with an object `promwarden` of our own beside. The short variant leaves
// that object out, for receivers that accept no unknown fields. With a signing secret the request
// carries a Standard Webhooks signature.
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

constexpr std::string_view kYearOne = "0001-01-01T00:00:00Z";

// `<`, `>` and `&` stand in strings only: as escapes they cannot end a script element anywhere.
std::string WithoutMarkup(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

void WriteAlert(JsonWriter& json, const Alert& alert) {
  json.BeginObject().Field("status", Name(alert.status));
  json.Key("labels").Labels(alert.labels).Key("annotations").Labels(alert.annotations);
  json.Field("startsAt", FormatRfc3339(alert.starts_at));
  json.Field("endsAt", alert.ends_at ? FormatRfc3339(*alert.ends_at) : std::string(kYearOne));
  json.Field("generatorURL", alert.generator_url);
  json.Field("fingerprint", promql::FingerprintText(alert.fingerprint)).EndObject();
}

void WriteAnomaly(JsonWriter& json, const AnomalyVerdict& verdict) {
  json.BeginObject().Field("query", verdict.query).Field("detector", verdict.detector);
  json.Key("anomalous").Bool(verdict.anomalous).Field("severity", verdict.severity);
  json.Key("observed").Number(verdict.observed).Key("expected").Number(verdict.expected);
  json.Key("lower").Number(verdict.lower).Key("upper").Number(verdict.upper);
  json.Key("score").Number(verdict.score).Key("deviation").Number(verdict.deviation);
  json.Key("confidence").Number(verdict.confidence);
  json.Key("threshold");
  if (verdict.threshold) {
    json.BeginObject().Field("comparison", verdict.threshold->comparison);
    json.Key("value").Number(verdict.threshold->value).EndObject();
  } else {
    json.Null();
  }
  json.Key("course");
  if (verdict.course) {
    json.BeginObject().Field("beganAt", FormatRfc3339(verdict.course->began_at));
    json.Field("peakAt", FormatRfc3339(verdict.course->peak_at));
    json.Key("peak").Number(verdict.course->peak).EndObject();
  } else {
    json.Null();
  }
  json.Key("siblings").Integer(static_cast<std::int64_t>(verdict.siblings));
  json.Key("deviating").BeginArray();
  for (const AnomalySibling& sibling : verdict.deviating) {
    json.BeginObject().Key("labels").Labels(sibling.labels);
    json.Key("observed").Number(sibling.observed).Key("deviation").Number(sibling.deviation);
    json.EndObject();
  }
  json.EndArray();
  json.Field("summary", AnomalySentence(verdict)).EndObject();
}

class Webhook final : public Channel {
 public:
  Webhook(const Config& config, const WebhookConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  [[nodiscard]] std::string Body(const Message& message, bool plain) const;
  void WriteOurs(JsonWriter& json, const Message& message) const;

  const Config& config_;
  const WebhookConfig& own_;
};

Result<ChannelRequest> Webhook::Compose(const Message& message,
                                        const ChannelContext& context) const {
  Result<std::string> url = own_.url.Reveal();
  if (!url) return std::unexpected(url.error());
  if (own_.is_url_template) {
    url = Expander(message, config_).Expand(*url).value_or("");
    if (!IsWebLink(*url)) return Fail(ErrorCode::kInvalid, "the template in url gives no address");
  }
  ChannelHttpRequest request = JsonPost(*std::move(url), Body(message, context.plain), &own_.http,
                                        RequestTimeout(config_, own_.timeout));
  request.is_host_secret = true;
  if (own_.signing_secret.is_set()) {
    const Result<std::string> secret = own_.signing_secret.Reveal();
    if (!secret) return std::unexpected(secret.error());
    const std::string timestamp = std::to_string(ToMillis(context.now) / 1000);
    request.headers.emplace_back("webhook-id", message.delivery_key);
    request.headers.emplace_back("webhook-timestamp", timestamp);
    request.headers.emplace_back(
        "webhook-signature",
        WebhookSignature(*secret, message.delivery_key, timestamp, request.body));
  }
  return request;
}

std::string Webhook::Body(const Message& message, bool plain) const {
  if (own_.payload && !plain) {
    const Expander expand(message, config_);
    const auto own =
        MapStrings(*own_.payload, [&](std::string_view text) { return expand.Expand(text); });
    if (own) return *own + "\n";
  }
  const std::size_t all = message.alerts.size();
  const std::size_t sent = own_.max_alerts == 0 ? all : std::min<std::size_t>(all, own_.max_alerts);
  JsonWriter json;
  json.BeginObject().Field("receiver", QuoteMeta(message.receiver));
  json.Field("status", Name(message.status)).Key("alerts").BeginArray();
  for (std::size_t i = 0; i < sent; ++i) WriteAlert(json, message.alerts[i]);
  json.EndArray().Field("notification_reason", Text(message.reason));
  json.Key("groupLabels").Labels(message.group_labels);
  json.Key("commonLabels").Labels(message.common_labels);
  json.Key("commonAnnotations").Labels(message.common_annotations);
  json.Key("routeLabels").Labels(message.route_labels);
  json.Field("externalURL", message.external_url).Field("version", "4");
  json.Field("groupKey", message.group_key);
  json.Key("truncatedAlerts").Integer(static_cast<std::int64_t>(all - sent));
  if (!plain) WriteOurs(json, message);
  json.EndObject();
  return WithoutMarkup(json.Take()) + "\n";
}

void Webhook::WriteOurs(JsonWriter& json, const Message& message) const {
  const MessageText text = BuildMessageText(message, config_);
  json.Key("promwarden").BeginObject().Key("incident").BeginObject();
  json.Field("uid", message.incident_uid).Key("sequence").Integer(message.sequence);
  json.Field("opened_at", FormatRfc3339(message.opened_at)).Key("closed_at");
  if (message.closed_at) {
    json.Text(FormatRfc3339(*message.closed_at));
  } else {
    json.Null();
  }
  json.Field("severity", message.severity()).Key("muted_alerts").Integer(message.muted).EndObject();
  json.Key("anomaly");
  if (message.anomaly) {
    WriteAnomaly(json, *message.anomaly);
  } else {
    json.Null();
  }
  json.FieldIfAny("chart_url", message.chart_url);
  json.Key("links").BeginArray();
  for (const TextLink& link : text.links) {
    json.BeginObject().Field("title", link.title).Field("url", link.url).EndObject();
  }
  json.EndArray().Field("title", text.headline);
  json.Field("text", RenderBody(Shrink(text, kTextRooms.front()), kPlainMarkup));
  json.Field("delivery_key", message.delivery_key);
  json.Key("may_be_duplicate").Bool(message.may_be_duplicate).EndObject();
}

Verdict Webhook::Judge(const Message& /*message*/, const ChannelContext& context,
                       const ChannelResponse& response) const {
  Secrets secrets;
  secrets.AddUrl(own_.url);
  secrets.Add(own_.signing_secret);
  Verdict verdict = JudgeStatus(response, context.now, response.body, secrets);
  // Standard Webhooks: gone for good.
  if (response.status == 410) verdict.outcome = Outcome::kRefusedDestination;
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeWebhookChannel(const Config& config, const WebhookConfig& own) {
  return std::make_unique<Webhook>(config, own);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Where Alertmanager speaks to us. The answer is 200 only when the decision is on disk; a sender is
// turned away before its body is read, always with 401 or 503, never with a redirect or 429, which
// Alertmanager would take for the end of the matter.
#include "server/alert/webhook.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/alert/text.h"
#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/base/log.h"
#include "server/net/http_headers.h"

namespace warden::api {
namespace {

// Bodies from here on are parsed on the worker.
constexpr std::size_t kLargeBody = std::size_t{256} << 10;

std::string SourceOf(const ServerRequest& request) {
  return ToValidUtf8(request.Param("source").value_or("default"));
}

// Names from the wire must not become label values without bound.
std::string_view LabelOf(const Parts& parts, const std::string& source) {
  const bool is_known = source == "default" || parts.config()->FindSource(source) != nullptr;
  return is_known ? std::string_view{source} : std::string_view{"other"};
}

void CountRejected(const Parts& parts, const std::string& source, WebhookRejection why) {
  ++parts.webhooks.rejected;
  parts.metrics.webhook_messages.Add({LabelOf(parts, source), "rejected"});
  parts.metrics.webhook_rejected.Add({kWebhookRejections[static_cast<std::size_t>(why)]});
}

// Of one that would have been taken at another time.
WebhookRejection Hindrance(const Parts& parts) {
  if (parts.draining) return WebhookRejection::kDraining;
  return parts.writer.healthy() ? WebhookRejection::kOverloaded
                                : WebhookRejection::kStoreUnavailable;
}

// Of a body that did not arrive whole, by what its sender was told.
WebhookRejection RejectionOf(int status) {
  switch (status) {
    case 408:
      return WebhookRejection::kTooSlow;
    case 413:
      return WebhookRejection::kTooLarge;
    case 503:
      return WebhookRejection::kOverloaded;
    default:
      return WebhookRejection::kMalformed;
  }
}

void CountTaken(const Parts& parts, const std::string& source, std::string_view result,
                std::atomic<std::int64_t>& total) {
  ++total;
  const auto label = LabelOf(parts, source);
  parts.metrics.webhook_messages.Add({label, result});
  parts.metrics.webhook_last_message.Set(
      {label}, std::chrono::duration<double>(parts.clock.Now().time_since_epoch()).count());
}

bool IsJson(const ServerRequest& request) {
  const std::string_view type = request.Header("content-type").value_or("");
  const auto is = [type](std::string_view name) {
    return EqualsIgnoringCase(type.substr(0, name.size()), name);
  };
  return type.empty() || is("application/json") || is("application/vnd.api+json");
}

WebhookLimits LimitsOf(const Config& config) {
  WebhookLimits limits;
  limits.alerts = config.intake.max_alerts;
  limits.labels_per_alert = config.intake.max_labels;
  limits.text_bytes = config.intake.max_value_bytes;
  return limits;
}

// Whatever the store says about itself, the message was fine: a 4xx would make its sender forget
// it.
ServerResponse NotKept(const Error& error) {
  return ComeAgain(error.code == ErrorCode::kUnavailable ? error.message
                                                         : "the decision cannot be kept");
}

ServerResponse Answer(const Receipt& receipt, std::size_t unusable) {
  Json json;
  json.Object()
      .Field("duplicate", receipt.is_duplicate)
      .Field("firing", receipt.firing)
      .Field("resolved", receipt.resolved)
      .Field("stale", receipt.stale)
      .Field("unusable", unusable)
      .EndObject();
  return Success(json.Take());
}

void KeepUnusable(const std::shared_ptr<const Parts>& parts, const std::string& source,
                  std::string reason, std::string body, Respond respond) {
  Log(LogLevel::kWarn, "a webhook went to quarantine", {{"source", source}, {"reason", reason}});
  QuarantineRow row;
  row.at = parts->clock.Now();
  row.source = source;
  row.reason = reason;
  row.body = std::move(body);
  parts->intake.Quarantine(std::move(row), [parts, source, reason, respond = std::move(respond)](
                                               const Result<Receipt>& result) mutable {
    if (!result) {
      CountRejected(*parts, source, Hindrance(*parts));
      return respond(NotKept(result.error()));
    }
    CountTaken(*parts, source, "quarantined", parts->webhooks.quarantined);
    Json json;
    json.Object().Field("quarantined", true).Field("reason", reason).EndObject();
    respond(Success(json.Take()));
  });
}

std::string LeftOut(const WebhookMessage& message) {
  std::string reason;
  if (message.unusable_alerts > 0)
    reason = std::to_string(message.unusable_alerts) + " alerts without a status or labels";
  if (message.excess_alerts > 0) {
    reason += reason.empty() ? "" : ", ";
    reason += std::to_string(message.excess_alerts) + " alerts beyond intake.max_alerts";
  }
  return reason;
}

void Take(const std::shared_ptr<const Parts>& parts, const std::string& source, std::string body,
          Respond respond) {
  const Instant now = parts->clock.Now();
  auto message = ParseWebhook(body, now, LimitsOf(*parts->config()));
  if (!message && message.error().code == ErrorCode::kCorrupt) {
    return KeepUnusable(parts, source, message.error().message, std::move(body),
                        std::move(respond));
  }
  if (!message) {
    CountRejected(*parts, source, WebhookRejection::kMalformed);
    return respond(FailureOf(message.error()));
  }
  message->source = source;
  const std::size_t unusable = message->unusable_alerts;
  const auto all = static_cast<double>(message->alerts.size());
  const auto firing = static_cast<double>(std::ranges::count(
      message->alerts, AlertStatus::kFiring, [](const Alert& alert) { return alert.status; }));
  if (unusable > 0 || message->excess_alerts > 0) {
    // The good alerts go on; the whole body is kept for whoever looks into the others.
    QuarantineRow row;
    row.at = now;
    row.source = source;
    row.reason = LeftOut(*message);
    row.body = std::move(body);
    Log(LogLevel::kWarn, "a part of a webhook went to quarantine",
        {{"source", source}, {"reason", row.reason}});
    parts->intake.Quarantine(std::move(row), [](const Result<Receipt>&) {});
  }
  parts->intake.Submit(std::move(*message),
                       [parts, source, unusable, all, firing,
                        respond = std::move(respond)](const Result<Receipt>& result) mutable {
                         if (!result) {
                           CountRejected(*parts, source, Hindrance(*parts));
                           return respond(NotKept(result.error()));
                         }
                         if (result->is_duplicate) {
                           CountTaken(*parts, source, "duplicate", parts->webhooks.duplicate);
                         } else {
                           CountTaken(*parts, source, "accepted", parts->webhooks.accepted);
                         }
                         parts->metrics.alerts_received.Add({"firing"}, firing);
                         parts->metrics.alerts_received.Add({"resolved"}, all - firing);
                         respond(Answer(*result, unusable));
                       });
}

}  // namespace

void AddWebhookRoutes(const std::shared_ptr<const Parts>& parts) {
  const auto admit = [parts](const RequestHead& head) -> std::optional<ServerResponse> {
    if (parts->draining || !parts->intake.accepts()) {
      CountRejected(*parts, SourceOf(head), Hindrance(*parts));
      return ComeAgain(parts->draining ? "shutting down" : "cannot take more at present");
    }
    if (auto refused = RefuseSender(*parts, SourceOf(head), head)) {
      CountRejected(*parts, SourceOf(head), WebhookRejection::kUnauthorized);
      return refused;
    }
    if (!IsJson(head)) {
      CountRejected(*parts, SourceOf(head), WebhookRejection::kContentType);
      return Failure(415, "bad_data", "the body must be application/json");
    }
    return std::nullopt;
  };
  const auto handle = [parts](ServerRequest request, Respond respond) {
    auto source = SourceOf(request);
    if (request.body.size() < kLargeBody)
      return Take(parts, source, std::move(request.body), std::move(respond));
    auto answer = std::make_shared<Respond>(std::move(respond));
    const bool taken =
        parts->worker.Post([parts, source, answer, body = std::move(request.body)]() mutable {
          Take(parts, source, std::move(body), std::move(*answer));
        });
    if (taken) return;
    CountRejected(*parts, source, WebhookRejection::kOverloaded);
    (*answer)(ComeAgain("too many requests are waiting"));
  };
  // 408 would be the end of the matter for Alertmanager, although nothing is wrong with the
  // message.
  const auto turned_away = [parts](const RequestHead& head,
                                   int status) -> std::optional<ServerResponse> {
    CountRejected(*parts, SourceOf(head), RejectionOf(status));
    if (status == 408) return ComeAgain("the body came too slowly");
    return std::nullopt;
  };
  for (const char* path : {"/api/v1/webhook", "/api/v1/webhook/{source}", "/webhook", "/alerts"}) {
    AddRoute(parts, {"POST", path, handle, parts->max_body_bytes, admit, turned_away});
  }
}

}  // namespace warden::api

// SPDX-License-Identifier: Apache-2.0
// Endpoints under the names that the system this one succeeds had: /health, /stats, /test,
// /suppression/clear.
#include <utility>

#include "server/alert/text.h"
#include "server/api/access.h"
#include "server/api/api.h"
#include "server/api/json.h"

namespace warden::api {
namespace {

ServerResponse Health(const Parts& parts) {
  const bool can_persist = parts.writer.healthy();
  const bool is_healthy = can_persist && !parts.draining;
  const auto config = parts.config();
  Json json;
  json.Object()
      .Field("status", is_healthy ? "healthy" : "unhealthy")
      .Field("version", parts.build.version);
  json.Field("uptime_seconds",
             std::chrono::duration<double>(parts.clock.Now() - parts.started_at).count());
  json.Key("checks").Object();
  json.Field("store", can_persist ? "ok" : "cannot be written: " + parts.writer.trouble());
  json.Field("intake", parts.intake.accepts() ? "ok" : "refuses");
  json.Field("configuration", config->source);
  json.EndObject();
  json.Key("skipped_channels").Array();
  for (const auto& skipped : config->skipped_channels) {
    json.Object().Field("channel", skipped.channel).Field("variable", skipped.variable).EndObject();
  }
  json.EndArray().EndObject();
  return JsonResponse(is_healthy ? 200 : 503, json.Take() + "\n");
}

ServerResponse Stats(const Parts& parts) {
  const auto counts = parts.intake.counts();
  const auto balance = parts.store.Balance();
  if (!balance) return FailureOf(balance.error());
  const auto queues = parts.store.Queues();
  if (!queues) return FailureOf(queues.error());
  Json json;
  json.Object();
  json.Key("webhooks").Object();
  json.Field("accepted", parts.webhooks.accepted.load())
      .Field("duplicate", parts.webhooks.duplicate.load())
      .Field("quarantined", parts.webhooks.quarantined.load());
  json.Field("rejected", parts.webhooks.rejected.load()).EndObject();
  json.Key("alerts")
      .Object()
      .Field("firing", counts.firing_alerts)
      .Field("muted", counts.muted_alerts)
      .EndObject();
  json.Key("incidents").Object().Field("open", counts.open_incidents).EndObject();
  json.Key("deliveries").Object();
  json.Field("created", balance->created)
      .Field("delivered", balance->delivered)
      .Field("dead", balance->dead);
  json.Field("expired", balance->expired)
      .Field("superseded", balance->superseded)
      .Field("pending", balance->pending);
  json.EndObject();
  json.Key("queues").Object();
  for (const auto& [destination, queue] : *queues) {
    json.Key(destination)
        .Object()
        .Field("waiting", queue.waiting)
        .Field("oldest", queue.oldest)
        .EndObject();
  }
  json.EndObject();
  json.Key("intake").Object().Field("queued", parts.intake.queued()).EndObject();
  json.Key("store")
      .Object()
      .Field("commits", parts.writer.commits())
      .Field("failures", parts.writer.failures())
      .EndObject();
  json.Field("uptime_seconds",
             std::chrono::duration<double>(parts.clock.Now() - parts.started_at).count());
  json.EndObject();
  return JsonResponse(200, json.Take() + "\n");
}

// A marked alert through the whole pipeline; `?status=resolved` ends it.
WebhookMessage TestMessage(const ServerRequest& request, Instant now) {
  Alert alert;
  alert.labels = {{"alertname", "PromwardenTest"},
                  {"severity", ToValidUtf8(request.Query("severity").value_or("info"))},
                  {"promwarden_test", "true"}};
  alert.annotations = {{"summary", "This is a test of the notification path. Nothing is wrong."},
                       {"description", "Somebody called POST /test of promwarden."}};
  if (request.Query("status") == "resolved") {
    alert.status = AlertStatus::kResolved;
    alert.ends_at = now;
  }
  alert.starts_at = now;
  alert.fingerprint = alert.labels.Fingerprint();
  WebhookMessage message;
  message.source = "test";
  message.receiver = "promwarden";
  message.group_key = "{}:{alertname=\"PromwardenTest\"}";
  message.external_url = "promwarden";
  message.status = alert.status;
  message.alerts.push_back(std::move(alert));
  return message;
}

void Test(const Parts& parts, const ServerRequest& request, Respond respond) {
  const auto status = request.Query("status").value_or("firing");
  if (status != "firing" && status != "resolved")
    return respond(Failure(400, "bad_data", "`status` is firing or resolved"));
  parts.intake.Submit(
      TestMessage(request, parts.clock.Now()),
      [respond = std::move(respond)](const Result<Receipt>& result) mutable {
        if (!result) return respond(FailureOf(result.error()));
        Json json;
        json.Object().Field("firing", result->firing).Field("resolved", result->resolved);
        json.Field(
            "message",
            result->firing > 0 ? "the test alert is on its way; POST /test?status=resolved ends it"
            : result->resolved > 0 ? "the test alert is over"
                                   : "nothing changed: the test alert was in that state already");
        json.EndObject();
        respond(Success(json.Take()));
      });
}

}  // namespace

void AddPredecessorRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts, {"GET", "/health",
                   [parts](const ServerRequest&, Respond respond) { respond(Health(*parts)); }});
  AddRoute(parts, {"GET", "/stats",
                   OnWorker(parts, [parts](const ServerRequest&) { return Stats(*parts); })});
  AddRoute(parts,
           {.method = "POST",
            .path = "/test",
            .handler = [parts](const ServerRequest& request,
                               Respond respond) { Test(*parts, request, std::move(respond)); },
            .admit = OperatorsOnly(parts)});
  AddRoute(parts, {.method = "POST",
                   .path = "/suppression/clear",
                   .handler = OnWorker(parts,
                                       [parts](const ServerRequest&) {
                                         if (auto done = parts->intake.ClearMemory(); !done)
                                           return FailureOf(done.error());
                                         return Success(R"({"cleared":true})");
                                       }),
                   .admit = OperatorsOnly(parts)});
}

}  // namespace warden::api

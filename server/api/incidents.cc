// SPDX-License-Identifier: Apache-2.0
// Incidents, their alerts and their timelines.
#include "promql/model/labels.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"

namespace warden::api {
namespace {

std::string_view Name(Announced announced) {
  switch (announced) {
    case Announced::kNo:
      return "no";
    case Announced::kFiring:
      return "firing";
    case Announced::kResolved:
      return "resolved";
  }
  return "no";
}

void WriteAlert(Json& json, const AlertRecord& record, const Member& member) {
  const auto& alert = record.alert;
  json.Object()
      .Field("fingerprint", promql::FingerprintText(alert.fingerprint))
      .Field("source", record.source)
      .Field("status", warden::Name(alert.status))
      .Field("labels", alert.labels)
      .Field("annotations", alert.annotations)
      .Field("starts_at", alert.starts_at)
      .Field("ends_at", alert.ends_at)
      .Field("generator_url", alert.generator_url)
      .Field("announced", Name(member.announced))
      .Field("muted", member.muted)
      .EndObject();
}

void WriteIncident(Json& json, const IncidentRow& row) {
  const auto& incident = row.incident;
  json.Field("uid", incident.uid)
      .Field("state", incident.closed_at ? "closed" : "open")
      .Field("receiver", incident.receiver)
      .Field("route_id", incident.route_id)
      .Field("group_key", incident.group_key)
      .Field("group_labels", incident.group_labels)
      .Field("annotates", incident.annotates)
      .Field("opened_at", incident.opened_at)
      .Field("closed_at", incident.closed_at)
      .Field("flush_at", incident.flush_at)
      .Field("announced_at", incident.announced_at)
      .Field("notifications", incident.notifications);
  json.Key("alerts").Array();
  for (const auto& alert : row.alerts) WriteAlert(json, alert, incident.members.at(alert.id));
  json.EndArray();
}

ServerResponse List(const Parts& parts, const ServerRequest& request) {
  IncidentFilter filter;
  const auto state = request.Query("state").value_or("open");
  if (state == "open") {
    filter.state = IncidentState::kOpen;
  } else if (state == "closed") {
    filter.state = IncidentState::kClosed;
  } else if (state == "all") {
    filter.state = IncidentState::kAll;
  } else {
    return Failure(400, "bad_data", "state must be open, closed or all");
  }
  const auto limit = LimitOf(request, filter.limit);
  if (!limit) return FailureOf(limit.error());
  filter.limit = *limit;
  const auto rows = parts.store.ListIncidents(filter);
  if (!rows) return FailureOf(rows.error());
  Json json;
  json.Array();
  for (const auto& row : *rows) {
    json.Object();
    WriteIncident(json, row);
    json.EndObject();
  }
  json.EndArray();
  return Success(json.Take());
}

ServerResponse Show(const Parts& parts, const ServerRequest& request) {
  const auto row = parts.store.FindIncident(request.Param("uid").value_or(""));
  if (!row) return FailureOf(row.error());
  if (!*row) return Failure(404, "not_found", "no such incident");
  const auto timeline = parts.store.Timeline((*row)->incident.id);
  if (!timeline) return FailureOf(timeline.error());
  DeliveryFilter filter;
  filter.incident = (*row)->incident.id;
  const auto deliveries = parts.store.ListDeliveries(filter);
  if (!deliveries) return FailureOf(deliveries.error());
  Json json;
  json.Object();
  WriteIncident(json, **row);
  json.Key("timeline").Array();
  for (const auto& entry : *timeline) {
    json.Object()
        .Field("at", entry.at)
        .Field("kind", warden::Name(entry.kind))
        .Field("reason", entry.reason)
        .EndObject();
  }
  json.EndArray().Key("deliveries").Array();
  for (const auto& delivery : *deliveries) {
    json.Object()
        .Field("id", delivery.id.value)
        .Field("destination", Text(delivery.destination))
        .Field("state", warden::Name(delivery.state))
        .Field("attempts", delivery.attempts)
        .Field("settled_at", delivery.settled_at)
        .Field("last_error", delivery.last_error)
        .EndObject();
  }
  json.EndArray().EndObject();
  return Success(json.Take());
}

}  // namespace

void AddIncidentRoutes(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/api/v1/incidents", OnWorker(parts, [parts](const ServerRequest& request) {
              return List(*parts, request);
            })});
  AddRoute(
      parts,
      {"GET", "/api/v1/incidents/{uid}",
       OnWorker(parts, [parts](const ServerRequest& request) { return Show(*parts, request); })});
}

}  // namespace warden::api

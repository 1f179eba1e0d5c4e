// SPDX-License-Identifier: Apache-2.0
// Incidents, their alerts and their timelines, page by page.
#include <string>
#include <utility>

#include "promql/model/labels.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/query.h"

namespace warden::api {
namespace {

// Of an incident in a list, and of one that is looked at; all stand under a path of their own.
constexpr std::int64_t kListedAlerts = 10;
constexpr std::int64_t kShownAlerts = 100;
constexpr std::int64_t kMostShown = 1000;
constexpr std::int64_t kShownEntries = 500;
constexpr std::int64_t kShownDeliveries = 100;

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
      .Field("notifications", incident.notifications)
      .Field("alert_count", row.alert_count);
  json.Key("alerts").Array();
  for (const auto& alert : row.alerts) WriteAlert(json, alert, incident.members.at(alert.id));
  json.EndArray();
}

void WriteEntry(Json& json, const TimelineEntry& entry) {
  json.Object()
      .Field("at", entry.at)
      .Field("kind", warden::Name(entry.kind))
      .Field("reason", entry.reason)
      .EndObject();
}

std::optional<IncidentState> StateNamed(std::string_view name) {
  if (name == "open") return IncidentState::kOpen;
  if (name == "closed") return IncidentState::kClosed;
  if (name == "all") return IncidentState::kAll;
  return std::nullopt;
}

// `next` of a list of incidents: the last one's number, and of closed ones its end.
std::string Encode(const Incident& last, IncidentState state) {
  std::string text = std::to_string(last.id.value);
  if (state == IncidentState::kClosed && last.closed_at)
    text += "." + std::to_string(last.closed_at->time_since_epoch().count());
  return text;
}

Result<IncidentPlace> Decode(std::string_view text, IncidentState state) {
  const auto point = text.find('.');
  const bool has_end = point != std::string_view::npos;
  const auto id = ReadNumber(text.substr(0, point), "before");
  const auto end = ReadNumber(has_end ? text.substr(point + 1) : "0", "before");
  if (!id || !end || has_end != (state == IncidentState::kClosed))
    return Fail(ErrorCode::kInvalid, "before must be what `next` of the same list said");
  IncidentPlace place{.id = IncidentId{*id}};
  if (has_end) place.closed_at = Instant{Duration{*end}};
  return place;
}

// `alerts`: how many of each incident's.
Result<std::int64_t> AlertsOf(const ServerRequest& request, std::int64_t usual) {
  const auto asked = NumberOf(request, "alerts");
  if (!asked) return std::unexpected(asked.error());
  if (asked->value_or(0) > kMostShown)
    return Fail(ErrorCode::kInvalid, "alerts must be from 0 to 1000");
  return asked->value_or(usual);
}

Result<IncidentFilter> ReadFilter(const ServerRequest& request) {
  IncidentFilter filter;
  const auto state = StateNamed(request.Query("state").value_or("open"));
  if (!state) return Fail(ErrorCode::kInvalid, "state must be open, closed or all");
  filter.state = *state;
  const auto limit = LimitOf(request, filter.limit.rows);
  if (!limit) return std::unexpected(limit.error());
  filter.limit = {.rows = *limit, .bytes = kPageBytes};
  const auto alerts = AlertsOf(request, kListedAlerts);
  if (!alerts) return std::unexpected(alerts.error());
  filter.alerts_each = *alerts;
  if (const auto before = request.Query("before")) {
    const auto place = Decode(*before, filter.state);
    if (!place) return std::unexpected(place.error());
    filter.before = *place;
  }
  return filter;
}

ServerResponse List(const Parts& parts, const ServerRequest& request) {
  const auto filter = ReadFilter(request);
  if (!filter) return FailureOf(filter.error());
  const auto page = parts.store.ListIncidents(*filter);
  if (!page) return FailureOf(page.error());
  Json json;
  json.Array();
  for (const auto& row : page->rows) {
    json.Object();
    WriteIncident(json, row);
    json.EndObject();
  }
  json.EndArray();
  std::optional<std::string> next;
  if (page->has_more) next = Encode(page->rows.back().incident, filter->state);
  return SuccessPage(json.Take(), next);
}

void WriteTimeline(Json& json, const std::vector<TimelineEntry>& newest_first) {
  json.Key("timeline").Array();
  for (auto entry = newest_first.rbegin(); entry != newest_first.rend(); ++entry)
    WriteEntry(json, *entry);
  json.EndArray();
}

void WriteDeliveries(Json& json, const std::vector<Delivery>& deliveries) {
  json.Key("deliveries").Array();
  for (const auto& delivery : deliveries) {
    json.Object()
        .Field("id", delivery.id.value)
        .Field("destination", Text(delivery.destination))
        .Field("state", warden::Name(delivery.state))
        .Field("attempts", delivery.attempts)
        .Field("settled_at", delivery.settled_at)
        .Field("last_error", delivery.last_error)
        .EndObject();
  }
  json.EndArray();
}

ServerResponse Show(const Parts& parts, const ServerRequest& request) {
  const auto alerts = AlertsOf(request, kShownAlerts);
  if (!alerts) return FailureOf(alerts.error());
  const auto row = parts.store.FindIncident(request.Param("uid").value_or(""),
                                            {.rows = *alerts, .bytes = kPageBytes});
  if (!row) return FailureOf(row.error());
  if (!*row) return Failure(404, "not_found", "no such incident");
  const auto id = (*row)->incident.id;
  const auto counts = parts.store.CountsOf(id);
  if (!counts) return FailureOf(counts.error());
  const auto timeline =
      parts.store.Timeline({.incident = id, .limit = {.rows = kShownEntries, .bytes = kPageBytes}});
  if (!timeline) return FailureOf(timeline.error());
  DeliveryFilter filter;
  filter.incident = id;
  filter.limit = {.rows = kShownDeliveries, .bytes = kPageBytes};
  const auto deliveries = parts.store.ListDeliveries(filter);
  if (!deliveries) return FailureOf(deliveries.error());
  Json json;
  json.Object();
  WriteIncident(json, **row);
  json.Field("timeline_count", counts->timeline);
  WriteTimeline(json, timeline->rows);
  json.Field("delivery_count", counts->deliveries);
  WriteDeliveries(json, deliveries->rows);
  json.EndObject();
  return Success(json.Take());
}

// The incident that a path names; none when there is no such.
Result<IncidentId> Named(const Parts& parts, const ServerRequest& request) {
  const auto row = parts.store.FindIncident(request.Param("uid").value_or(""), {.rows = 0});
  if (!row) return std::unexpected(row.error());
  return *row ? (*row)->incident.id : IncidentId{};
}

ServerResponse ListAlerts(const Parts& parts, const ServerRequest& request) {
  const auto wanted = WantedOf(request, 1000, "after");
  if (!wanted) return FailureOf(wanted.error());
  const auto incident = Named(parts, request);
  if (!incident) return FailureOf(incident.error());
  if (!*incident) return Failure(404, "not_found", "no such incident");
  AlertFilter filter{.incident = *incident, .limit = wanted->limit};
  if (wanted->place) filter.after = AlertId{*wanted->place};
  const auto page = parts.store.ListAlerts(filter);
  if (!page) return FailureOf(page.error());
  Json json;
  json.Array();
  for (const auto& [record, member] : page->rows) WriteAlert(json, record, member);
  json.EndArray();
  std::optional<std::string> next;
  if (page->has_more) next = std::to_string(page->rows.back().record.id.value);
  return SuccessPage(json.Take(), next);
}

ServerResponse ListTimeline(const Parts& parts, const ServerRequest& request) {
  const auto wanted = WantedOf(request, 1000, "before");
  if (!wanted) return FailureOf(wanted.error());
  const auto incident = Named(parts, request);
  if (!incident) return FailureOf(incident.error());
  if (!*incident) return Failure(404, "not_found", "no such incident");
  const auto page = parts.store.Timeline(
      {.incident = *incident, .limit = wanted->limit, .before = wanted->place});
  if (!page) return FailureOf(page.error());
  Json json;
  json.Array();
  for (const auto& entry : page->rows) WriteEntry(json, entry);
  json.EndArray();
  std::optional<std::string> next;
  if (page->has_more) next = std::to_string(page->rows.back().sequence);
  return SuccessPage(json.Take(), next);
}

}  // namespace

void AddIncidentRoutes(const std::shared_ptr<const Parts>& parts) {
  const auto add = [&parts](const char* path, auto answer) {
    AddRoute(parts, {"GET", path, OnLister(parts, [parts, answer](const ServerRequest& request) {
                       return answer(*parts, request);
                     })});
  };
  add("/api/v1/incidents", List);
  add("/api/v1/incidents/{uid}", Show);
  add("/api/v1/incidents/{uid}/alerts", ListAlerts);
  add("/api/v1/incidents/{uid}/timeline", ListTimeline);
}

}  // namespace warden::api

// SPDX-License-Identifier: Apache-2.0
// GET /incidents/{uid}: the page that messages link to. Rendered here, no script, no outside
// assets; every text from outside is escaped.
#include <string>
#include <string_view>

#include "server/api/api.h"
#include "server/api/landing.h"
#include "server/channels/text.h"

namespace warden::api {
namespace {

void Cell(std::string& page, std::string_view text) { page += "<td>" + EscapeHtml(text) + "</td>"; }

std::string LabelText(const promql::LabelSet& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}

void WriteAlerts(std::string& page, const IncidentRow& row) {
  page +=
      "<h2>Alerts</h2><table><tr><th>Status</th><th>Source</th><th>Labels</th><th>Summary</"
      "th><th>Since</"
      "th><th>Until</th></tr>";
  for (const auto& record : row.alerts) {
    const auto& alert = record.alert;
    const auto& member = row.incident.members.at(record.id);
    page += "<tr>";
    Cell(page, std::string(alert.has_expired() ? "expired" : Name(alert.status)) +
                   (member.muted ? ", muted" : ""));
    Cell(page, record.source);
    Cell(page, LabelText(alert.labels));
    Cell(page, alert.annotations.Get("summary"));
    Cell(page, FormatRfc3339(alert.starts_at));
    Cell(page, alert.ends_at ? FormatRfc3339(*alert.ends_at) : "");
    page += "</tr>";
  }
  page += "</table>";
}

void WriteTimeline(std::string& page, const std::vector<TimelineEntry>& timeline) {
  page += "<h2>What happened</h2><table><tr><th>Time</th><th>What</th><th>Why</th></tr>";
  for (const auto& entry : timeline) {
    page += "<tr>";
    Cell(page, FormatRfc3339(entry.at));
    Cell(page, Name(entry.kind));
    Cell(page, entry.reason);
    page += "</tr>";
  }
  page += "</table>";
}

void WriteDeliveries(std::string& page, const std::vector<Delivery>& deliveries) {
  page +=
      "<h2>Deliveries</h2><table><tr><th>To</th><th>State</th><th>Attempts</th><th>Settled</"
      "th><th>Last error</th></tr>";
  for (const auto& delivery : deliveries) {
    page += "<tr>";
    Cell(page, Text(delivery.destination));
    Cell(page, Name(delivery.state));
    Cell(page, std::to_string(delivery.attempts));
    Cell(page, delivery.settled_at ? FormatRfc3339(*delivery.settled_at) : "");
    Cell(page, delivery.last_error);
    page += "</tr>";
  }
  page += "</table>";
}

ServerResponse Show(const Parts& parts, const ServerRequest& request) {
  const auto row = parts.store.FindIncident(request.Param("uid").value_or(""));
  if (!row) return FailureOf(row.error());
  if (!*row)
    return HtmlPage(
        404, "promwarden",
        "<h1>No such incident</h1><p>It may have been forgotten after the retention time.</p>");
  const auto& incident = (*row)->incident;
  const auto timeline = parts.store.Timeline(incident.id);
  if (!timeline) return FailureOf(timeline.error());
  DeliveryFilter filter;
  filter.incident = incident.id;
  const auto deliveries = parts.store.ListDeliveries(filter);
  if (!deliveries) return FailureOf(deliveries.error());
  const std::string title = "Incident " + incident.uid;
  std::string page = "<h1>" + EscapeHtml(title) + "</h1><p>" +
                     (incident.closed_at ? "Closed" : "Open") + ", opened " +
                     FormatRfc3339(incident.opened_at);
  if (incident.closed_at) page += ", closed " + FormatRfc3339(*incident.closed_at);
  page += ", receiver " + EscapeHtml(incident.receiver) + "<br><small>" +
          EscapeHtml(incident.group_key) + "</small></p>";
  WriteAlerts(page, **row);
  WriteTimeline(page, *timeline);
  WriteDeliveries(page, *deliveries);
  return HtmlPage(200, title, page);
}

}  // namespace

void AddIncidentPage(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/incidents/{uid}", OnWorker(parts, [parts](const ServerRequest& request) {
              return Show(*parts, request);
            })});
}

}  // namespace warden::api

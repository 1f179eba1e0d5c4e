// SPDX-License-Identifier: Apache-2.0
// GET /incidents/{uid}: the page that messages link to. Rendered here, no script, no outside
// assets; every text from outside is escaped.
#include <string>
#include <string_view>

#include "server/api/api.h"
#include "server/api/landing.h"
#include "server/api/query.h"
#include "server/channels/text.h"

namespace warden::api {
namespace {

constexpr std::int64_t kShownAlerts = 200;
constexpr std::int64_t kShownEntries = 500;
constexpr std::int64_t kShownDeliveries = 200;

std::string LinkTo(std::string_view url, std::string_view says) {
  if (!IsWebLink(url)) return "";
  return " <a href=\"" + EscapeHtml(url) + "\">" + std::string(says) + "</a>";
}

void WriteAlerts(std::string& page, const IncidentRow& row) {
  page +=
      "<h2>Alerts</h2><table><tr><th>Status</th><th>Source</th><th>Labels</th><th>Summary</th>"
      "<th>Since (UTC)</th><th>Until</th></tr>";
  for (const auto& record : row.alerts) {
    const auto& alert = record.alert;
    const auto& member = row.incident.members.at(record.id);
    page += "<tr>";
    page += Cell(std::string(alert.has_expired() ? "expired" : Name(alert.status)) +
                 (member.muted ? ", muted" : ""));
    page += Cell(record.source);
    page += Cell(LabelText(alert.labels));
    page += "<td>" + EscapeHtml(alert.annotations.Get("summary")) +
            LinkTo(alert.annotations.Get("runbook_url"), "Runbook") +
            LinkTo(alert.generator_url, "Graph") + "</td>";
    page += Cell(PageTime(alert.starts_at));
    page += Cell(alert.ends_at ? PageTime(*alert.ends_at) : "");
    page += "</tr>";
  }
  page += "</table>";
}

// What is not on the page, and where it stands.
void WriteRest(std::string& page, std::int64_t all, std::size_t shown, const std::string& path) {
  const auto rest = all - static_cast<std::int64_t>(shown);
  if (rest <= 0) return;
  page += "<p><a href=\"" + EscapeHtml(path) + "\">" + std::to_string(rest) + " more</a></p>";
}

void WriteTimeline(std::string& page, const std::vector<TimelineEntry>& newest_first) {
  page += "<h2>What happened</h2><table><tr><th>Time (UTC)</th><th>What</th><th>Why</th></tr>";
  for (auto at = newest_first.rbegin(); at != newest_first.rend(); ++at) {
    const auto& entry = *at;
    page += "<tr>";
    page += Cell(PageTime(entry.at));
    page += Cell(Name(entry.kind));
    page += Cell(entry.reason);
    page += "</tr>";
  }
  page += "</table>";
}

void WriteDeliveries(std::string& page, const std::vector<Delivery>& deliveries) {
  page +=
      "<h2>Deliveries</h2><table><tr><th>To</th><th>State</th><th>Attempts</th>"
      "<th>Settled (UTC)</th><th>Last answer</th></tr>";
  for (const auto& delivery : deliveries) {
    page += "<tr>";
    page += Cell(Text(delivery.destination));
    page += Cell(Name(delivery.state));
    page += Cell(std::to_string(delivery.attempts));
    page += Cell(delivery.settled_at ? PageTime(*delivery.settled_at) : "");
    page += Cell(delivery.last_error);
    page += "</tr>";
  }
  page += "</table>";
}

ServerResponse Show(const Parts& parts, const ServerRequest& request) {
  const auto row = parts.store.FindIncident(request.Param("uid").value_or(""),
                                            {.rows = kShownAlerts, .bytes = kPageBytes});
  if (!row) return FailureOf(row.error());
  if (!*row)
    return HtmlPage(
        404, "promwarden",
        "<h1>No such incident</h1><p>It may have been forgotten after the retention time.</p>");
  const auto& incident = (*row)->incident;
  const auto counts = parts.store.CountsOf(incident.id);
  if (!counts) return FailureOf(counts.error());
  const auto timeline = parts.store.Timeline(
      {.incident = incident.id, .limit = {.rows = kShownEntries, .bytes = kPageBytes}});
  if (!timeline) return FailureOf(timeline.error());
  DeliveryFilter filter;
  filter.incident = incident.id;
  filter.limit = {.rows = kShownDeliveries, .bytes = kPageBytes};
  const auto deliveries = parts.store.ListDeliveries(filter);
  if (!deliveries) return FailureOf(deliveries.error());
  const std::string title = IncidentTitle(**row);
  std::string page = "<p><a href=\"" + EscapeHtml(parts.prefix) +
                     "/\">All open incidents</a></p><h1>" + EscapeHtml(title) +
                     "</h1><p>Incident " + EscapeHtml(incident.uid) + ", " +
                     (incident.closed_at ? "closed" : "open") + ", opened " +
                     PageTime(incident.opened_at) + " UTC";
  if (incident.closed_at) page += ", closed " + PageTime(*incident.closed_at) + " UTC";
  page += ", receiver " + EscapeHtml(incident.receiver) + "<br><small>" +
          EscapeHtml(incident.group_key) + "</small></p>";
  const std::string api = parts.prefix + "/api/v1/";
  WriteAlerts(page, **row);
  WriteRest(page, (*row)->alert_count, (*row)->alerts.size(),
            api + "incidents/" + incident.uid + "/alerts");
  WriteTimeline(page, timeline->rows);
  WriteRest(page, counts->timeline, timeline->rows.size(),
            api + "incidents/" + incident.uid + "/timeline");
  WriteDeliveries(page, deliveries->rows);
  WriteRest(page, counts->deliveries, deliveries->rows.size(),
            api + "deliveries?incident=" + incident.uid);
  return HtmlPage(200, title, page);
}

}  // namespace

void AddIncidentPage(const std::shared_ptr<const Parts>& parts) {
  AddRoute(parts,
           {"GET", "/incidents/{uid}", OnLister(parts, [parts](const ServerRequest& request) {
              return Show(*parts, request);
            })});
}

}  // namespace warden::api

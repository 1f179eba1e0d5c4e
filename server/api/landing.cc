// SPDX-License-Identifier: Apache-2.0
#include "server/api/landing.h"

#include <algorithm>
#include <set>
#include <span>

#include "server/api/query.h"
#include "server/channels/text.h"

namespace warden::api {
namespace {

struct Link {
  std::string_view path;
  std::string_view says;
};

constexpr Link kLinks[] = {
    {"/metrics", "Metrics"},
    {"/api/v1/incidents", "Open incidents"},
    {"/api/v1/incidents?state=all", "All incidents"},
    {"/api/v1/deliveries", "Deliveries"},
    {"/api/v1/deliveries?state=dead", "Dead letters"},
    {"/api/v1/quarantine", "Quarantine"},
    {"/api/v1/watches", "Watches"},
    {"/api/v1/anomalies", "What was unusual in them"},
    {"/stats", "Statistics"},
    {"/health", "Health"},
    {"/api/v1/openapi.yaml", "All endpoints (OpenAPI)"},
};

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:3em auto;padding:0 "
    "1em;color:#1d2433;background:#fff}"
    "a{color:#1f5fbf}li{margin:.3em "
    "0}small{color:#5b6472}table{border-collapse:collapse;width:100%;font-size:14px}"
    "th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid "
    "#d8dee6;overflow-wrap:anywhere;min-width:6em}"
    "@media(max-width:40em){tr,td{display:block}th{display:none}tr{padding:.4em "
    "0;border-bottom:1px "
    "solid #d8dee6}td{border:0;padding:0}}"
    "@media(prefers-color-scheme:dark){body{background:#14171c;color:#dde3ea}a{color:#8ab4f8}small{"
    "color:#9aa4b2}"
    "th,td,tr{border-color:#333a44}}";

// More are a storm, which nobody reads line by line.
constexpr std::int64_t kMostIncidents = 50;
constexpr std::int64_t kReadAlerts = 30;  // of each: for its title and severities

std::string SeveritiesOf(const IncidentRow& row) {
  std::set<std::string_view> severities;
  for (const auto& record : row.alerts) {
    const auto severity = record.alert.labels.Get("severity");
    if (!severity.empty()) severities.insert(severity);
  }
  std::string text;
  for (const auto severity : severities) {
    text += text.empty() ? "" : ", ";
    text += severity;
  }
  return text;
}

// `3, 1 muted`; without the second where not all were read.
std::string AlertCount(const IncidentRow& row) {
  const auto muted = std::ranges::count_if(row.alerts, [&](const AlertRecord& record) {
    return row.incident.members.at(record.id).muted;
  });
  const bool is_whole = row.alert_count == std::ssize(row.alerts);
  return std::to_string(row.alert_count) +
         (muted > 0 && is_whole ? ", " + std::to_string(muted) + " muted" : "");
}

std::string WriteOpen(const Parts& parts) {
  IncidentFilter filter;
  filter.limit = {.rows = kMostIncidents, .bytes = kPageBytes};
  filter.alerts_each = kReadAlerts;
  const auto page = parts.store.ListIncidents(filter);
  if (!page)
    return "<p>Open incidents cannot be read: " + EscapeHtml(page.error().message) + "</p>";
  if (page->rows.empty()) return "<p>No incident is open.</p>";
  std::string text =
      "<table><tr><th>Open incident</th><th>Severity</th><th>Group</th><th>Alerts</th>"
      "<th>Since (UTC)</th><th>Receiver</th></tr>";
  for (const auto& row : page->rows) {
    const auto& incident = row.incident;
    text += "<tr><td><a href=\"" + EscapeHtml(parts.prefix + "/incidents/" + incident.uid) + "\">" +
            EscapeHtml(IncidentTitle(row)) + "</a></td>" + Cell(SeveritiesOf(row)) +
            Cell(LabelText(incident.group_labels)) + Cell(AlertCount(row)) +
            Cell(PageTime(incident.opened_at)) + Cell(incident.receiver) + "</tr>";
  }
  text += "</table>";
  if (page->has_more) text += "<p>These are the newest; there are more.</p>";
  return text;
}

}  // namespace

std::string Cell(std::string_view text) { return "<td>" + EscapeHtml(text) + "</td>"; }

std::string LabelText(const promql::LabelSet& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}

std::string PageTime(Instant at) {
  std::string text = FormatRfc3339(at).substr(0, 19);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string IncidentTitle(const IncidentRow& row) {
  constexpr std::size_t kMostNames = 3;
  std::set<std::string_view> names;
  for (const auto& record : row.alerts) names.insert(record.alert.labels.Get("alertname"));
  names.erase("");
  if (names.empty()) return "Incident " + row.incident.uid;
  std::string title;
  std::size_t written = 0;
  for (const auto name : names) {
    if (written == kMostNames) break;
    title += written++ > 0 ? ", " : "";
    title += name;
  }
  if (names.size() > written) title += " and " + std::to_string(names.size() - written) + " more";
  return title;
}

ServerResponse LandingPage(const Parts& parts) {
  std::string body =
      "<h1>promwarden</h1><p>Stands between Alertmanager and the people it wakes up.</p>" +
      WriteOpen(parts) + "<h2>For programs</h2><ul>";
  for (const auto& link : kLinks) {
    body += "<li><a href=\"" + EscapeHtml(parts.prefix) + std::string(link.path) + "\">" +
            std::string(link.says) + "</a></li>";
  }
  body += "</ul><p><small>version " + EscapeHtml(parts.build.version) + ", revision " +
          EscapeHtml(parts.build.revision) + "</small></p>";
  return HtmlPage(200, "promwarden", body);
}

ServerResponse HtmlPage(int status, std::string_view title, std::string_view body) {
  ServerResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back(
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.body =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
      EscapeHtml(title) +
      "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>" +
      std::string(kStyle) + "</style></head><body>" + std::string(body) + "</body></html>\n";
  return response;
}

}  // namespace warden::api

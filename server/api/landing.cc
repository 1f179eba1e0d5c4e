// SPDX-License-Identifier: Apache-2.0
#include "server/api/landing.h"

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
    "#d8dee6;overflow-wrap:anywhere;min-width:5em}"
    "@media(max-width:40em){tr,td{display:block}th{display:none}tr{padding:.4em "
    "0;border-bottom:1px "
    "solid #d8dee6}td{border:0;padding:0}}"
    "@media(prefers-color-scheme:dark){body{background:#14171c;color:#dde3ea}a{color:#8ab4f8}small{"
    "color:#9aa4b2}"
    "th,td,tr{border-color:#333a44}}";

}  // namespace

ServerResponse LandingPage(const Build& build, std::string_view prefix) {
  std::string body =
      "<h1>promwarden</h1><p>Stands between Alertmanager and the people it wakes up.</p><ul>";
  for (const auto& link : kLinks) {
    body += "<li><a href=\"" + EscapeHtml(prefix) + std::string(link.path) + "\">" +
            std::string(link.says) + "</a></li>";
  }
  body += "</ul><p><small>version " + EscapeHtml(build.version) + ", revision " +
          EscapeHtml(build.revision) + "</small></p>";
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

// SPDX-License-Identifier: Apache-2.0
#include "server/api/landing.h"

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
    {"/stats", "Statistics"},
    {"/health", "Health"},
};

}  // namespace

std::string LandingPage(const Build& build, std::string_view prefix) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>promwarden</title>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 "
      "1em;color:#1d2433;"
      "background:#fff}a{color:#1f5fbf}li{margin:.3em 0}small{color:#5b6472}"
      "@media(prefers-color-scheme:dark){body{background:#14171c;color:#dde3ea}a{color:#8ab4f8}"
      "small{color:#9aa4b2}}"
      "</style></head><body><h1>promwarden</h1>"
      "<p>Stands between Alertmanager and the people it wakes up.</p><ul>";
  for (const auto& link : kLinks) {
    page += "<li><a href=\"";
    page += prefix;
    page += link.path;
    page += "\">";
    page += link.says;
    page += "</a></li>";
  }
  page += "</ul><p><small>version " + build.version + ", revision " + build.revision +
          "</small></p></body></html>\n";
  return page;
}

}  // namespace warden::api

// SPDX-License-Identifier: Apache-2.0
// Where on Grafana's dashboards an incident is drawn: what is wanted, and what Grafana's answers
// say about it. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/alert/notification.h"
#include "server/channels/json.h"
#include "server/config/config.h"

namespace warden {

// A dashboard (uid or title) and a panel of it (id or title; empty: none) as people wrote them.
struct WantedPlace {
  std::string dashboard;
  std::string panel;
};

// From the first alert with an annotation `dashboard_uid` (`panel_id`) or Grafana's own
// `__dashboardUid__` (`__panelId__`), else from the mapping by alertname and severity.
[[nodiscard]] std::optional<WantedPlace> PlaceOf(const Message& message,
                                                 const GrafanaConfig& grafana);

// Whether it can be a uid: at most 40 letters, digits, dashes and underscores.
[[nodiscard]] bool IsDashboardUid(std::string_view text);

// The uid of the one dashboard with exactly this title in an answer of /api/search; `problem` says
// why there is none.
struct FoundDashboard {
  std::string uid;
  std::string problem;
};
[[nodiscard]] FoundDashboard FindByTitle(const JsonAnswer& answer, std::string_view title);

// The id of a panel by id or title in an answer of /api/dashboards/uid, those in collapsed rows
// too; nothing when there is none.
[[nodiscard]] std::optional<std::int64_t> FindPanel(const JsonAnswer& answer,
                                                    std::string_view wanted);

}  // namespace warden

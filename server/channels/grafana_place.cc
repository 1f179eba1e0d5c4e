// SPDX-License-Identifier: Apache-2.0
#include "server/channels/grafana_place.h"

#include <algorithm>

#include "server/channels/message_text.h"

namespace warden {
namespace {

bool Applies(const DashboardMapping& mapping, const Alert& alert) {
  return mapping.alertname == alert.name() &&
         (mapping.severity.empty() || mapping.severity == alert.severity());
}

// Panels stand in `panels`, those of a collapsed row in the row's own `panels`; deeper there are
// none, whatever an answer says.
enum class Rows : std::uint8_t { kOpen, kSkip };
std::optional<std::int64_t> FindIn(const std::vector<JsonAnswer>& panels, std::string_view wanted,
                                   Rows rows = Rows::kOpen) {
  for (const JsonAnswer& panel : panels) {
    const bool is_row = panel.Text({"type"}) == "row";
    if (!is_row && (panel.Text({"id"}) == wanted || panel.Text({"title"}) == wanted)) {
      return panel.Integer({"id"});
    }
    if (rows == Rows::kSkip) continue;
    if (const auto nested = FindIn(panel.Elements({"panels"}), wanted, Rows::kSkip)) return nested;
  }
  return std::nullopt;
}

// Schema v2: `elements` by name, each a kind with a spec.
std::optional<std::int64_t> FindElement(const std::vector<JsonAnswer>& elements,
                                        std::string_view wanted) {
  for (const JsonAnswer& element : elements) {
    if (element.Text({"spec", "id"}) == wanted || element.Text({"spec", "title"}) == wanted) {
      return element.Integer({"spec", "id"});
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<WantedPlace> PlaceOf(const Message& message, const GrafanaConfig& grafana) {
  for (const Alert& alert : message.alerts) {
    std::string uid = FirstLine(alert.annotations, {"dashboard_uid", "__dashboardUid__"});
    if (uid.empty()) continue;
    return WantedPlace{std::move(uid), FirstLine(alert.annotations, {"panel_id", "__panelId__"})};
  }
  for (const DashboardMapping& mapping : grafana.dashboards) {
    const bool applies = std::ranges::any_of(
        message.alerts, [&](const Alert& alert) { return Applies(mapping, alert); });
    if (applies) return WantedPlace{mapping.dashboard, mapping.panel};
  }
  return std::nullopt;
}

bool IsDashboardUid(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

FoundDashboard FindByTitle(const JsonAnswer& answer, std::string_view title) {
  FoundDashboard found;
  std::size_t count = 0;
  for (const JsonAnswer& dashboard : answer.Elements({})) {
    if (dashboard.Text({"title"}) != title) continue;
    ++count;
    found.uid = dashboard.Text({"uid"});
  }
  if (count == 1 && IsDashboardUid(found.uid)) return found;
  found.uid.clear();
  found.problem = count > 1 ? "several dashboards have the title" : "no dashboard has the title";
  return found;
}

std::optional<std::int64_t> FindPanel(const JsonAnswer& answer, std::string_view wanted) {
  if (wanted.empty()) return std::nullopt;
  if (const auto panel = FindIn(answer.Elements({"dashboard", "panels"}), wanted)) return panel;
  if (const auto panel = FindElement(answer.Elements({"dashboard", "elements"}), wanted)) {
    return panel;
  }
  return FindElement(answer.Elements({"dashboard", "spec", "elements"}), wanted);
}

}  // namespace warden

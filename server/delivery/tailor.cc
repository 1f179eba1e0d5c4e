// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/tailor.h"

#include <algorithm>
#include <string>
#include <vector>

#include "server/channels/expand.h"
#include "server/config/destinations.h"

namespace warden {
namespace {

const Route* RouteNamed(const Config& config, const std::string& route_id) {
  std::vector<const Route*> open = {&config.route};
  while (!open.empty()) {
    const Route* route = open.back();
    open.pop_back();
    if (route->route_id == route_id) return route;
    for (const Route& child : route->routes) open.push_back(&child);
  }
  return nullptr;
}

// Grafana's regions are no integration: they end like everything else.
bool SendsResolved(const Config& config, const Destination& destination) {
  const auto all = IntegrationsOf(config, destination.receiver);
  const auto found = std::ranges::find(all, destination, &Integration::destination);
  return found == all.end() || found->send_resolved;
}

}  // namespace

bool Tailor(Message& message, const Config& config, const Destination& destination) {
  if (!SendsResolved(config, destination)) {
    const auto over = std::erase_if(
        message.alerts, [](const Alert& alert) { return alert.status == AlertStatus::kResolved; });
    if (over > 0) {
      message.common_labels = CommonLabels(message.alerts);
      message.common_annotations = CommonAnnotations(message.alerts);
    }
    if (over > 0 && message.alerts.empty()) return false;
  }
  if (const Route* route = RouteNamed(config, message.route_id)) {
    const Expander expand(message, config);
    promql::LabelSet labels;
    for (const auto& [name, value] : route->labels)
      labels.Set(name, expand.Expand(value).value_or(value));
    message.route_labels = std::move(labels);
  }
  return true;
}

}  // namespace warden

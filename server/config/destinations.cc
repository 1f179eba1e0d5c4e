// SPDX-License-Identifier: Apache-2.0
#include "server/config/destinations.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace warden {
namespace {

template <class ChannelConfig>
void Append(const Receiver& receiver, std::string_view kind,
            const std::vector<ChannelConfig>& configs, std::vector<Integration>& out) {
  std::int64_t index = 0;
  for (const auto& config : configs)
    out.push_back({{receiver.name, std::string(kind), index++}, config.send_resolved});
}

}  // namespace

std::vector<Integration> IntegrationsOf(const Config& config, std::string_view name) {
  std::vector<Integration> integrations;
  const auto* receiver = config.FindReceiver(name);
  if (receiver == nullptr) return integrations;
  Append(*receiver, "discord", receiver->discord, integrations);
  Append(*receiver, "email", receiver->email, integrations);
  Append(*receiver, "pagerduty", receiver->pagerduty, integrations);
  Append(*receiver, "slack", receiver->slack, integrations);
  Append(*receiver, "webhook", receiver->webhook, integrations);
  Append(*receiver, "telegram", receiver->telegram, integrations);
  return integrations;
}

Duration LifetimeOf(const Config& config, const Destination& destination) {
  constexpr std::chrono::hours kPage{1};
  const Duration life = config.delivery.retry.give_up_after;
  return destination.kind == "pagerduty" ? std::min<Duration>(life, kPage) : life;
}

Destination GrafanaDestination() { return {"grafana", "grafana", 0}; }

}  // namespace warden

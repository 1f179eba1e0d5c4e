// SPDX-License-Identifier: Apache-2.0
// The integrations of a receiver as destinations of deliveries, in Alertmanager's order of kinds:
// discord, email, pagerduty, slack, webhook, telegram. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "server/alert/notification.h"
#include "server/config/config.h"

namespace warden {

struct Integration {
  Destination destination;
  bool send_resolved = true;
};

// Empty for an unknown receiver or one without channels.
[[nodiscard]] std::vector<Integration> IntegrationsOf(const Config& config,
                                                      std::string_view receiver);

// How long a message to it is worth sending: a page is stale after an hour, anything else when
// retries are given up.
[[nodiscard]] Duration LifetimeOf(const Config& config, const Destination& destination);

// The one destination of annotation regions.
[[nodiscard]] Destination GrafanaDestination();

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Alerts as Alertmanager's `POST /api/v2/alerts` takes them. One that fires is said to end at
// `until` unless it is told again; Alertmanager then takes it as over. Pure.
#pragma once

#include <span>
#include <string>

#include "server/alert/alert.h"

namespace warden {

[[nodiscard]] std::string AlertmanagerAlerts(std::span<const Alert> alerts, Instant until);

}  // namespace warden

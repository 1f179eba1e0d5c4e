// SPDX-License-Identifier: Apache-2.0
#include "server/watch/alertmanager_alerts.h"

#include "server/alert/webhook.h"

namespace warden {

std::string AlertmanagerAlerts(std::span<const Alert> alerts, Instant until) {
  std::string json = "[";
  for (const auto& alert : alerts) {
    if (json.size() > 1) json += ',';
    json += R"({"labels":)" + EncodeLabels(alert.labels) + R"(,"annotations":)" +
            EncodeLabels(alert.annotations) + R"(,"startsAt":")" + FormatRfc3339(alert.starts_at) +
            R"(","endsAt":")" + FormatRfc3339(alert.ends_at.value_or(until)) + "\"}";
  }
  return json + ']';
}

}  // namespace warden

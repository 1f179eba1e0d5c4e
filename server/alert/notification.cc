// SPDX-License-Identifier: Apache-2.0
#include "server/alert/notification.h"

#include <algorithm>
#include <array>

namespace warden {
namespace {

template <class Projection>
promql::LabelSet Common(const std::vector<Alert>& alerts, Projection labels_of) {
  promql::LabelSet common;
  if (alerts.empty()) return common;
  for (const auto& [name, value] : labels_of(alerts.front())) {
    const bool everywhere = std::ranges::all_of(alerts, [&](const Alert& alert) {
      return labels_of(alert).Has(name) && labels_of(alert).Get(name) == value;
    });
    if (everywhere) common.Set(name, value);
  }
  return common;
}

}  // namespace

std::string_view Text(NotifyReason reason) {
  switch (reason) {
    case NotifyReason::kFirst:
      return "first notification";
    case NotifyReason::kNewAlerts:
      return "new alerts added";
    case NotifyReason::kSomeResolved:
      return "some alerts resolved";
    case NotifyReason::kAllResolved:
      return "all alerts resolved";
    case NotifyReason::kRepeat:
      return "repeat interval elapsed";
    case NotifyReason::kUnmuted:
      return "mute ended";
    case NotifyReason::kTest:
      return "test";
  }
  return "unknown";
}

std::string_view Name(NotifyReason reason) {
  switch (reason) {
    case NotifyReason::kFirst:
      return "first";
    case NotifyReason::kNewAlerts:
      return "new_alerts";
    case NotifyReason::kSomeResolved:
      return "some_resolved";
    case NotifyReason::kAllResolved:
      return "all_resolved";
    case NotifyReason::kRepeat:
      return "repeat";
    case NotifyReason::kUnmuted:
      return "unmuted";
    case NotifyReason::kTest:
      return "test";
  }
  return "unknown";
}

std::string_view Name(DeliveryState state) {
  switch (state) {
    case DeliveryState::kPending:
      return "pending";
    case DeliveryState::kLeased:
      return "leased";
    case DeliveryState::kUnknown:
      return "unknown";
    case DeliveryState::kDelivered:
      return "delivered";
    case DeliveryState::kDead:
      return "dead";
    case DeliveryState::kExpired:
      return "expired";
    case DeliveryState::kSuperseded:
      return "superseded";
  }
  return "pending";
}

std::string Text(const Destination& destination) {
  return destination.receiver + "/" + destination.kind + "/" + std::to_string(destination.index);
}

std::size_t Message::firing() const {
  return static_cast<std::size_t>(std::ranges::count(
      alerts, AlertStatus::kFiring, [](const Alert& alert) { return alert.status; }));
}

std::string_view Message::severity() const {
  static constexpr std::array<std::string_view, 4> kWorstFirst = {"critical", "error", "warning",
                                                                  "info"};
  const bool any_fires = firing() > 0;
  std::size_t worst = kWorstFirst.size();
  for (const auto& alert : alerts) {
    if (any_fires && alert.status != AlertStatus::kFiring) continue;
    const auto found = std::ranges::find(kWorstFirst, alert.severity());
    worst = std::min(worst, static_cast<std::size_t>(found - kWorstFirst.begin()));
  }
  return worst < kWorstFirst.size() ? kWorstFirst[worst] : std::string_view{};
}

promql::LabelSet CommonLabels(const std::vector<Alert>& alerts) {
  return Common(alerts, [](const Alert& alert) -> const promql::LabelSet& { return alert.labels; });
}

promql::LabelSet CommonAnnotations(const std::vector<Alert>& alerts) {
  return Common(alerts,
                [](const Alert& alert) -> const promql::LabelSet& { return alert.annotations; });
}

}  // namespace warden

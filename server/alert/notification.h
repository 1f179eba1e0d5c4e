// SPDX-License-Identifier: Apache-2.0
// What is said to people, and the rows that get it there. A flush of an incident makes one
// Notification (a frozen list of alerts and a reason) and one Delivery per integration of the
// receiver; the balance
//   created = delivered + dead + expired + superseded + pending   (pending counts leased and
//   unknown rows too)
// holds at any time. Message is the notification with the alerts' texts filled in: what channels
// compose from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/alert/alert.h"
#include "server/alert/ids.h"

namespace warden {

enum class NotifyReason : std::uint8_t {
  kFirst,
  kNewAlerts,
  kSomeResolved,
  kAllResolved,
  kRepeat,
  kUnmuted,
  kTest
};

// Alertmanager's own words where it has them: `first notification`, `new alerts added`, …
[[nodiscard]] std::string_view Text(NotifyReason reason);
[[nodiscard]] std::string_view Name(NotifyReason reason);  // snake_case

struct NotifiedAlert {
  AlertId alert;
  AlertStatus status = AlertStatus::kFiring;
  Instant starts_at;
  std::optional<Instant> ends_at;
};

struct Notification {
  NotificationId id;
  IncidentId incident;
  std::int64_t sequence = 0;  // from 1 in each incident
  Instant at;
  AlertStatus status = AlertStatus::kFiring;
  NotifyReason reason = NotifyReason::kFirst;
  std::int64_t muted = 0;  // firing members left out
  std::vector<NotifiedAlert> alerts;
};

enum class DeliveryState : std::uint8_t {
  kPending,
  kLeased,
  kUnknown,
  kDelivered,
  kDead,
  kExpired,
  kSuperseded
};

[[nodiscard]] std::string_view Name(DeliveryState state);  // snake_case
[[nodiscard]] constexpr bool IsSettled(DeliveryState state) {
  return state >= DeliveryState::kDelivered;
}

// Where a delivery goes: one integration of a receiver, by kind and index as Alertmanager counts
// them, or "grafana".
struct Destination {
  std::string receiver;
  std::string
      kind;  // slack, discord, telegram, pagerduty, email, webhook, grafana: a name of channels.def
  std::int64_t index = 0;
  friend bool operator==(const Destination&, const Destination&) = default;
  friend auto operator<=>(const Destination&, const Destination&) = default;
};

// `team/slack/0`: in the API, metrics and logs. Never holds a secret.
[[nodiscard]] std::string Text(const Destination& destination);

struct Delivery {
  DeliveryId id;
  NotificationId notification;
  IncidentId incident;
  Destination destination;
  DeliveryState state = DeliveryState::kPending;
  std::int64_t attempts = 0;
  Instant created_at;
  Instant not_before;
  Instant expires_at;
  std::optional<Instant> lease_until;
  std::optional<Instant> settled_at;
  std::string last_error;               // no secrets
  std::vector<NotificationId> carries;  // superseded ones whose alerts this one must still mention
};

// What Prometheus says is normal for the alert's metric.
// What the alert's rule compares its metric with.
struct AlertThreshold {
  std::string comparison;  // as in PromQL: > >= < <= == !=
  double value = 0;
  friend bool operator==(const AlertThreshold&, const AlertThreshold&) = default;
};

// An unusual stretch up to now.
struct AnomalyCourse {
  Instant began_at;  // the first value of it
  Instant peak_at;   // the value farthest from what was expected
  double peak = 0;
};

// A series beside the alert's own that is unusual too, by its own last hours.
struct AnomalySibling {
  promql::LabelSet labels;  // in which it differs from the alert's own
  double observed = 0;
  double deviation = 0;  // signed, in robust standard deviations
};

struct AnomalyVerdict {
  std::string query;
  std::string detector;  // the one really used
  bool anomalous = false;
  std::string severity;  // critical, high, medium, low, none
  double observed = 0;
  double expected = 0;
  double lower = 0;
  double upper = 0;
  double score = 0;                         // [0,1)
  double deviation = 0;                     // signed, in robust standard deviations
  double confidence = 0;                    // [0,1]
  bool knows_the_hour = false;              // what is expected is that of the hour of the day
  std::optional<AlertThreshold> threshold;  // of the rule, in the query's own unit
  std::optional<AnomalyCourse> course;    // nothing when the newest value is near what is expected
  std::size_t siblings = 0;               // looked at
  std::vector<AnomalySibling> deviating;  // of them, the most unusual first; a few
  std::string summary;  // a sentence for people; also the reason when nothing could be said
  // A PNG of the metric and its normal range, the same for all deliveries; null: none.
  std::shared_ptr<const std::string> chart;
};

// Everything a channel may say. Links are empty when unknown.
struct Message {
  std::string incident_uid;
  std::int64_t sequence = 0;
  NotificationId notification;
  std::string delivery_key;  // constant over retries of one delivery: idempotency key
  AlertStatus status = AlertStatus::kFiring;
  NotifyReason reason = NotifyReason::kFirst;
  std::string receiver;
  std::string route_id;
  std::string group_key;
  promql::LabelSet group_labels;
  promql::LabelSet common_labels;
  promql::LabelSet common_annotations;
  promql::LabelSet route_labels;
  Instant opened_at;
  std::optional<Instant> closed_at;
  Instant at;
  std::int64_t muted = 0;
  std::vector<Alert>
      alerts;  // status and times as at the flush; firing first, each part by start time
  std::optional<AnomalyVerdict> anomaly;
  std::string external_url;  // of this daemon
  std::string chart_url;     // of anomaly->chart, readable by whoever knows it; empty: none
  bool may_be_duplicate = false;

  [[nodiscard]] std::size_t firing() const;
  // The worst of critical, error, warning, info, "" over the firing alerts (all of them when none
  // fires).
  [[nodiscard]] std::string_view severity() const;
};

// Labels (annotations) that are equal in all alerts.
[[nodiscard]] promql::LabelSet CommonLabels(const std::vector<Alert>& alerts);
[[nodiscard]] promql::LabelSet CommonAnnotations(const std::vector<Alert>& alerts);

}  // namespace warden

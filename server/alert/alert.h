// SPDX-License-Identifier: Apache-2.0
// One alert as Alertmanager reports it, and one webhook message, version 4, that carries several: a
// snapshot of a group, not a delta. What is not in a message says nothing about the alerts that are
// not in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"
#include "server/base/clock.h"

namespace warden {

enum class AlertStatus : std::uint8_t { kFiring, kResolved };

[[nodiscard]] constexpr std::string_view Name(AlertStatus status) {
  return status == AlertStatus::kFiring ? "firing" : "resolved";
}

struct Alert {
  AlertStatus status = AlertStatus::kFiring;
  promql::LabelSet labels;
  promql::LabelSet annotations;
  Instant starts_at;
  // Unset while firing (year 1 on the wire). A resolved alert without one expired: nobody said that
  // it is over, it was just not reported any more.
  std::optional<Instant> ends_at;
  std::string generator_url;      // untrusted: may hold any scheme
  std::uint64_t fingerprint = 0;  // of the labels, computed here whatever the message says

  [[nodiscard]] std::string_view name() const { return labels.Get("alertname"); }
  [[nodiscard]] std::string_view severity() const { return labels.Get("severity"); }
  [[nodiscard]] bool has_expired() const { return status == AlertStatus::kResolved && !ends_at; }

  friend bool operator==(const Alert&, const Alert&) = default;
};

// The source of our own watches, which end what they began themselves.
inline constexpr std::string_view kWatchSource = "watch";

struct WebhookMessage {
  std::string
      source;  // which Alertmanager cluster: the last part of the path, "default" without one
  std::string receiver;  // the quoting of Alertmanager undone: `web.hook`
  std::string group_key;
  std::string external_url;  // of the sending peer: all that tells members of a cluster apart
  std::string notification_reason;
  AlertStatus status = AlertStatus::kFiring;
  std::uint64_t truncated_alerts = 0;  // not in `alerts`, cut away there or here
  std::size_t excess_alerts = 0;       // of those, the ones that were more than we take
  std::size_t unusable_alerts = 0;     // in the body, but no alert could be made of them
  promql::LabelSet group_labels;
  promql::LabelSet common_labels;
  promql::LabelSet common_annotations;
  promql::LabelSet route_labels;
  std::vector<Alert> alerts;
};

// Bytes that the message holds, for limits: near enough, and never far below the truth.
[[nodiscard]] std::size_t Footprint(const WebhookMessage& message);

}  // namespace warden

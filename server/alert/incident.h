// SPDX-License-Identifier: Apache-2.0
// What the daemon remembers: alerts seen, message groups of Alertmanager, and incidents. An
// incident is one group of our own route tree from its first firing alert until all are resolved;
// it is what people are told about.
//
//   firing alert ──▶ open ──flush──▶ open, announced ──all resolved──▶ flush ──▶ closed
//                     │ all resolved before the first flush: closed, nobody is told
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/alert/alert.h"
#include "server/alert/ids.h"

namespace warden {

struct AlertRecord {
  AlertId id;
  std::string source;
  Alert alert;
  std::string peer;  // external URL that last changed the status
  Instant changed_at;
  Instant seen_at;  // last reported as firing; kept in steps, so it may be a few minutes old
  std::vector<IncidentId> incidents;  // open ones that hold it; not stored, derived from members
};

// A body that was JSON but no usable webhook.
struct QuarantineRow {
  std::int64_t id = 0;
  Instant at;
  std::string source;
  std::string reason;
  std::string body;
};

// The last state that a group of Alertmanager reported: what makes copies and repeats recognisable.
struct GroupRecord {
  std::string key;               // source, receiver and group key, joined by line feeds
  std::uint64_t state_hash = 0;  // of the set of (fingerprint, status, startsAt)
  std::string peer;
  Instant seen_at;
  std::int64_t duplicates = 0;
};

enum class Announced : std::uint8_t { kNo, kFiring, kResolved };

struct Member {
  Announced announced = Announced::kNo;
  bool muted = false;  // at the last flush
  friend bool operator==(const Member&, const Member&) = default;
};

struct Incident {
  IncidentId id;
  std::string
      uid;  // 13 characters, unique over restarts and databases: shown, used as key by receivers
  std::string route_id;   // of the route that took its alerts
  std::string group_key;  // as Alertmanager builds it: `{}/{team="a"}:{alertname="b"}`
  std::string receiver;
  promql::LabelSet group_labels;
  // Owns the Grafana region: the first of the routes that took the alert, and, once somebody was
  // told, an alert that the configuration wants drawn.
  bool annotates = false;
  Instant opened_at;
  std::optional<Instant> closed_at;
  std::optional<Instant> flush_at;      // when to look again
  std::optional<Instant> flushed_at;    // last look
  std::optional<Instant> announced_at;  // last notification that fired or repeated
  std::int64_t notifications = 0;
  std::int64_t timeline_entries = 0;
  // Alerts that the last message about it left out (max_alerts). Until none are, the incident stays
  // open although all known alerts are over, and keeps them as members.
  std::int64_t left_out = 0;
  std::map<AlertId, Member> members;
};

enum class TimelineKind : std::uint8_t {
  kOpened,
  kJoined,
  kResolved,
  kReopened,
  kDuplicate,
  kStale,
  kMuted,
  kUnmuted,
  kNotified,
  kRepeated,
  kNothingToSay,
  kClosed,
  kDelivery,
  kAnomaly,
  kTruncated,
  kExpired,
};

[[nodiscard]] std::string_view Name(TimelineKind kind);  // snake_case

// One decision and its reason, in words.
struct TimelineEntry {
  IncidentId incident;
  std::int64_t sequence = 0;  // from 1 in each incident
  Instant at;
  TimelineKind kind = TimelineKind::kOpened;
  std::string reason;
};

// All that triage needs to carry on after a restart.
struct StoredState {
  std::vector<AlertRecord> alerts;
  std::vector<GroupRecord> groups;
  std::vector<Incident> incidents;  // open ones, with members
  AlertId last_alert;
  IncidentId last_incident;
  NotificationId last_notification;
  DeliveryId last_delivery;
};

}  // namespace warden

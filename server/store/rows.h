// SPDX-License-Identifier: Apache-2.0
// What goes into and comes out of the store besides the values of server/alert.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/alert/incident.h"
#include "server/alert/notification.h"

namespace warden {

struct LeaseRequest {
  Instant now;
  Instant lease_until;
  std::int64_t limit = 32;
  std::int64_t per_destination = 4;
  std::vector<Destination> blocked;  // circuits that are open, buckets that are empty
  Duration longest_wait =
      std::chrono::hours{24};  // a row that waits longer: the clock was set back
};

// One part of a list. `before` and `after` of a filter go on behind its last row, whatever came or
// went meanwhile.
template <class Row>
struct Page {
  std::vector<Row> rows;
  bool has_more = false;
};

// How much a page holds: it ends with the row that reaches either, and has one row at least.
// `bytes` counts texts, as they stand in the store.
struct PageLimit {
  std::int64_t rows = 1000;
  std::size_t bytes = SIZE_MAX;
};

struct IncidentRow {
  Incident incident;                     // its members: those of `alerts`
  std::vector<AlertRecord> alerts = {};  // the first ones
  std::int64_t alert_count = 0;          // of all
};

enum class IncidentState : std::uint8_t { kOpen, kClosed, kAll };

// Where an incident stands in a list.
struct IncidentPlace {
  IncidentId id;
  std::optional<Instant> closed_at = {};  // counts in lists of closed ones only
};

// The newest first; closed ones by their end.
struct IncidentFilter {
  IncidentState state = IncidentState::kOpen;
  PageLimit limit = {};
  std::optional<IncidentPlace> before = {};
  std::int64_t alerts_each = INT64_MAX;  // fewer where the page's bytes end
};

// In the order in which they joined the incident.
struct AlertFilter {
  IncidentId incident;
  PageLimit limit = {};
  std::optional<AlertId> after = {};
};

struct IncidentAlert {
  AlertRecord record;
  Member member;
};

// The newest first.
struct TimelineFilter {
  IncidentId incident;
  PageLimit limit = {.rows = INT64_MAX};
  std::optional<std::int64_t> before = {};  // a sequence
};

struct DeliveryFilter {
  std::optional<DeliveryState> state;
  std::optional<IncidentId> incident;
  PageLimit limit = {};  // newest first
  std::optional<DeliveryId> before;
};

// Bodies are cut at `shown_bytes`.
struct QuarantineFilter {
  PageLimit limit = {};  // newest first
  std::optional<std::int64_t> before = {};
  std::int64_t shown_bytes = INT64_MAX;
};

struct QuarantinePart {
  QuarantineRow row;
  std::int64_t body_bytes = 0;  // before it was cut
};

// Of all that is known of an incident.
struct IncidentCounts {
  std::int64_t timeline = 0;
  std::int64_t deliveries = 0;
};

// created = delivered + dead + expired + superseded + pending
struct DeliveryBalance {
  std::int64_t created = 0;
  std::int64_t delivered = 0;
  std::int64_t dead = 0;
  std::int64_t expired = 0;
  std::int64_t superseded = 0;
  std::int64_t pending = 0;
};

struct DestinationQueue {
  std::int64_t waiting = 0;
  std::optional<Instant> oldest;  // created_at of the oldest waiting row
};

}  // namespace warden

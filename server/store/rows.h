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

struct IncidentRow {
  Incident incident;
  std::vector<AlertRecord> alerts;  // those of incident.members
};

enum class IncidentState : std::uint8_t { kOpen, kClosed, kAll };

struct IncidentFilter {
  IncidentState state = IncidentState::kOpen;
  std::int64_t limit = 1000;  // newest first
};

struct DeliveryFilter {
  std::optional<DeliveryState> state;
  std::optional<IncidentId> incident;
  std::int64_t limit = 1000;  // newest first
  std::optional<DeliveryId> before;
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

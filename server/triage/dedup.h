// SPDX-License-Identifier: Apache-2.0
// Is this news? Two questions, both answered by state and never by bytes: has this group reported
// this very state before (copies by peers of a cluster, retries, repeats), and what does one alert
// of it change. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/alert/incident.h"

namespace warden {

// (source, receiver, group key): the key under which a group's state is remembered.
[[nodiscard]] std::string GroupMemoryKey(const WebhookMessage& message);

// Of the set of (fingerprint, status, startsAt), independent of order.
[[nodiscard]] std::uint64_t StateHash(const std::vector<Alert>& alerts);

enum class AlertNews : std::uint8_t {
  kFiring,    // never seen, or a new episode after its end
  kReopened,  // the same episode fires again although it was reported as ended
  kResolved,
  kRefreshed,  // still the same; annotations or start moved
  kNothing,
  kStale,            // a late copy: by a peer that lags behind, or of an episode that is over
  kUnknownResolved,  // the end of something that was never reported
};

// How long after a resolve the same episode, firing, from another peer still counts as a late copy.
// Prometheus repeats a resolve for 15 minutes, a lagging peer is at most one group_interval behind.
inline constexpr std::chrono::minutes kLateCopyWindow{15};

// `known` is null for an alert not seen before; `peer` is the external URL of the sender.
[[nodiscard]] AlertNews JudgeAlert(const AlertRecord* known, const Alert& seen,
                                   std::string_view peer, Instant now);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// When an alert that nobody reports any more is taken as over. Whoever sends alerts repeats what
// fires, so silence for longer than any repeat says that it ended unheard: its Alertmanager lost
// its state, or its route changed. Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "server/base/clock.h"

namespace warden {

// After nobody could reach us for a while: Alertmanager tries what failed again every
// group_interval, so within this time it has said whatever it had to repeat meanwhile.
inline constexpr std::chrono::hours kSilenceForgiven{1};

// How far `seen_at` may lag behind what was reported: a record is written once in this time at
// most, however often it is repeated.
[[nodiscard]] inline Duration SeenStep(Duration expire_after) {
  return std::min<Duration>(std::chrono::minutes{10}, expire_after / 4);
}

[[nodiscard]] inline Instant ExpiryTime(Instant seen_at, Duration expire_after,
                                        Instant silence_counts_from) {
  return std::max(seen_at + expire_after + SeenStep(expire_after), silence_counts_from);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// What an incident has to say when its time comes: Alertmanager's notification rules (its nflog)
// over what was announced and what is true now. Pure. Differences to Alertmanager, each on purpose:
// an alert that was announced and ends while muted is announced as resolved, and one that still
// fires when its mute ends is announced then.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "server/alert/notification.h"

namespace warden {

// Members of an incident, counted.
struct FlushView {
  std::size_t fresh = 0;          // fire, nothing mutes them, not announced
  std::size_t fresh_unmuted = 0;  // of those: muted when last looked at
  std::size_t announced = 0;      // fire, nothing mutes them, announced as firing
  std::size_t muted = 0;          // fire, but muted
  std::size_t ended = 0;          // resolved, announced as firing
  bool is_partial = false;        // the sender leaves alerts out: nobody knows that all is over
  std::optional<Instant> announced_at;  // last notification with something firing
};

// Nothing: stay quiet.
[[nodiscard]] std::optional<NotifyReason> DecideFlush(const FlushView& view, Instant now,
                                                      Duration repeat_interval);

// When to flush a change: a new incident after group_wait, at once when its alert is older than
// that; later changes group_interval after the last notification, and after a quiet time new alerts
// wait for group_wait to come together.
struct FlushTimers {
  Duration group_wait;
  Duration group_interval;
};
struct FlushHistory {
  std::optional<Instant> flushed_at;  // last notification
  bool fires = true;                  // the change is a new alert, else a resolve
  Instant starts_at;                  // of the alert
};
[[nodiscard]] Instant FlushTime(const FlushTimers& timers, const FlushHistory& history,
                                Instant now);

}  // namespace warden

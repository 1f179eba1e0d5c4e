// SPDX-License-Identifier: Apache-2.0
#include "server/triage/flush.h"

#include <algorithm>

namespace warden {

std::optional<NotifyReason> DecideFlush(const FlushView& view, Instant now,
                                        Duration repeat_interval) {
  if (view.fresh > 0) {
    if (view.fresh == view.fresh_unmuted) return NotifyReason::kUnmuted;
    return view.announced_at ? NotifyReason::kNewAlerts : NotifyReason::kFirst;
  }
  if (view.ended > 0) {
    const bool all = view.announced == 0 && view.muted == 0 && !view.is_partial;
    return all ? NotifyReason::kAllResolved : NotifyReason::kSomeResolved;
  }
  if (view.announced > 0 && view.announced_at && now - *view.announced_at >= repeat_interval)
    return NotifyReason::kRepeat;
  return std::nullopt;
}

Instant FlushTime(const FlushTimers& timers, const FlushHistory& history, Instant now) {
  if (!history.flushed_at) {
    const bool is_old = now - history.starts_at >= timers.group_wait;
    return is_old ? now : now + timers.group_wait;
  }
  const Instant together =
      history.fires ? now + std::min(timers.group_wait, timers.group_interval) : now;
  return std::max(together, *history.flushed_at + timers.group_interval);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/alert/incident.h"

namespace warden {

std::string_view Name(TimelineKind kind) {
  switch (kind) {
    case TimelineKind::kOpened:
      return "opened";
    case TimelineKind::kJoined:
      return "joined";
    case TimelineKind::kResolved:
      return "resolved";
    case TimelineKind::kReopened:
      return "reopened";
    case TimelineKind::kDuplicate:
      return "duplicate";
    case TimelineKind::kStale:
      return "stale";
    case TimelineKind::kMuted:
      return "muted";
    case TimelineKind::kUnmuted:
      return "unmuted";
    case TimelineKind::kNotified:
      return "notified";
    case TimelineKind::kRepeated:
      return "repeated";
    case TimelineKind::kNothingToSay:
      return "nothing_to_say";
    case TimelineKind::kClosed:
      return "closed";
    case TimelineKind::kDelivery:
      return "delivery";
    case TimelineKind::kAnomaly:
      return "anomaly";
    case TimelineKind::kTruncated:
      return "truncated";
    case TimelineKind::kExpired:
      return "expired";
  }
  return "opened";
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// What becomes of a delivery after an attempt: the only place where retrying is decided. Pure; time
// and chance are arguments.
//
//   delivered ──────────────────────────────▶ delivered
//   retry, unknown ── not expired ──────────▶ pending, unknown: later, with full jitter
//   refused content ─ not plain yet ────────▶ at once again, in plain form
//                   └ plain already ────────▶ dead
//   refused destination ────────────────────▶ pending: its circuit is open, which holds it back
//   any of these after expires_at ──────────▶ expired
//   not sent (shutdown, open circuit) ──────▶ pending, as if it had not been leased
//   not wanted (send_resolved is off) ──────▶ superseded
//   gone (no such receiver any more) ───────▶ dead
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/alert/notification.h"
#include "server/base/clock.h"

namespace warden {

enum class AttemptResult : std::uint8_t {
  kDelivered,
  kRetry,
  kUnknown,  // the receiver may have acted
  kRefusedContent,
  kRefusedDestination,
  kNotSent,
  kNotWanted,
  kGone,
};

[[nodiscard]] std::string_view Name(AttemptResult result);  // snake_case

struct Attempt {
  AttemptResult result = AttemptResult::kDelivered;
  std::string reason = {};  // for people, without secrets
  std::optional<Duration> retry_after = {};
  bool was_plain = false;
};

struct RetryPolicy {
  Duration initial = std::chrono::seconds{1};  // the first wait is between 0 and this
  Duration max = std::chrono::minutes{5};
  Duration max_retry_after = std::chrono::minutes{15};
};

struct Decision {
  bool is_plain_next = false;  // send again now, in plain form; the rest says nothing then
  DeliveryState state = DeliveryState::kPending;
  std::int64_t attempts = 0;
  Instant not_before = {};
  std::string last_error = {};
};

// The longest that a decision puts a row off.
[[nodiscard]] inline Duration LongestWait(const RetryPolicy& policy) {
  return std::max(policy.max, policy.max_retry_after);
}

// `chance` in [0, 1).
[[nodiscard]] Decision Decide(const RetryPolicy& policy, const Delivery& delivery,
                              const Attempt& attempt, Instant now, double chance);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/gate.h"

#include <algorithm>

#include "server/delivery/transport.h"

namespace warden {

Gate::Gate(const GatePolicy& policy, Instant now) : policy_(policy), bucket_(policy.rate, now) {}

Instant Gate::ReadyAt(Instant now) const {
  Instant at = std::max(OpensAt(policy_.circuit, circuit_, now), bucket_.ReadyAt(now));
  // A pause longer than any that is granted was moved out of reach by a jump of the clock.
  if (paused_until_ && *paused_until_ - now <= policy_.max_retry_after) {
    at = std::max(at, *paused_until_);
  }
  return at;
}

bool Gate::is_shut(Instant now) const {
  const bool is_paused =
      paused_until_ && *paused_until_ > now && *paused_until_ - now <= policy_.max_retry_after;
  return is_paused || circuit_.state == CircuitState::kHalfOpen ||
         OpensAt(policy_.circuit, circuit_, now) > now;
}

void Gate::Start(Instant now) {
  bucket_.Take(now);
  circuit_ = Started(circuit_);
  paused_until_.reset();
}

void Gate::End(const Attempt& attempt, Instant now) {
  CircuitSignal signal = SignalOf(attempt);
  if (attempt.result == AttemptResult::kRetry && attempt.retry_after) {
    // It is there and says when to come back: that is an answer, not an outage.
    paused_until_ =
        now + std::clamp(*attempt.retry_after, Duration::zero(), policy_.max_retry_after);
    signal = CircuitSignal::kSuccess;
  }
  circuit_ = Ended(policy_.circuit, circuit_, signal, now);
}

void Gate::Reset(const GatePolicy& policy, Instant now) {
  policy_ = policy;
  bucket_.SetLimit(policy.rate, now);
  circuit_ = {};
  paused_until_.reset();
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/retry.h"

#include <algorithm>
#include <cmath>

namespace warden {
namespace {

// The n-th wait is drawn evenly from 0 to initial * 2^(n-1), at most max.
Duration Backoff(const RetryPolicy& policy, std::int64_t attempts, double chance) {
  const auto doublings = static_cast<double>(std::clamp<std::int64_t>(attempts - 1, 0, 40));
  const double ceiling =
      std::min(static_cast<double>(policy.initial.count()) * std::exp2(doublings),
               static_cast<double>(policy.max.count()));
  return Duration{static_cast<Duration::rep>(ceiling * chance)};
}

Decision Later(const RetryPolicy& policy, const Delivery& delivery, const Attempt& attempt,
               Instant now, double chance) {
  Decision decision{.attempts = delivery.attempts, .last_error = attempt.reason};
  if (now >= delivery.expires_at) {
    decision.state = DeliveryState::kExpired;
    decision.not_before = now;
    return decision;
  }
  // Once nobody knows whether it arrived, nobody ever will.
  const bool is_unknown =
      attempt.result == AttemptResult::kUnknown || delivery.state == DeliveryState::kUnknown;
  decision.state = is_unknown ? DeliveryState::kUnknown : DeliveryState::kPending;
  const Duration wait = attempt.retry_after ? std::clamp(*attempt.retry_after, Duration::zero(),
                                                         policy.max_retry_after)
                                            : Backoff(policy, delivery.attempts, chance);
  decision.not_before = now + wait;
  return decision;
}

Decision Ended(const Delivery& delivery, DeliveryState state, const Attempt& attempt, Instant now) {
  return {.state = state,
          .attempts = delivery.attempts,
          .not_before = now,
          .last_error = attempt.reason};
}

// The lease counted an attempt that was none.
std::int64_t WithoutThis(const Delivery& delivery) {
  return std::max<std::int64_t>(delivery.attempts - 1, 0);
}

}  // namespace

std::string_view Name(AttemptResult result) {
  switch (result) {
    case AttemptResult::kDelivered:
      return "delivered";
    case AttemptResult::kRetry:
      return "retry";
    case AttemptResult::kUnknown:
      return "unknown";
    case AttemptResult::kRefusedContent:
      return "refused_content";
    case AttemptResult::kRefusedDestination:
      return "refused_destination";
    case AttemptResult::kNotSent:
      return "not_sent";
    case AttemptResult::kNotWanted:
      return "not_wanted";
    case AttemptResult::kGone:
      return "gone";
  }
  return "unknown";
}

Decision Decide(const RetryPolicy& policy, const Delivery& delivery, const Attempt& attempt,
                Instant now, double chance) {
  switch (attempt.result) {
    case AttemptResult::kDelivered:
      return Ended(delivery, DeliveryState::kDelivered, attempt, now);
    case AttemptResult::kRetry:
    case AttemptResult::kUnknown:
      return Later(policy, delivery, attempt, now, chance);
    case AttemptResult::kRefusedContent:
      if (!attempt.was_plain) return {.is_plain_next = true};
      return Ended(delivery, DeliveryState::kDead, attempt, now);
    case AttemptResult::kRefusedDestination: {
      Attempt held = attempt;
      held.retry_after = Duration::zero();
      return Later(policy, delivery, held, now, chance);
    }
    case AttemptResult::kNotSent:
      return {.state = delivery.state == DeliveryState::kUnknown ? DeliveryState::kUnknown
                                                                 : DeliveryState::kPending,
              .attempts = WithoutThis(delivery),
              .not_before = now,
              .last_error = attempt.reason.empty() ? delivery.last_error : attempt.reason};
    case AttemptResult::kNotWanted: {
      Decision decision = Ended(delivery, DeliveryState::kSuperseded, attempt, now);
      decision.attempts = WithoutThis(delivery);
      return decision;
    }
    case AttemptResult::kGone:
      return Ended(delivery, DeliveryState::kDead, attempt, now);
  }
  return Later(policy, delivery, attempt, now, chance);
}

}  // namespace warden

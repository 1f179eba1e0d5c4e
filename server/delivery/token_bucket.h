// SPDX-License-Identifier: Apache-2.0
// A token bucket: `burst` at once, `per_second` in the long run. A clock that jumps back costs
// nothing but the refill of the time it jumped.
#pragma once

#include <string_view>

#include "server/base/clock.h"

namespace warden {

struct RateLimit {
  double per_second = 1;
  double burst = 1;
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// What the public services are known to bear; kinds that nobody knows get the webhook's.
[[nodiscard]] RateLimit DefaultRateLimit(std::string_view kind);

class TokenBucket {
 public:
  TokenBucket(RateLimit limit, Instant now);

  // `now` when there is a token, else when there will be one.
  [[nodiscard]] Instant ReadyAt(Instant now) const;
  [[nodiscard]] bool is_full(Instant now) const { return TokensAt(now) >= limit_.burst; }
  // Takes one; callers have looked at ReadyAt.
  void Take(Instant now);
  // Keeps the tokens it has, as far as they fit.
  void SetLimit(RateLimit limit, Instant now);

 private:
  [[nodiscard]] double TokensAt(Instant now) const;

  RateLimit limit_;
  double tokens_;
  Instant at_;
};

}  // namespace warden

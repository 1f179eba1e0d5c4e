// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/token_bucket.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace warden {
namespace {

struct KnownLimit {
  std::string_view kind;
  RateLimit limit;
};

constexpr double kAMinute = 1.0 / 60;
constexpr RateLimit kGenerous{100, 100};
constexpr std::array kKnown{
    KnownLimit{"slack", {1, 5}},
    KnownLimit{"discord", {30 * kAMinute, 5}},
    KnownLimit{"telegram", {20 * kAMinute, 5}},
    KnownLimit{"pagerduty", {120 * kAMinute, 20}},
    KnownLimit{"email", {60 * kAMinute, 20}},
    KnownLimit{"grafana", {60 * kAMinute, 20}},
    KnownLimit{"webhook", kGenerous},
};

}  // namespace

RateLimit DefaultRateLimit(std::string_view kind) {
  const auto* found = std::ranges::find(kKnown, kind, &KnownLimit::kind);
  return found == kKnown.end() ? kGenerous : found->limit;
}

TokenBucket::TokenBucket(RateLimit limit, Instant now)
    : limit_(limit), tokens_(limit.burst), at_(now) {}

double TokenBucket::TokensAt(Instant now) const {
  const std::chrono::duration<double> passed = std::max(now - at_, Duration::zero());
  return std::min(tokens_ + passed.count() * limit_.per_second, limit_.burst);
}

Instant TokenBucket::ReadyAt(Instant now) const {
  const double missing = 1 - TokensAt(now);
  // The clock's grain is a microsecond: less than that is rounding, here and below.
  if (missing <= limit_.per_second * 1e-6) return now;
  const double seconds = std::min(missing / limit_.per_second, 86'400.0);
  return now + Duration{static_cast<Duration::rep>(std::ceil(seconds * 1e6 - 1e-3))};
}

void TokenBucket::Take(Instant now) {
  tokens_ = std::max(TokensAt(now) - 1, 0.0);
  at_ = now;
}

void TokenBucket::SetLimit(RateLimit limit, Instant now) {
  tokens_ = std::min(TokensAt(now), limit.burst);
  at_ = now;
  limit_ = limit;
}

}  // namespace warden

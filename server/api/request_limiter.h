// SPDX-License-Identifier: Apache-2.0
// How often each API key may ask. A key is what the request shows as `X-API-Key`, else its
// credentials, else the address it comes from. Whoever invents a key for each request has the
// address counted too: it may ask kMostOfAnAddress times as often. Of keys only hashes are kept,
// and of those a bounded number. For the listener's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/api/api.h"
#include "server/base/clock.h"
#include "server/delivery/token_bucket.h"

namespace warden::api {

class RequestLimiter {
 public:
  static constexpr std::size_t kMostKeys = 10'000;
  static constexpr std::size_t kMostOfAnAddress = 20;

  // Counts a request; when it is one too many, how long to wait. 0 a minute: no limit.
  [[nodiscard]] std::optional<Duration> Refuse(const std::string& key, std::size_t per_minute,
                                               Instant now);

 private:
  void MakeRoom(Instant now);

  std::unordered_map<std::uint64_t, TokenBucket> buckets_;  // by the key's hash
};

// The route's own hook first, then 429 with Retry-After. One limiter for all routes that share it.
[[nodiscard]] Admit Limited(const std::shared_ptr<const Parts>& parts,
                            const std::shared_ptr<RequestLimiter>& limiter, Admit first = {});

}  // namespace warden::api

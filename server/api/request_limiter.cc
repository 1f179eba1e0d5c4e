// SPDX-License-Identifier: Apache-2.0
#include "server/api/request_limiter.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "server/api/json.h"

namespace warden::api {
namespace {

RateLimit LimitOf(std::size_t per_minute) {
  const auto many = static_cast<double>(per_minute);
  return {many / 60, many};
}

std::string AddressOf(const RequestHead& head) { return head.peer.substr(0, head.peer.rfind(':')); }

// What it shows; nothing when it shows none.
std::optional<std::string> KeyOf(const RequestHead& head) {
  if (const auto key = head.Header("x-api-key")) return "key " + std::string(*key);
  if (const auto shown = head.Header("authorization")) return "credentials " + std::string(*shown);
  return std::nullopt;
}

}  // namespace

std::optional<Duration> RequestLimiter::Refuse(const std::string& key, std::size_t per_minute,
                                               Instant now) {
  if (per_minute == 0) return std::nullopt;
  if (buckets_.size() >= kMostKeys) MakeRoom(now);
  const auto limit = LimitOf(per_minute);
  auto& bucket =
      buckets_.try_emplace(std::hash<std::string>{}(key), TokenBucket(limit, now)).first->second;
  bucket.SetLimit(limit, now);  // a reload may have changed it
  const Instant ready_at = bucket.ReadyAt(now);
  if (ready_at > now) return ready_at - now;
  bucket.Take(now);
  return std::nullopt;
}

// Keys that were silent for a minute are as good as new; if none was, all begin again, which is
// better than to turn somebody away.
void RequestLimiter::MakeRoom(Instant now) {
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.is_full(now); });
  if (buckets_.size() >= kMostKeys) buckets_.clear();
}

Admit Limited(const std::shared_ptr<const Parts>& parts,
              const std::shared_ptr<RequestLimiter>& limiter, Admit first) {
  return [parts, limiter,
          first = std::move(first)](const RequestHead& head) -> std::optional<ServerResponse> {
    if (first) {
      if (auto refused = first(head)) return refused;
    }
    const std::size_t limit = parts->config()->api.requests_per_minute;
    const Instant now = parts->clock.Now();
    const auto key = KeyOf(head);
    auto wait = limiter->Refuse(key.value_or("peer " + AddressOf(head)), limit, now);
    if (!wait && key) {
      wait = limiter->Refuse("all of " + AddressOf(head), limit * RequestLimiter::kMostOfAnAddress,
                             now);
    }
    if (!wait) return std::nullopt;
    auto response = Failure(429, "too_many_requests", "too many requests with this API key");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    response.headers.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))});
    return response;
  };
}

}  // namespace warden::api

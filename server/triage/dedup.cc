// SPDX-License-Identifier: Apache-2.0
#include "server/triage/dedup.h"

namespace warden {
namespace {

// The finalizer of SplitMix64: spreads every input bit over the whole word, so that summing the
// parts stays a good hash.
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

}  // namespace

std::string GroupMemoryKey(const WebhookMessage& message) {
  return message.source + '\n' + message.receiver + '\n' + message.group_key;
}

std::uint64_t StateHash(const std::vector<Alert>& alerts) {
  std::uint64_t sum = alerts.size();
  for (const auto& alert : alerts) {
    const auto start = static_cast<std::uint64_t>(alert.starts_at.time_since_epoch().count());
    sum += Mix(alert.fingerprint ^
               Mix(start ^ (alert.status == AlertStatus::kFiring ? 0 : ~std::uint64_t{0})));
  }
  return sum;
}

AlertNews JudgeAlert(const AlertRecord* known, const Alert& seen, std::string_view peer,
                     Instant now) {
  const bool fires = seen.status == AlertStatus::kFiring;
  if (known == nullptr) return fires ? AlertNews::kFiring : AlertNews::kUnknownResolved;

  const bool fired = known->alert.status == AlertStatus::kFiring;
  if (!fires) {
    if (!fired) return AlertNews::kNothing;
    const bool is_of_the_past = seen.ends_at && *seen.ends_at < known->alert.starts_at;
    return is_of_the_past ? AlertNews::kStale : AlertNews::kResolved;
  }
  if (fired) {
    const bool same = seen.starts_at == known->alert.starts_at &&
                      seen.annotations == known->alert.annotations &&
                      seen.generator_url == known->alert.generator_url;
    return same ? AlertNews::kNothing : AlertNews::kRefreshed;
  }
  if (seen.starts_at < known->alert.starts_at) return AlertNews::kStale;
  if (seen.starts_at > known->alert.starts_at) return AlertNews::kFiring;
  // The same episode after its end: another peer may lag behind, the same peer means it, and
  // after one that nobody reported, everybody does.
  const bool late_copy = !known->alert.has_expired() && peer != known->peer &&
                         now - known->changed_at < kLateCopyWindow;
  return late_copy ? AlertNews::kStale : AlertNews::kReopened;
}

}  // namespace warden

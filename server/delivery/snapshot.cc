// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/snapshot.h"

#include <utility>

namespace warden {

Snapshot::Snapshot(std::shared_ptr<const Config> config, ChannelFactory make_channel)
    : config_(std::move(config)), make_channel_(std::move(make_channel)) {}

Result<const Channel*> Snapshot::ChannelOf(const Destination& destination) {
  auto found = channels_.find(destination);
  if (found == channels_.end()) {
    found = channels_.emplace(destination, make_channel_(*config_, destination)).first;
  }
  if (!found->second) return std::unexpected(found->second.error());
  return found->second->get();
}

RetryPolicy Snapshot::retry_policy() const {
  const RetryConfig& retry = config_->delivery.retry;
  return {.initial = retry.initial, .max = retry.max};
}

GatePolicy Snapshot::gate_policy(const Destination& destination) const {
  const DeliveryConfig& delivery = config_->delivery;
  const CircuitBreakerConfig& breaker = delivery.circuit_breaker;
  GatePolicy policy{.rate = DefaultRateLimit(destination.kind)};
  // Written in the configuration, it counts for every destination.
  if (const auto& rate = delivery.rate_limit) {
    policy.rate = {rate->per_second, static_cast<double>(rate->burst)};
  }
  policy.circuit.failures = breaker.failures;
  policy.circuit.open = breaker.open;
  return policy;
}

}  // namespace warden

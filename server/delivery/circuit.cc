// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/circuit.h"

#include <algorithm>

namespace warden {
namespace {

Circuit Open(Circuit circuit, Duration pause, Instant now) {
  circuit.state = CircuitState::kOpen;
  circuit.open_for = pause;
  circuit.probe_at = now + pause;
  return circuit;
}

}  // namespace

std::string_view Name(CircuitState state) {
  switch (state) {
    case CircuitState::kClosed:
      return "closed";
    case CircuitState::kHalfOpen:
      return "half_open";
    case CircuitState::kOpen:
      return "open";
  }
  return "open";
}

Instant OpensAt(const CircuitPolicy& policy, const Circuit& circuit, Instant now) {
  switch (circuit.state) {
    case CircuitState::kClosed:
      return now;
    case CircuitState::kHalfOpen:
      return Instant::max();
    case CircuitState::kOpen:
      break;
  }
  const Duration longest = std::max({policy.open, policy.max_open, policy.refused});
  return circuit.probe_at - now > longest ? now : std::max(circuit.probe_at, now);
}

Circuit Started(Circuit circuit) {
  if (circuit.state == CircuitState::kOpen) circuit.state = CircuitState::kHalfOpen;
  return circuit;
}

Circuit Ended(const CircuitPolicy& policy, Circuit circuit, CircuitSignal signal, Instant now) {
  switch (signal) {
    case CircuitSignal::kSuccess:
      return {};
    case CircuitSignal::kRefused:
      return Open(circuit, policy.refused, now);
    case CircuitSignal::kNothing:
      return circuit.state == CircuitState::kHalfOpen ? Open(circuit, Duration::zero(), now)
                                                      : circuit;
    case CircuitSignal::kFailure:
      break;
  }
  if (circuit.state == CircuitState::kHalfOpen) {
    return Open(circuit, std::clamp(circuit.open_for * 2, policy.open, policy.max_open), now);
  }
  // What was started before it opened and ends only now says nothing new.
  if (circuit.state == CircuitState::kOpen) return circuit;
  if (++circuit.failures < policy.failures) return circuit;
  return Open(circuit, policy.open, now);
}

}  // namespace warden

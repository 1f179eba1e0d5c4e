// SPDX-License-Identifier: Apache-2.0
// The circuit breaker of one destination: a value and the pure function that moves it on.
//
//            failures in a row                 probe_at has come
//   closed ───────────────────▶ open(30 s) ───────────────────▶ half-open: one attempt, the probe
//     ▲  └─ refused ─▶ open(5 min) ▲                              │ │
//     │                            └── failed: twice as long ◀────┘ │
//     └───────────────────────────────────────── success ◀──────────┘
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/base/clock.h"

namespace warden {

enum class CircuitState : std::uint8_t { kClosed, kHalfOpen, kOpen };

[[nodiscard]] std::string_view Name(CircuitState state);

enum class CircuitSignal : std::uint8_t {
  kSuccess,  // it answered sensibly, also when it did not like the text
  kFailure,  // no answer, or one that asks to come back
  kRefused,  // wrong credentials, unknown address, bad certificate
  kNothing,  // the attempt ended without touching it
};

struct CircuitPolicy {
  std::size_t failures = 5;
  Duration open = std::chrono::seconds{30};
  Duration max_open = std::chrono::minutes{5};
  Duration refused = std::chrono::minutes{5};
};

struct Circuit {
  CircuitState state = CircuitState::kClosed;
  std::size_t failures = 0;              // in a row, while closed
  Duration open_for = Duration::zero();  // the last pause, doubled by a failed probe
  Instant probe_at;                      // while open
  friend bool operator==(const Circuit&, const Circuit&) = default;
};

// When the next attempt may start; max() while a probe is under way. A probe_at that a jump of the
// clock moved out of reach counts as now.
[[nodiscard]] Instant OpensAt(const CircuitPolicy& policy, const Circuit& circuit, Instant now);

// An attempt starts; OpensAt has come.
[[nodiscard]] Circuit Started(Circuit circuit);
[[nodiscard]] Circuit Ended(const CircuitPolicy& policy, Circuit circuit, CircuitSignal signal,
                            Instant now);

}  // namespace warden

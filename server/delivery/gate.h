// SPDX-License-Identifier: Apache-2.0
// What stands before one destination: its circuit, its rate limit, the pause it asked for. It says
// when the next attempt may start and learns from how attempts ended.
#pragma once

#include <optional>

#include "server/delivery/circuit.h"
#include "server/delivery/retry.h"
#include "server/delivery/token_bucket.h"

namespace warden {

struct GatePolicy {
  RateLimit rate = {};
  CircuitPolicy circuit = {};
  Duration max_retry_after = std::chrono::minutes{15};
};

class Gate {
 public:
  Gate(const GatePolicy& policy, Instant now);

  // `now` when an attempt may start; max() while only the end of one under way can tell.
  [[nodiscard]] Instant ReadyAt(Instant now) const;
  // Rows that wait here had better wait in the store, where newer ones can supersede them.
  [[nodiscard]] bool is_shut(Instant now) const;

  void Start(Instant now);
  void End(const Attempt& attempt, Instant now);

  // A new configuration may have mended what was refused: circuit and pause start afresh.
  void Reset(const GatePolicy& policy, Instant now);

  [[nodiscard]] CircuitState state() const { return circuit_.state; }

 private:
  GatePolicy policy_;
  TokenBucket bucket_;
  Circuit circuit_;
  std::optional<Instant> paused_until_;
};

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Adds to a message what Prometheus says is normal. Asked once per notification; the answer is
// shared by all its deliveries. An enricher never makes a message late: whoever asks goes on
// without it at the deadline.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "server/alert/notification.h"
#include "server/base/clock.h"
#include "server/config/config.h"

namespace warden {

class Enricher {
 public:
  using Done = std::move_only_function<void(std::optional<AnomalyVerdict>)>;

  virtual ~Enricher() = default;
  // Safe from any thread, returns at once. `done` runs exactly once, on any thread, perhaps before
  // Enrich returns; nullopt: nothing to add. `message` is borrowed for the call.
  virtual void Enrich(const Message& message, Instant deadline, Done done) = 0;
  virtual void SetConfig(std::shared_ptr<const Config> config) = 0;
};

}  // namespace warden

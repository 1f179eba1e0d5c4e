// SPDX-License-Identifier: Apache-2.0
// Whether senders should be led here. A store that fails, works again and fails again within
// kSteady is not to be relied on: it stays unready, with the reason, until it has worked for that
// long. One failure that mends is over at once. Pure but for what it remembers; single-threaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/base/clock.h"

namespace warden::api {

class Readiness {
 public:
  static constexpr auto kSteady = std::chrono::seconds{30};

  // What the store's writer says now: why it cannot write (empty: it can), how often it failed
  // since the start. Returns why this is not ready.
  [[nodiscard]] std::optional<std::string> Look(const std::string& trouble, std::int64_t failures,
                                                Instant now);

 private:
  std::int64_t failures_ = 0;
  std::optional<Instant> failed_at_;     // the last failure, as far as anybody looked
  std::optional<Instant> unready_till_;  // after one that came soon after another
  std::string reason_;
};

}  // namespace warden::api

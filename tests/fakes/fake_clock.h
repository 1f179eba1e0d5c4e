// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until a test moves it. Safe from any thread.
#pragma once

#include <atomic>

#include "server/base/clock.h"

namespace warden::fakes {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Instant start) : micros_(start.time_since_epoch().count()) {}
  [[nodiscard]] Instant Now() const override { return Instant{Duration{micros_.load()}}; }
  void Advance(Duration by) { micros_ += by.count(); }
  void Set(Instant at) { micros_ = at.time_since_epoch().count(); }

 private:
  std::atomic<Duration::rep> micros_;
};

}  // namespace warden::fakes

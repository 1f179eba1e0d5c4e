// SPDX-License-Identifier: Apache-2.0
// When the next value comes, for detectors that go by the clock but are fed values only. Part of a
// stored state.
#pragma once

#include "server/anomaly/auto_rates.h"
#include "server/anomaly/calendar.h"
#include "server/base/clock.h"

namespace warden::anomaly {

struct Timeline {
  Instant at;
  Duration step = std::chrono::minutes(5);

  void Begin(Instant first, Duration distance) {
    at = first;
    if (distance > Duration{0}) step = distance;
  }
  void Advance() { at += step; }
  [[nodiscard]] LocalPlace Place(const Calendar* calendar) const { return PlaceOf(at, calendar); }
};

}  // namespace warden::anomaly

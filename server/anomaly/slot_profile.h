// SPDX-License-Identifier: Apache-2.0
// What a series usually is at this time of the local day and week, learned a value at a time:
//
//   expected = level + day[slot of five minutes or a step] + week[hour of the week]
//
// Each part takes over a share of the error: a slot and an hour of the week the mean of their first
// visits, then 13 % (a half-life of five days) and 25 %; the level with a half-life of a day.
// Errors beyond four deviations are cut, of the week beyond twenty, as in Huber's estimator (1964),
// so that an incident does not become usual. One deviation is 1.2533 mean absolute errors, half of
// the hour, half of all. Additive decomposition as in Cleveland et al. 1990, recursive instead of
// smoothed. Plain bytes of a fixed size: part of a stored state. Values are to be scaled
// (scaling.h).
#pragma once

#include <array>
#include <bitset>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "server/anomaly/auto_rates.h"
#include "server/anomaly/calendar.h"

namespace warden::anomaly {

struct SlotProfile {
  std::uint32_t points = 0;
  double level = 0;
  double spread = 0;  // mean absolute error
  double minimum = 0;
  double maximum = 0;
  double last = 0;
  double smallest_step = 0;
  std::array<float, kDaySlots> day{};
  std::array<float, kWeekSlots> week{};
  std::array<float, 24> spread_by_hour{};
  std::bitset<kDaySlots> seen;

  [[nodiscard]] double Expected(const LocalPlace& place, const Rates& rates) const;
  // One deviation at that time, not floored.
  [[nodiscard]] double Scale(const LocalPlace& place) const;
  // With so many points two days are seen: errors are those of forecasts.
  [[nodiscard]] static std::size_t PointsToSettle(const Rates& rates) {
    return static_cast<std::size_t>(std::ceil(2 * rates.per_day));
  }
  [[nodiscard]] bool is_constant() const { return minimum == maximum; }
  void Learn(double value, const LocalPlace& place, const Rates& rates);
};

}  // namespace warden::anomaly

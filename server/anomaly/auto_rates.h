// SPDX-License-Identifier: Apache-2.0
// The speeds of `auto`, which are half-lives of days and hours, as weights of one step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "server/anomaly/auto_state.h"
#include "server/base/clock.h"

namespace warden::anomaly {

struct Rates {
  double step = 300;     // seconds
  double per_day = 288;  // steps
  std::size_t slots = kDaySlots;
  double slot_share = 1;                     // slots a step passes, at most 1
  double day = 0;                            // half-life of a day
  double hour = 0;                           // of an hour
  double smooth = 0;                         // of 12 steps
  double hour_share = 1;                     // hours a step passes, at most 1
  std::size_t hours = 1;                     // begun by a step, at most those of a week
  double week = 0;                           // a step's part of kWeekGain
  static constexpr double kWeekGain = 0.25;  // of an hour's error in that hour of the week

  explicit Rates(Duration distance = std::chrono::minutes(5)) {
    const auto half_life = [](double steps) { return 1 - std::exp2(-1 / std::max(1.0, steps)); };
    step = std::max(1e-3, std::chrono::duration<double>(distance).count());
    constexpr double kDay = 86400;
    per_day = std::max(1.0, kDay / step);
    slots = static_cast<std::size_t>(
        std::clamp(std::round(kDay / step), 1.0, static_cast<double>(kDaySlots)));
    slot_share = std::min(1.0, static_cast<double>(slots) / per_day);
    hour_share = std::min(1.0, step / 3600);
    hours = static_cast<std::size_t>(std::clamp<double>(std::ceil(step / 3600), 1, kWeekSlots));
    week = 1 - std::pow(1 - kWeekGain, hour_share);
    day = half_life(per_day);
    hour = half_life(3600 / step);
    smooth = half_life(12);
  }
};

}  // namespace warden::anomaly

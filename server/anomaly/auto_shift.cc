// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_shift.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

constexpr double kUnit = 512;  // of the rings
// Two hours, within what the rings hold.
constexpr double kWait = 7200;
constexpr double kFewestSteps = 12;
// Before a week was seen, a new level may be a weekend.
constexpr double kFewestDays = 8;
// Deviations from the profile that are another level, and the scatter around it (0.8 is usual).
constexpr double kDistance = 3;
constexpr double kScatter = 2;

std::size_t WaitOf(const Rates& rates) {
  return static_cast<std::size_t>(
      std::clamp(kWait / rates.step, kFewestSteps, static_cast<double>(kRing)));
}

void MoveLevel(AutoState& state, const Rates& rates, double by) {
  state.old_level = state.level;
  state.level += by;
  state.mean += by;
  state.recent = 0;
  state.shift_left = static_cast<std::uint32_t>(rates.per_day);
  state.profiles.fill(0);
}

}  // namespace

bool FollowShift(AutoState& state, const Rates& rates, const Outlook& forecast) {
  if (state.shift_left > 0) --state.shift_left;
  if (state.episode_points == 0 || state.points < kFewestDays * rates.per_day) return false;
  const std::size_t wait = WaitOf(rates);
  if (state.episode_points < wait) return false;
  double sum = 0;
  std::size_t above = 0;
  const auto at = [&](std::size_t back) {
    return state.profiles[(state.ring_at + kRing - 1 - back) % kRing] / kUnit;
  };
  for (std::size_t back = 0; back < wait; ++back) {
    sum += at(back);
    above += at(back) > 0 ? 1 : 0;
  }
  const double mean = sum / static_cast<double>(wait);
  double scatter = 0;
  for (std::size_t back = 0; back < wait; ++back) scatter += std::abs(at(back) - mean);
  scatter /= static_cast<double>(wait);
  if (std::abs(mean) < kDistance || (above != 0 && above != wait) || scatter > kScatter)
    return false;
  state.episode_points = 0;
  MoveLevel(state, rates, mean * forecast.profile_scale);
  return true;
}

bool FollowReturn(AutoState& state, const Rates& rates, const Outlook& forecast, double value) {
  if (state.shift_left == 0) return false;
  const double distance = value - forecast.profile;
  const double from_old = distance - (state.old_level - state.level);
  const double scale = kDistance * forecast.profile_scale;
  if (std::abs(distance) < scale || std::abs(from_old) > scale) return false;
  MoveLevel(state, rates, state.old_level - state.level);
  state.steps.fill(0);
  return true;
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_prior.h"

#include <algorithm>
#include <cmath>

#include "server/anomaly/auto_engine.h"
#include "server/anomaly/auto_forecast.h"

namespace warden::anomaly {
namespace {

// Two series of a query differ: the scatter is taken to be larger until it is known.
constexpr double kCaution = 1.5;
constexpr double kLargestFactor = 1e6;

void Scale(AutoState& state, double by) {
  for (double* value : {&state.level, &state.mean, &state.minimum, &state.maximum, &state.spread,
                        &state.profile_spread}) {
    *value *= by;
  }
  const auto scale = [by](float& value) {
    value = static_cast<float>(by * static_cast<double>(value));
  };
  std::ranges::for_each(state.day, scale);
  std::ranges::for_each(state.week, scale);
  std::ranges::for_each(state.error, scale);
  std::ranges::for_each(state.spread_by_hour, scale);
  scale(state.error_with_day);
  scale(state.error_without_day);
  scale(state.error_with_week);
}

// What belongs to the sibling's own story.
void ForgetStory(AutoState& state, double value) {
  const AutoState fresh;
  state.recent = 0;
  state.smooth = state.last = value;
  state.smallest_step = 0;
  state.steps = fresh.steps;
  state.profiles = fresh.profiles;
  state.ring_at = 0;
  state.run = 0;
  state.peak = state.quiet_left = state.threshold_shift = 0;
  state.episode_points = state.calm_points = state.shift_left = state.alerts = 0;
  state.old_level = 0;
  state.last_at = 0;
}

}  // namespace

std::optional<AutoState> Borrow(const AutoState& sibling, const Rates& rates,
                                const LocalPlace& place, double value) {
  if (sibling.points <= rates.per_day || sibling.scaling.exponent != 0) return std::nullopt;
  const double there = OutlookOf(sibling, rates, place, 0).profile;
  const double factor = value / there;
  if (!(value > 0 && there > 0 && sibling.level > 0) || factor > kLargestFactor ||
      factor < 1 / kLargestFactor)
    return std::nullopt;
  AutoState state = sibling;
  Scale(state, factor);
  ForgetStory(state, value);
  state.spread *= kCaution;
  state.profile_spread *= kCaution;
  for (float& spread : state.spread_by_hour) spread *= static_cast<float>(kCaution);
  state.points = static_cast<std::uint32_t>(std::ceil(rates.per_day)) + 1;
  state.warm_left = kBorrowedWarmUp;
  return state;
}

bool AutoEngine::Borrow(const AutoState& sibling, double first, Instant at) {
  auto state = anomaly::Borrow(sibling, rates_, PlaceOf(at, parameters_.calendar.get()), first);
  if (!state) return false;
  // As if a value had stood one step before, so that there is no gap.
  state->last_at = std::chrono::duration<double>(at.time_since_epoch()).count() - rates_.step;
  state_ = *state;
  return true;
}

}  // namespace warden::anomaly

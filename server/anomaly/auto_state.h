// SPDX-License-Identifier: Apache-2.0
// All that the detector `auto` remembers of a series: plain bytes of a fixed size, copied to and
// from the store as they are (same machine type). Values are kept scaled (scaling.h).
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "server/anomaly/auto_tail.h"
#include "server/anomaly/scaling.h"

namespace warden::anomaly {

// What is looked at in every step, each in deviations of its own: see auto_evidence.h.
enum class Channel : std::uint8_t {
  kStep,
  kStepOf3,
  kProfile,
  kProfileOf12,
  kProfileOf36,
  kMedianOf3,
  kSpread
};
inline constexpr std::size_t kChannels = 7;
// Ways to expect the next value: see auto_forecast.h.
inline constexpr std::size_t kPredictors = 5;
inline constexpr std::size_t kDaySlots = 288;
inline constexpr std::size_t kWeekSlots = 168;
inline constexpr std::size_t kRing = 36;

struct AutoState {
  static constexpr std::uint32_t kVersion = 2;

  std::uint32_t version = kVersion;
  std::uint32_t points = 0;  // taken in
  double last_at = 0;        // seconds since 1970
  Scaling scaling;

  // The profile: level + day + week, and how far the last hour was from it.
  double level = 0;
  double mean = 0;  // whatever the hour: the profile of a series without a season
  double recent = 0;
  double smooth = 0;  // exponentially weighted mean
  double last = 0;
  std::array<float, kDaySlots> day{};
  std::array<float, kWeekSlots> week{};
  std::bitset<kDaySlots> day_seen;
  std::bitset<kWeekSlots> week_seen;       // hours that were lived to their end
  std::array<float, kPredictors> error{};  // discounted absolute error
  float error_with_day = 0;
  float error_without_day = 0;
  float error_with_week = 0;

  // Scales.
  double spread = 0;          // of one-step errors
  double profile_spread = 0;  // of distances from the profile
  std::array<float, 24> spread_by_hour{};
  double minimum = 0;
  double maximum = 0;
  double smallest_step = 0;

  // The last standardised errors, in 1/kRingUnit.
  std::array<std::int16_t, kRing> steps{};
  std::array<std::int16_t, kRing> profiles{};
  std::uint8_t ring_at = 0;
  std::uint8_t seasons = 0;  // 1 the day, 2 the week too: what the profile stands on
  std::array<std::array<Tail, 2>, kChannels> tails{};  // above, below
  float memory = 600;  // values that the tails remember: grows with the series, to Tail::kMemory

  // Runs of equal values.
  std::uint32_t run = 0;
  std::uint32_t longest_run = 0;
  float repeats = 0;  // share of steps without a change

  // What was told, and the threshold's distance from theory.
  float peak = 0;
  float quiet_left = 0;
  float threshold_shift = 0;
  float band_above = 0;  // the last band's half widths, in spreads: where the next one is sought
  float band_below = 0;

  // An episode: steps since its alert, calm ones at its end; the level before the last shift.
  std::uint32_t episode_points = 0;
  std::uint32_t calm_points = 0;
  std::uint32_t warm_left = 0;   // values after a long gap that are not judged yet
  std::uint32_t shift_left = 0;  // steps for which the old level is remembered
  double old_level = 0;
  std::uint32_t alerts = 0;  // since the first point
};

static_assert(std::is_trivially_copyable_v<AutoState>);
static_assert(sizeof(AutoState) <= 4096, "the promise is at most 4 KB a series");

}  // namespace warden::anomaly

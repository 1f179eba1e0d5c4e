// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_evidence.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

constexpr double kRingUnit = 512;
constexpr double kFurthest = 50;
constexpr double kMostSize = 10;
// One channel alone never says more.
constexpr double kMostOfOne = 6;
// Surprises of channels that agree only in part: their mean, this much stretched, has the rate that
// its decades say. Measured on generated quiet series (tests/bench/anomaly).
constexpr double kStretch = 1.35;
// The most surprising of several channels, less what it costs to have had so many chances
// (Bonferroni's correction for seven is 0.85; the mean gets its share of the false alarms too).
constexpr double kChances = 1.3;
constexpr std::array<double, kChannels> kWeights{1, 1, 1, 1, 1, 1, 1.5};
constexpr double kWeightSum = 7.5;
// Beyond the extremes: a part of a decade at once, a whole one at a fifth of the range seen.
constexpr double kNovelAtOnce = 0.3;
constexpr double kNovelRange = 0.2;
constexpr double kNovelPoints = 20;

double MedianOf(double one, double two, double three) {
  return std::max(std::min(one, two), std::min(std::max(one, two), three));
}

double Bounded(double value) { return std::clamp(value, -kFurthest, kFurthest); }

// Of the channels' surprises: what all say together, or what one says loudly.
class Combination {
 public:
  void Add(std::size_t channel, double decades) {
    const double bounded = std::min(kMostOfOne, decades);
    sum_ += kWeights[channel] * bounded;
    most_ = std::max(most_, bounded);
  }
  [[nodiscard]] double decades() const {
    return std::max(kStretch / kWeightSum * sum_, most_ - kChances);
  }

 private:
  double sum_ = 0;
  double most_ = 0;
};

std::int16_t Packed(double value) {
  return static_cast<std::int16_t>(std::lround(Bounded(value) * kRingUnit));
}

}  // namespace

Evidence::Evidence(const AutoState& state, const Outlook& forecast)
    : state_(state), forecast_(forecast) {
  int sum_of_2 = 0;
  int sum_of_11 = 0;
  int sum_of_35 = 0;
  int sizes = 0;
  std::size_t at = state.ring_at;
  for (std::size_t back = 1; back < kRing; ++back) {
    at = at == 0 ? kRing - 1 : at - 1;
    const int step = state.steps[at];
    const int profile = state.profiles[at];
    if (back <= 2) {
      sum_of_2 += step;
      last_two_[back - 1] = profile / kRingUnit;
    }
    if (back <= 11) sum_of_11 += profile;
    if (back <= 23) sizes += std::min(std::abs(step), static_cast<int>(kMostSize * kRingUnit));
    sum_of_35 += profile;
  }
  sum_of_2_ = sum_of_2 / kRingUnit;
  sum_of_11_ = sum_of_11 / kRingUnit;
  sum_of_35_ = sum_of_35 / kRingUnit;
  sizes_of_23_ = sizes / kRingUnit;
}

Evidence Evidence::WithoutPast() const {
  Evidence alone = *this;
  alone.last_two_ = {};
  alone.sum_of_2_ = alone.sum_of_11_ = alone.sum_of_35_ = alone.sizes_of_23_ = 0;
  return alone;
}

std::array<double, kChannels> Evidence::Channels(double value) const {
  const double step = (value - forecast_.expected) / forecast_.scale;
  const double profile = (value - forecast_.profile) / forecast_.profile_scale;
  const double bounded = Bounded(step);
  return {step,
          (sum_of_2_ + bounded) / std::sqrt(3.0),
          profile,
          (sum_of_11_ + Bounded(profile)) / std::sqrt(12.0),
          (sum_of_35_ + Bounded(profile)) / 6,
          MedianOf(last_two_[0], last_two_[1], Bounded(profile)),
          (sizes_of_23_ + std::min(std::abs(bounded), kMostSize)) / 24};
}

double Evidence::Novelty(double value) const {
  if (state_.points <= kNovelPoints) return 0;
  const double beyond = std::max(value - state_.maximum, state_.minimum - value);
  if (beyond <= 0) return 0;
  const double range = kNovelRange * (state_.maximum - state_.minimum) + forecast_.smallest_scale;
  return kNovelAtOnce + (1 - kNovelAtOnce) * std::min(1.0, beyond / range);
}

double Evidence::DecadesOf(double value) const {
  const auto values = Channels(value);
  Combination all;
  for (std::size_t k = 0; k < kChannels; ++k) {
    const Tail& tail = state_.tails[k][values[k] >= 0 ? 0 : 1];
    all.Add(k, tail.Surprise(std::abs(values[k])));
  }
  return all.decades() + Novelty(value);
}

Surprise Evidence::Of(double value) const {
  Surprise surprise;
  surprise.values = Channels(value);
  double most = -1;
  Combination all;
  for (std::size_t k = 0; k < kChannels; ++k) {
    const bool above = surprise.values[k] >= 0;
    const double decades = state_.tails[k][above ? 0 : 1].Surprise(std::abs(surprise.values[k]));
    all.Add(k, decades);
    if (decades <= most) continue;
    most = decades;
    surprise.strongest = static_cast<Channel>(k);
    surprise.is_above = above;
  }
  const double novelty = Novelty(value);
  surprise.is_novel = novelty > 0;
  surprise.decades = all.decades() + novelty;
  return surprise;
}

void Evidence::Learn(AutoState& state, double value, double weight) const {
  const auto values = Channels(value);
  if (weight > 0) {
    // So that what was learned while the series was young is forgotten as it grows old.
    const double memory = static_cast<double>(state.memory);
    if (state.points > memory)
      state.memory = std::min(state.memory + 1, static_cast<float>(Tail::kMemory));
    for (std::size_t k = 0; k < kChannels; ++k) {
      const double size = std::abs(values[k]);
      const bool above = values[k] >= 0;
      state.tails[k][0].Add(above ? size : -1, weight, memory);
      state.tails[k][1].Add(above ? -1 : size, weight, memory);
    }
  }
  state.steps[state.ring_at] = Packed(values[0]);
  state.profiles[state.ring_at] = Packed(values[2]);
  state.ring_at = static_cast<std::uint8_t>((state.ring_at + 1) % kRing);
}

}  // namespace warden::anomaly

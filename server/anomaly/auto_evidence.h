// SPDX-License-Identifier: Apache-2.0
// How surprising a value is, all things considered. Seven channels, each standardised and judged by
// a tail learned from its own past (auto_tail.h):
//
//   step         the error of the forecast          profile        distance from the profile
//   step of 3    its sum over 3 steps               profile of 12, 36   sums: shifts and drifts
//   median of 3  of the distances: a shift          spread         mean size of the last 24 errors
//
// The surprises are averaged, because an event shows in several channels and noise in one, as in
// Fisher's method of combining tests; an event that one channel alone tells from noise counts by
// that one, as in Tippett's, less what so many chances cost. A value outside everything seen so far
// adds at most a decade.
// Calibration by what really happens follows in auto_budget.h.
#pragma once

#include "server/anomaly/auto_forecast.h"

namespace warden::anomaly {

struct Surprise {
  double decades = 0;  // -log10 of how often, per step, an event like this begins by chance
  Channel strongest = Channel::kStep;
  bool is_above = false;                   // of the strongest
  bool is_novel = false;                   // outside everything seen
  std::array<double, kChannels> values{};  // standardised
};

// What all values of one step have in common: sums over the past are formed once.
class Evidence {
 public:
  Evidence(const AutoState& state, const Outlook& forecast);
  [[nodiscard]] Surprise Of(double value) const;
  [[nodiscard]] double DecadesOf(double value) const;
  // The same, had the steps before been ordinary.
  [[nodiscard]] Evidence WithoutPast() const;
  // Puts the value's standardised errors into the rings, and into the tails by `weight`.
  void Learn(AutoState& state, double value, double weight) const;

 private:
  [[nodiscard]] std::array<double, kChannels> Channels(double value) const;
  [[nodiscard]] double Novelty(double value) const;

  const AutoState& state_;
  const Outlook& forecast_;
  std::array<double, 2> last_two_{};  // distances from the profile
  double sum_of_2_ = 0;
  double sum_of_11_ = 0;
  double sum_of_35_ = 0;
  double sizes_of_23_ = 0;
};

}  // namespace warden::anomaly

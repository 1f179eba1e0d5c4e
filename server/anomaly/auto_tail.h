// SPDX-License-Identifier: Apache-2.0
// How surprising a standardised value is, learned from those before it: one side of a
// distribution, as a decayed histogram whose far end is a generalised Pareto tail (Pickands 1975;
// peaks over threshold, Davison & Smith 1990) fitted by moments (Hosking & Wallis 1987). Starts
// from Student's t with 4 degrees of freedom, worth kPriorWeight values. Exceedances that follow
// one another count as one event (the runs estimate of the extremal index, Smith & Weissman 1994),
// so surprises are those of episodes, not of points. Plain bytes: part of a stored state.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "server/anomaly/fast_log.h"

namespace warden::anomaly {

class Tail {
 public:
  static constexpr double kPriorWeight = 60;
  // At most: half a life of about a month of 5-minute steps.
  static constexpr double kMemory = 12'000;

  void Reset();
  // -log10 of the probability of an event at least as far out; `x` not negative.
  [[nodiscard]] double Surprise(double x) const;
  // Negative: a value on the other side.
  // Halves what it knows when that is more than `memory` values.
  void Add(double x, double weight, double memory);
  // What is learned from now on counts twice as much.
  void Fade();

 private:
  static constexpr int kBins = 38;
  static constexpr double kUnit = 4;  // counts a weight of 1
  static constexpr double kMostSurprise = 12;
  [[nodiscard]] static int BinOf(double x);
  [[nodiscard]] static double EdgeOf(int bin);
  void ResetToPrior();
  [[nodiscard]] double MeanExcess() const;
  [[nodiscard]] double MostExcess() const;  // that counts
  void Anchor();
  void Refit();
  void Halve();

  std::array<std::uint16_t, kBins> bins_;
  float total_;   // weight of both sides
  float edge_;    // where the Pareto tail begins
  float beyond_;  // weight beyond it, of excesses and their squares
  float excess_;
  float squares_;
  float exceedances_;  // points beyond the edge, and the runs they came in
  float runs_;
  // Derived by Refit.
  float at_zero_;  // surprise at 0 and at the edge
  float at_edge_;
  float shape_;  // 0: exponential
  float inverse_scale_;
  std::uint16_t since_fit_;
  std::uint16_t is_beyond_;
};

// Here, to be inlined: bands ask dozens of times a value.
inline double Tail::Surprise(double x) const {
  if (x < edge_) {
    // Between the two known points as a normal distribution bends.
    const double part = x / edge_;
    return at_zero_ + (at_edge_ - at_zero_) * part * (0.5 + 0.5 * part);
  }
  const double excess = (x - static_cast<double>(edge_)) * static_cast<double>(inverse_scale_);
  double more = 0;
  if (std::abs(shape_) < 1e-3) {
    more = excess * 0.43429448190325182;
  } else {
    const double base = 1 + shape_ * excess;
    more = base > 1e-300 ? Log10(base) / shape_ : kMostSurprise;
  }
  return std::min(at_edge_ + more, kMostSurprise);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Series made from a seed, five minutes a step, for the detectors' tests and benchmarks.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

#include "server/anomaly/series.h"

namespace warden::anomaly {

struct Daily {
  std::size_t points = 2016;
  std::size_t period = 288;
  double level = 100;
  double swing = 40;
  double noise = 2;
  double drift = 0;  // per step
};

inline std::vector<double> MakeDaily(std::uint64_t seed, const Daily& shape = {}) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise;
  std::vector<double> values;
  for (std::size_t t = 0; t < shape.points; ++t) {
    const auto x = static_cast<double>(t);
    const double phase = 2 * std::numbers::pi * x / static_cast<double>(shape.period);
    const double day = std::sin(phase) + 0.3 * std::sin(2 * phase + 1);
    values.push_back(shape.level + shape.swing * day + shape.drift * x +
                     shape.noise * noise(random));
  }
  return values;
}

inline EvenSeries Even(std::vector<double> values) {
  EvenSeries series;
  series.start = Instant{std::chrono::seconds(1'795'000'000)};
  series.step = std::chrono::minutes(5);
  series.values = std::move(values);
  return series;
}

}  // namespace warden::anomaly

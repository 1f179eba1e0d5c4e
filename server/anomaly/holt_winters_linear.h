// SPDX-License-Identifier: Apache-2.0
// The sweeps of holt_winters_error.h for the forms without multiplicative components and series
// without gaps: the same sums, rearranged so that no step waits for more than two operations of the
// step before. Half the time of the general sweeps; internal to HoltWintersError.
#pragma once

#include <cstddef>
#include <span>

#include "server/anomaly/holt_winters_model.h"

namespace warden::anomaly {

// One pass forward. `season` holds the starting seasons and is left at the last ones; `errors` gets
// the one-step errors, `growths` (of the series' length, or empty when phi is 1) phi times the
// trend before each step. Returns the sum of squares.
double SweepForward(std::span<const double> series, const Smoothing& smoothing, double level,
                    double trend, std::span<double> season, std::span<double> errors,
                    std::span<double> growths);

struct Slopes {
  double alpha = 0;
  double beta = 0;
  double gamma = 0;
  double phi = 0;
  double level = 0;
  double trend = 0;
};

// The derivatives of that sum, by one pass backward. `to_season` gets those of the starting
// seasons.
Slopes SweepBackward(const Smoothing& smoothing, std::span<const double> errors,
                     std::span<const double> growths, std::span<double> to_season);

}  // namespace warden::anomaly

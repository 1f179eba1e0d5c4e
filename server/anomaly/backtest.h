// SPDX-License-Identifier: Apache-2.0
// What a detector would have said, had it watched a series from its first point on: each point is
// judged knowing only those before it. Detectors that fit a model are fitted again as the history
// behind them grows.
#pragma once

#include <span>
#include <vector>

#include "server/anomaly/detector.h"

namespace warden::anomaly {

// One verdict a point, in order; `points` ascending in time. `step` 0: the median distance of
// neighbours.
[[nodiscard]] std::vector<Verdict> Backtest(std::span<const Point> points, DetectorKind kind,
                                            const DetectorParameters& parameters,
                                            Duration step = Duration{0});

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Series as detectors take them: values on an even grid of time, NaN where there is none. OntoGrid
// makes one of whatever a query returned: unsorted, with duplicates, gaps, NaN and infinities.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "server/base/clock.h"

namespace warden::anomaly {

struct Point {
  Instant at;
  double value = 0;
};

struct EvenSeries {
  Instant start;
  Duration step{0};
  std::vector<double> values;  // value i stands at start + i step; NaN = missing
  std::size_t not_finite = 0;  // NaN and infinite input values, which became missing
  std::size_t duplicates =
      0;                    // points on a step already taken; the later, then the last given, won
  std::size_t too_old = 0;  // points before the longest grid kept

  [[nodiscard]] Instant At(std::size_t i) const {
    return start + step * static_cast<Duration::rep>(i);
  }
  [[nodiscard]] std::size_t present() const;
};

inline constexpr std::size_t kLongestSeries = 50'000;

// The median distance in time of neighbouring points; 0 when there are no two times.
[[nodiscard]] Duration MedianStep(std::span<const Point> points);

// Rounds each point to the nearest step, counted from the newest point back; without a step the
// median distance of neighbouring points is taken. `end` extends the grid with missing values, or
// cuts it, so that its last step is the one at or before it. Empty when there is no point, or when
// neither a step nor two different times are given. Keeps the newest kLongestSeries steps.
[[nodiscard]] EvenSeries OntoGrid(std::span<const Point> points, Duration step = Duration{0},
                                  std::optional<Instant> end = std::nullopt);

}  // namespace warden::anomaly

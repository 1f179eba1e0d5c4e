// SPDX-License-Identifier: Apache-2.0
// Incidents of the past, found before any model is fitted, so that none is fitted to them: values
// far from the robust profile of their series (running median of one period, plus the median of
// their own and neighbouring slots over all periods), by Hampel's rule.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace warden::anomaly {

// More than this share are not outliers, but how the series is.
inline constexpr double kMostOutliers = 0.05;

// The values with those further than `deviations` scaled median absolute deviations (at least
// `least` each) from the profile replaced by NaN; unchanged where they would be more than
// kMostOutliers. Needs a period of time at least.
[[nodiscard]] std::vector<double> WithoutOutliers(std::span<const double> values,
                                                  std::size_t period, double deviations,
                                                  double least);

}  // namespace warden::anomaly

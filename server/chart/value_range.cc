// SPDX-License-Identifier: Apache-2.0
#include "server/chart/value_range.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace warden::chart {
namespace {

constexpr double kLargest = 1e300;
// The band may stretch the axis to so many times the range of the values themselves.
constexpr double kMostStretch = 1.5;
constexpr double kMargin = 0.07;  // above and below

}  // namespace

double Bounded(double value) { return std::clamp(value, -kLargest, kLargest); }

std::optional<ValueRange> RangeOf(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, Bounded(value));
    high = std::max(high, Bounded(value));
  };
  for (const ChartPoint& p : chart.points) {
    include(p.value);
    include(p.expected);
  }
  if (!(low <= high)) return std::nullopt;
  if (chart.threshold) include(*chart.threshold);
  const double values = high - low > 0 ? high - low : std::max(std::abs(high) * 0.1, 1e-9);
  const ValueRange most{low - kMostStretch * values, high + kMostStretch * values};
  for (const ChartPoint& p : chart.points) {
    if (std::isfinite(p.lower)) include(std::max(p.lower, most.low));
    if (std::isfinite(p.upper)) include(std::min(p.upper, most.high));
  }
  const bool never_negative = std::none_of(chart.points.begin(), chart.points.end(),
                                           [](const ChartPoint& p) { return p.value < 0; });
  double margin = kMargin * (high - low);
  if (!(margin > 0)) margin = high != 0 ? 0.1 * std::abs(high) : 1;
  ValueRange range{low - margin, high + margin};
  // A quantity that is never negative gets no room below zero, and starts there when zero is near.
  if (never_negative && low < 0.35 * high) range.low = std::min(0.0, chart.threshold.value_or(0));
  return range;
}

}  // namespace warden::chart

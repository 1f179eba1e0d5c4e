// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace warden::anomaly {
namespace {

// Points of the same time stay in the order given.
std::vector<Point> SortedByTime(std::span<const Point> points) {
  const auto is_earlier = [](const Point& one, const Point& two) { return one.at < two.at; };
  std::vector<Point> sorted(points.begin(), points.end());
  if (std::is_sorted(sorted.begin(), sorted.end(), is_earlier)) return sorted;
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t one, std::size_t two) {
    return std::tie(points[one].at, one) < std::tie(points[two].at, two);
  });
  for (std::size_t i = 0; i < order.size(); ++i) sorted[i] = points[order[i]];
  return sorted;
}

// Steps from `from` to `to`, rounded to the nearest.
Duration::rep Steps(Instant from, Instant to, Duration step) {
  const Duration distance = to - from;
  const Duration half = step / 2;
  return distance >= Duration{0} ? (distance + half) / step : -((half - distance) / step);
}

}  // namespace

Duration MedianStep(std::span<const Point> points) {
  std::vector<Duration> steps;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].at > points[i - 1].at) steps.push_back(points[i].at - points[i - 1].at);
  }
  if (steps.empty()) return Duration{0};
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

std::size_t EvenSeries::present() const {
  return static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [](double v) { return !std::isnan(v); }));
}

EvenSeries OntoGrid(std::span<const Point> points, Duration wanted_step,
                    std::optional<Instant> end) {
  const std::vector<Point> sorted = SortedByTime(points);
  EvenSeries series;
  series.step = wanted_step > Duration{0} ? wanted_step : MedianStep(sorted);
  if (sorted.empty() || series.step <= Duration{0}) return series;

  const Instant newest = sorted.back().at;
  Duration::rep last = 0;  // the grid's last step, counted from the newest point
  if (end) {
    const Duration ahead = *end - newest;
    last = ahead / series.step - (ahead % series.step < Duration{0} ? 1 : 0);
  }
  const Duration::rep longest = static_cast<Duration::rep>(kLongestSeries);
  const Duration::rep first =
      std::max(Steps(newest, sorted.front().at, series.step), last - longest + 1);
  if (first > last) {
    series.too_old = sorted.size();
    return series;
  }
  series.start = newest + series.step * first;
  series.values.assign(static_cast<std::size_t>(last - first + 1),
                       std::numeric_limits<double>::quiet_NaN());
  std::vector<bool> taken(series.values.size());
  for (const Point& point : sorted) {
    const Duration::rep step = Steps(newest, point.at, series.step);
    if (step > last) continue;
    if (step < first) {
      ++series.too_old;
      continue;
    }
    const auto i = static_cast<std::size_t>(step - first);
    if (taken[i]) ++series.duplicates;
    taken[i] = true;
    if (std::isfinite(point.value)) {
      series.values[i] = point.value;
    } else {
      ++series.not_finite;
      series.values[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return series;
}

}  // namespace warden::anomaly

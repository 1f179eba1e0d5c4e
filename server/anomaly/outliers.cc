// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/outliers.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

constexpr std::size_t kNeighbours = 2;    // slots on each side that share their median
constexpr std::size_t kFewestSlots = 24;  // with fewer, slots differ too much to share
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

double MedianOf(std::vector<double>& values) {
  if (values.empty()) return kNothing;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The median of the `period` present values around each step (nearer the ends: of the first and
// last ones).
std::vector<double> RunningMedian(std::span<const double> values, std::size_t period) {
  std::vector<double> medians(values.size(), kNothing);
  SortedWindow window(period);
  const std::size_t half = period / 2;
  std::size_t filled = 0;  // steps that have their median
  double median = kNothing;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (!std::isnan(values[t])) window.Add(values[t]);
    if (t + 1 < period || window.size() == 0) continue;
    median = QuantileOfSorted(window.sorted(), 0.5);
    while (filled + half <= t) medians[filled++] = median;
  }
  while (filled < values.size()) medians[filled++] = median;
  return medians;
}

std::vector<double> SlotMedians(const std::vector<double>& differences, std::size_t period) {
  const std::size_t reach = period >= kFewestSlots ? kNeighbours : 0;
  std::vector<double> medians(period);
  std::vector<double> pool;
  for (std::size_t slot = 0; slot < period; ++slot) {
    pool.clear();
    for (std::size_t k = 0; k <= 2 * reach; ++k) {
      const std::size_t near = (slot + period + k - reach) % period;
      for (std::size_t t = near; t < differences.size(); t += period) {
        if (!std::isnan(differences[t])) pool.push_back(differences[t]);
      }
    }
    medians[slot] = MedianOf(pool);
  }
  return medians;
}

}  // namespace

std::vector<double> WithoutOutliers(std::span<const double> values, std::size_t period,
                                    double deviations, double least) {
  assert(period > 0 && values.size() >= period);
  std::vector<double> distances = RunningMedian(values, period);
  for (std::size_t t = 0; t < values.size(); ++t) distances[t] = values[t] - distances[t];
  const std::vector<double> slots = SlotMedians(distances, period);
  std::vector<double> sizes;
  for (std::size_t t = 0; t < values.size(); ++t) {
    distances[t] = std::abs(distances[t] - slots[t % period]);
    if (!std::isnan(distances[t])) sizes.push_back(distances[t]);
  }
  std::vector<double> kept(values.begin(), values.end());
  if (sizes.empty()) return kept;
  const double most = kMostOutliers * static_cast<double>(sizes.size());
  const double limit = deviations * std::max(kMadToSigma * MedianOf(sizes), least);
  std::size_t outliers = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (distances[t] > limit) {
      kept[t] = kNothing;
      ++outliers;
    }
  }
  if (static_cast<double>(outliers) > most) kept.assign(values.begin(), values.end());
  return kept;
}

}  // namespace warden::anomaly

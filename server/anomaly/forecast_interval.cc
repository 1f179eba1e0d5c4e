// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/forecast_interval.h"

#include <algorithm>
#include <cmath>

#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

constexpr double kCoverage = 0.95;
// Errors of four trials hang together: measured on series set aside, 95 % of theirs cover about 90
// % of what comes.
constexpr double kFewTrials = 1.38;
constexpr double kLeastAtOnce = 0.1;  // of the mean variance is there at the first step
constexpr double kEnoughInSlot = 10;  // errors that make a slot's own variance count half

// variance(h) = at_once + a_step * h
struct Growth {
  double at_once = 0;
  double a_step = 0;
  [[nodiscard]] double At(std::size_t step) const {
    return at_once + a_step * static_cast<double>(step);
  }
};

Growth GrowthOf(std::span<const TrialErrors> trials) {
  double count = 0;
  double mean_square = 0;
  double mean_step = 0;
  for (const TrialErrors& trial : trials) {
    for (std::size_t i = 0; i < trial.errors.size(); ++i) {
      mean_square += trial.errors[i] * trial.errors[i];
      mean_step += static_cast<double>(i + 1);
      ++count;
    }
  }
  mean_square /= count;
  mean_step /= count;
  double together = 0;
  double spread = 0;
  for (const TrialErrors& trial : trials) {
    for (std::size_t i = 0; i < trial.errors.size(); ++i) {
      const double off = static_cast<double>(i + 1) - mean_step;
      together += off * (trial.errors[i] * trial.errors[i] - mean_square);
      spread += off * off;
    }
  }
  Growth growth;
  growth.a_step = spread > 0 ? std::max(together / spread, 0.0) : 0;
  growth.at_once = mean_square - growth.a_step * mean_step;
  if (growth.at_once < kLeastAtOnce * mean_square) {
    growth.at_once = kLeastAtOnce * mean_square;
    growth.a_step = (1 - kLeastAtOnce) * mean_square / mean_step;
  }
  return growth;
}

// The variance of each time of the season over the growth's, averaged with its neighbours and
// pulled towards 1 where errors are few.
std::vector<double> Shape(std::span<const TrialErrors> trials, const Growth& growth,
                          std::size_t season) {
  std::vector<double> sums(season, 0.0);
  std::vector<double> counts(season, 0.0);
  for (const TrialErrors& trial : trials) {
    for (std::size_t i = 0; i < trial.errors.size(); ++i) {
      const std::size_t slot = (trial.origin + i) % season;
      sums[slot] += trial.errors[i] * trial.errors[i] / growth.At(i + 1);
      ++counts[slot];
    }
  }
  const std::size_t reach = std::min((season + 23) / 24, (season - 1) / 2);
  std::vector<double> shape(season, 1.0);
  double sum = 0;
  double count = 0;
  const auto add = [&](std::size_t slot, double sign) {
    sum += sign * sums[slot % season];
    count += sign * counts[slot % season];
  };
  for (std::size_t k = 0; k <= 2 * reach; ++k) add(season - reach + k, 1);
  for (std::size_t slot = 0; slot < season; ++slot) {
    if (count > 0.5) shape[slot] = (std::max(sum, 0.0) + kEnoughInSlot) / (count + kEnoughInSlot);
    add(season + slot - reach, -1);
    add(season + slot + reach + 1, 1);
  }
  return shape;
}

}  // namespace

std::vector<double> HalfWidths(std::span<const TrialErrors> trials, std::size_t origin,
                               std::size_t steps, std::size_t season) {
  double largest = 0;
  for (const TrialErrors& trial : trials) {
    for (const double e : trial.errors) largest = std::max(largest, std::abs(e));
  }
  if (!(largest > 0) || std::isinf(largest)) return std::vector<double>(steps, largest);
  // Squares neither overflow nor vanish.
  std::vector<TrialErrors> scaled(trials.begin(), trials.end());
  for (TrialErrors& trial : scaled) {
    for (double& e : trial.errors) e /= largest;
  }
  const Growth growth = GrowthOf(scaled);
  const std::vector<double> shape =
      season > 1 ? Shape(scaled, growth, season) : std::vector<double>{1};
  const auto deviation = [&](std::size_t first, std::size_t i) {
    return std::sqrt(growth.At(i + 1) * shape[(first + i) % shape.size()]);
  };
  std::vector<double> sizes;
  for (const TrialErrors& trial : scaled) {
    for (std::size_t i = 0; i < trial.errors.size(); ++i) {
      sizes.push_back(std::abs(trial.errors[i]) / deviation(trial.origin, i));
    }
  }
  std::sort(sizes.begin(), sizes.end());
  const double times = kFewTrials * QuantileOfSorted(sizes, kCoverage);
  std::vector<double> half(steps);
  for (std::size_t i = 0; i < steps; ++i) half[i] = largest * times * deviation(origin, i);
  return half;
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/period.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

namespace warden::anomaly {
namespace {

constexpr double kCycles = 2.5;          // a season must have passed so often
constexpr double kBeyondChance = 2.576;  // normal deviates, 1 % two-sided
constexpr double kProminence = 0.1;      // above the lowest correlation at shorter lags
constexpr double kNearBest = 0.3;        // a shorter season counts when it reaches this share
constexpr double kLonger = 0.05;         // a longer one, when it correlates so much better
constexpr double kWeekBonus = 0.1;       // seven short seasons are likelier than any other number
constexpr std::size_t kMostShortSeasons = 31;  // in a long one
constexpr std::size_t kDaysOfWeek = 7;

// Cooley and Tukey's transform, in place; the size is a power of two.
void Transform(std::vector<std::complex<double>>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  std::vector<std::complex<double>> turns(n / 2);
  const double angle = -2 * std::numbers::pi / static_cast<double>(n);
  for (std::size_t k = 0; k < turns.size(); ++k) {
    turns[k] = std::polar(1.0, angle * static_cast<double>(k));
  }
  for (std::size_t width = 2; width <= n; width <<= 1) {
    for (std::size_t start = 0; start < n; start += width) {
      for (std::size_t k = 0; k < width / 2; ++k) {
        const std::complex<double> even = x[start + k];
        const std::complex<double> turn = turns[k * (n / width)];
        const std::complex<double> other = x[start + k + width / 2];
        // Written out: operator* looks for infinities.
        const std::complex<double> odd(other.real() * turn.real() - other.imag() * turn.imag(),
                                       other.real() * turn.imag() + other.imag() * turn.real());
        x[start + k] = even + odd;
        x[start + k + width / 2] = even - odd;
      }
    }
  }
}

// The values less their least-squares line, in units of their largest distance from it.
std::vector<double> LessLine(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  if (largest == 0) return std::vector<double>(values.size(), 0.0);
  std::vector<double> rest(values.size());
  double mean = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    rest[i] = values[i] / largest;
    mean += rest[i] / n;
  }
  double slope = 0;
  const double middle = (n - 1) / 2;
  const double spread = n * (n * n - 1) / 12;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    slope += (static_cast<double>(i) - middle) * (rest[i] - mean);
  }
  slope = spread > 0 ? slope / spread : 0;
  double farthest = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] -= mean + slope * (static_cast<double>(i) - middle);
    farthest = std::max(farthest, std::abs(rest[i]));
  }
  const bool is_noise = farthest < 1e-12;  // of rounding
  for (double& r : rest) r = is_noise ? 0 : r / farthest;
  return rest;
}

std::size_t LongestLag(std::size_t points) {
  return static_cast<std::size_t>(static_cast<double>(points) / kCycles);
}

// Lags that could be seasons: local tops that stand out, beyond what chance gives.
std::vector<std::size_t> Tops(const std::vector<double>& r, std::size_t points) {
  std::vector<std::size_t> tops;
  double lowest = 1;
  double squares = 0;
  for (std::size_t k = 1; k + 1 < r.size(); ++k) {
    lowest = std::min(lowest, r[k]);
    const double chance =
        kBeyondChance * std::sqrt((1 + 2 * squares) / static_cast<double>(points));
    // Bartlett's formula sums all shorter lags; within the first cycle that is enough.
    if (squares < 0.05 * static_cast<double>(points)) squares += r[k] * r[k];
    const bool is_top = r[k] > r[k - 1] && r[k] >= r[k + 1];
    if (k >= 2 && is_top && r[k] > std::min(chance, 0.5) && r[k] - lowest > kProminence) {
      tops.push_back(k);
    }
  }
  return tops;
}

// The season of which `longer` is a whole number, give or take a step, near the top `k`: a week in
// the series tilts the days' tops. 0: none.
std::size_t SeasonNear(std::size_t k, std::size_t longer) {
  const std::size_t times = (longer + k / 2) / k;
  if (times < 2 || times > kMostShortSeasons) return 0;
  const std::size_t season = (longer + times / 2) / times;
  const auto distance = [](std::size_t a, std::size_t b) { return a > b ? a - b : b - a; };
  const bool is_near = distance(k, season) <= 1 + k / 50;
  return is_near && distance(season * times, longer) <= 1 + longer / 200 ? season : 0;
}

// A day or a week where `k` is within 2 % of one.
std::size_t Calendar(std::size_t k, std::size_t day, std::size_t lags) {
  for (const std::size_t length : {day, kDaysOfWeek * day}) {
    const std::size_t off = k > length ? k - length : length - k;
    if (length > 1 && length < lags && 50 * off <= length) return length;
  }
  return k;
}

std::size_t LongSeason(const std::vector<double>& r, std::size_t season) {
  std::size_t best = 0;
  double most = r[season] + kLonger;
  for (std::size_t k = 2; k <= kMostShortSeasons && k * season < r.size(); ++k) {
    const double likelihood = r[k * season] + (k == kDaysOfWeek ? kWeekBonus : 0);
    if (likelihood <= most) continue;
    best = k * season;
    most = likelihood + kLonger;
  }
  if (best != 0) return best;
  return kDaysOfWeek * season < r.size() ? kDaysOfWeek * season : 0;
}

}  // namespace

std::vector<double> Autocorrelation(std::span<const double> values, std::size_t most) {
  std::vector<double> r(most + 1, 0.0);
  if (values.size() < 3 || most >= values.size()) return r;
  const std::vector<double> rest = LessLine(values);
  std::size_t size = 1;
  while (size < values.size() + most + 1) size <<= 1;
  std::vector<std::complex<double>> x(size);
  std::copy(rest.begin(), rest.end(), x.begin());
  Transform(x);
  for (auto& value : x) value = std::norm(value);
  Transform(x);  // of a symmetric power spectrum: forward and back are the same up to size
  const double whole = x[0].real();
  if (!(whole > 0)) return r;
  const auto n = static_cast<double>(values.size());
  for (std::size_t k = 0; k <= most; ++k) {
    r[k] = x[k].real() / whole * n / (n - static_cast<double>(k));
  }
  return r;
}

std::size_t LongSeasonOf(std::span<const double> values, std::size_t season) {
  const std::size_t most = LongestLag(values.size());
  if (season == 0 || 2 * season > most) return 0;
  return LongSeason(Autocorrelation(values, most), season);
}

Periods FindPeriods(std::span<const double> values, std::size_t day) {
  const std::vector<double> r = Autocorrelation(values, LongestLag(values.size()));
  const std::vector<std::size_t> tops = Tops(r, values.size());
  if (tops.empty()) return {};
  const std::size_t top = *std::max_element(
      tops.begin(), tops.end(), [&](std::size_t one, std::size_t two) { return r[one] < r[two]; });
  const std::size_t best = Calendar(top, day, r.size());
  Periods periods{.season = best, .long_season = 0};
  for (const std::size_t k : tops) {
    const std::size_t season = r[k] >= kNearBest * r[top] ? SeasonNear(k, best) : 0;
    if (season == 0) continue;
    periods.season = season;
    break;
  }
  periods.long_season = LongSeason(r, periods.season);
  return periods;
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace warden::anomaly {

double QuantileOfSorted(std::span<const double> sorted, double q) {
  assert(!sorted.empty());
  const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = rank - static_cast<double>(below);
  return sorted[below] * (1 - weight) + sorted[above] * weight;
}

MeanAndDeviation MeanDeviation(std::span<const double> values) {
  assert(!values.empty());
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  if (largest == 0) return {};
  int exponent = 0;
  std::frexp(largest, &exponent);
  const double unit =
      std::ldexp(1.0, -std::max(exponent, -1000));  // a power of two: loses no digits
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double v : values) mean += v * unit;
  mean /= count;
  double squares = 0;
  for (const double v : values) {
    const double d = v * unit - mean;
    squares += d * d;
  }
  return {mean / unit, std::sqrt(squares / count) / unit};
}

double MadOfSorted(std::span<const double> sorted) {
  const double median = QuantileOfSorted(sorted, 0.5);
  // Distances grow outwards on both sides of the median: merge the two runs up to the middle rank.
  const std::size_t n = sorted.size();
  std::size_t right = static_cast<std::size_t>(
      std::lower_bound(sorted.begin(), sorted.end(), median) - sorted.begin());
  std::size_t left = right;
  double last = 0;
  double before = 0;
  for (std::size_t taken = 0; taken <= n / 2; ++taken) {
    const bool from_right =
        left == 0 || (right < n && sorted[right] - median <= median - sorted[left - 1]);
    before = last;
    last = from_right ? sorted[right++] - median : median - sorted[--left];
  }
  return n % 2 == 1 ? last : before / 2 + last / 2;
}

double HalfSmallestStep(std::span<const double> values) {
  double smallest = 0;
  double previous = std::nan("");
  for (const double v : values) {
    if (std::isnan(v)) continue;
    const double step = std::abs(v - previous);
    if (step > 0 && (smallest == 0 || step < smallest)) smallest = step;
    previous = v;
  }
  return smallest / 2;
}

SortedWindow::SortedWindow(std::size_t capacity) : capacity_(capacity) { assert(capacity > 0); }

void SortedWindow::Add(double value) {
  assert(!std::isnan(value));
  if (arrivals_.size() < capacity_) {
    arrivals_.push_back(value);
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), value), value);
    return;
  }
  const double leaving = arrivals_[oldest_];
  arrivals_[oldest_] = value;
  oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
  const auto gap = std::lower_bound(sorted_.begin(), sorted_.end(), leaving);
  if (value > leaving) {
    const auto place = std::upper_bound(gap, sorted_.end(), value);
    std::move(gap + 1, place, gap);
    *(place - 1) = value;
  } else {
    const auto place = std::upper_bound(sorted_.begin(), gap, value);
    std::move_backward(place, gap, gap + 1);
    *place = value;
  }
}

void SortedWindow::Clear() {
  oldest_ = 0;
  arrivals_.clear();
  sorted_.clear();
}

}  // namespace warden::anomaly

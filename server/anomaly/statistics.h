// SPDX-License-Identifier: Apache-2.0
// The few statistics detectors share, by PromQL's conventions, and safe at the ends of the double
// range.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace warden::anomaly {

// One standard deviation is this many median absolute deviations of a normal distribution.
inline constexpr double kMadToSigma = 1.4826022185056018;

// quantile_over_time: linear interpolation between closest ranks, q in 0..1. `sorted` ascending,
// not empty.
[[nodiscard]] double QuantileOfSorted(std::span<const double> sorted, double q);

struct MeanAndDeviation {
  double mean = 0;
  double deviation = 0;  // population standard deviation, as stddev_over_time
};
// Of values without NaN; not empty. Neither sum nor squares overflow or vanish.
[[nodiscard]] MeanAndDeviation MeanDeviation(std::span<const double> values);

// mad_over_time: the median distance from the median, unscaled. `sorted` ascending, not empty;
// linear time.
[[nodiscard]] double MadOfSorted(std::span<const double> sorted);

// Half the smallest non-zero distance of neighbouring present values: below it a series cannot
// speak. 0 when constant.
[[nodiscard]] double HalfSmallestStep(std::span<const double> values);

// The last `capacity` values, in order of arrival and sorted. Adding costs one move of at most
// `capacity` numbers.
class SortedWindow {
 public:
  explicit SortedWindow(std::size_t capacity);

  void Add(double value);  // not NaN
  void Clear();
  [[nodiscard]] std::span<const double> sorted() const { return sorted_; }
  [[nodiscard]] std::size_t size() const { return sorted_.size(); }
  [[nodiscard]] bool is_constant() const { return sorted_.front() == sorted_.back(); }

 private:
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::vector<double> arrivals_;  // ring
  std::vector<double> sorted_;
};

}  // namespace warden::anomaly

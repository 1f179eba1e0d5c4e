// SPDX-License-Identifier: Apache-2.0
// Exponentially weighted mean and deviation (Roberts 1959; the variance recursion of West 1979),
// biased, as pandas' ewm. Adjusted weighting divides by the weights seen so far, so that the first
// values are not over-weighted; it equals a recursive update whose weight starts at 1 and falls to
// alpha. Missing values are skipped.
#pragma once

#include <cmath>
#include <cstdint>

namespace warden::anomaly {

enum class Weighting : std::uint8_t { kRecursive, kAdjusted };

class Ewma {
 public:
  explicit Ewma(double alpha, Weighting weighting = Weighting::kAdjusted)
      : alpha_(alpha), weighting_(weighting) {}

  void Add(double value) {
    if (std::isnan(value)) return;
    if (weights_ == 0) {
      mean_ = value;
      weights_ = 1;
      return;
    }
    weights_ = (1 - alpha_) * weights_ + 1;
    const double weight = weighting_ == Weighting::kAdjusted ? 1 / weights_ : alpha_;
    const double difference = value - mean_;
    mean_ += weight * difference;
    // sqrt((1-w)(deviation^2 + w difference^2)) without squaring, which would overflow.
    deviation_ = std::sqrt(1 - weight) * std::hypot(deviation_, std::sqrt(weight) * difference);
  }

  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double deviation() const { return deviation_; }

 private:
  double alpha_;
  Weighting weighting_;
  double mean_ = 0;
  double deviation_ = 0;
  double weights_ = 0;
};

}  // namespace warden::anomaly

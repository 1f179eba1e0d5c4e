// SPDX-License-Identifier: Apache-2.0
// Detector `rolling_percentile`: expects the median of the last points; one deviation on each side
// is the distance from the median to the configured percentile (by default the 99th and the 1st)
// divided by the normal distribution's own distance, so the band of a normal series is the same as
// zscore's and a lopsided one gets a lopsided band. With a threshold equal to that distance (2.326
// for 99) the band is exactly between the two percentiles. Percentiles are those of PromQL's
// quantile_over_time.
#include <algorithm>
#include <cmath>

#include "server/anomaly/makers.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

// The normal distribution never ends: minimum and maximum count as these percentiles.
constexpr double kOutermost = 0.9999;

// Quantile of the standard normal distribution, q in 0.5..1: bisection on erfc, once per detector.
double NormalQuantile(double q) {
  double low = 0;
  double high = 8;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < q ? low : high) = middle;
  }
  return low;
}

class RollingPercentileDetector final : public Detector {
 public:
  explicit RollingPercentileDetector(const DetectorParameters& parameters)
      : parameters_(parameters),
        window_(parameters.window),
        upper_(parameters.upper_percentile / 100),
        lower_(parameters.lower_percentile / 100),
        upper_distance_(NormalQuantile(std::min(upper_, kOutermost))),
        lower_distance_(NormalQuantile(std::min(1 - lower_, kOutermost))) {}

  void Learn(std::span<const double> history) override {
    window_.Clear();
    half_step_ = HalfSmallestStep(history);
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (window_.size() < parameters_.min_points) {
      return StillLearning(DetectorKind::kRollingPercentile, window_.size(),
                           parameters_.min_points);
    }
    const std::span<const double> sorted = window_.sorted();
    const double median = QuantileOfSorted(sorted, 0.5);
    const double least = LeastScale(half_step_, median, parameters_);
    Expectation expectation;
    expectation.detector = DetectorKind::kRollingPercentile;
    expectation.is_known = true;
    expectation.expected = median;
    expectation.is_constant = window_.is_constant();
    expectation.above =
        std::max((QuantileOfSorted(sorted, upper_) - median) / upper_distance_, least);
    expectation.below =
        std::max((median - QuantileOfSorted(sorted, lower_)) / lower_distance_, least);
    expectation.confidence = ConfidenceOf(window_.size(), parameters_.min_points);
    return expectation;
  }

  // Undamped: ranks are not moved by how far an outlier lies.
  void Take(double value) override {
    if (!std::isnan(value)) window_.Add(value);
  }

 private:
  DetectorParameters parameters_;
  SortedWindow window_;
  double upper_;
  double lower_;
  double upper_distance_;  // of that percentile from the median, in standard deviations of a normal
                           // distribution
  double lower_distance_;
  double half_step_ = 0;
};

}  // namespace

std::unique_ptr<Detector> MakeRollingPercentileDetector(const DetectorParameters& parameters) {
  return std::make_unique<RollingPercentileDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `mad`: expects the median of the last points, within so many of their median absolute
// deviations, scaled to standard deviations: the Hampel identifier (Hampel 1974; Davies & Gather
// 1993). Up to half of the window may be outliers. When more than half of the values are equal the
// deviation is 0 and the least scale stands in.
#include <algorithm>
#include <cmath>

#include "server/anomaly/makers.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

class MadDetector final : public Detector {
 public:
  explicit MadDetector(const DetectorParameters& parameters)
      : parameters_(parameters), window_(parameters.window) {}

  void Learn(std::span<const double> history) override {
    window_.Clear();
    half_step_ = HalfSmallestStep(history);
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (window_.size() < parameters_.min_points) {
      return StillLearning(DetectorKind::kMad, window_.size(), parameters_.min_points);
    }
    const double median = QuantileOfSorted(window_.sorted(), 0.5);
    Expectation expectation;
    expectation.detector = DetectorKind::kMad;
    expectation.is_known = true;
    expectation.expected = median;
    expectation.is_constant = window_.is_constant();
    expectation.above = std::max(kMadToSigma * MadOfSorted(window_.sorted()),
                                 LeastScale(half_step_, median, parameters_));
    expectation.below = expectation.above;
    expectation.confidence = ConfidenceOf(window_.size(), parameters_.min_points);
    return expectation;
  }

  // Undamped: the median is not moved by how far an outlier lies.
  void Take(double value) override {
    if (!std::isnan(value)) window_.Add(value);
  }

 private:
  DetectorParameters parameters_;
  SortedWindow window_;
  double half_step_ = 0;
};

}  // namespace

std::unique_ptr<Detector> MakeMadDetector(const DetectorParameters& parameters) {
  return std::make_unique<MadDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `zscore`: expects the mean of the last points, within so many of their standard
// deviations: Shewhart's individuals chart over a moving window (Montgomery, "Introduction to
// Statistical Quality Control", 6.4). Says the least that can be said; what holt_winters falls back
// to. Blind to seasons, and outliers widen it.
#include <algorithm>
#include <cmath>

#include "server/anomaly/makers.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

class ZscoreDetector final : public Detector {
 public:
  explicit ZscoreDetector(const DetectorParameters& parameters)
      : parameters_(parameters), window_(parameters.window) {}

  void Learn(std::span<const double> history) override {
    *this = ZscoreDetector(parameters_);
    half_step_ = HalfSmallestStep(history);
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (window_.size() < parameters_.min_points) {
      return StillLearning(DetectorKind::kZscore, window_.size(), parameters_.min_points);
    }
    const MeanAndDeviation seen = MeanDeviation(window_.sorted());
    Expectation expectation;
    expectation.detector = DetectorKind::kZscore;
    expectation.is_known = true;
    expectation.expected = seen.mean;
    expectation.is_constant = window_.is_constant();
    expectation.above = std::max(seen.deviation, LeastScale(half_step_, seen.mean, parameters_));
    expectation.below = expectation.above;
    expectation.confidence = ConfidenceOf(window_.size(), parameters_.min_points);
    return expectation;
  }

  void Take(double value) override {
    if (!std::isnan(value)) window_.Add(Damped(value, Expect(), parameters_));
  }

 private:
  DetectorParameters parameters_;
  SortedWindow window_;
  double half_step_ = 0;
};

}  // namespace

std::unique_ptr<Detector> MakeZscoreDetector(const DetectorParameters& parameters) {
  return std::make_unique<ZscoreDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `ewma`: expects the exponentially weighted mean, within so many exponentially weighted
// standard deviations: the individual-value form of the EWMA control chart (Montgomery,
// "Introduction to Statistical Quality Control", 9.2 and 9.2.4 on tracking the deviation). Good at
// slow change; blind to seasons.
#include "server/anomaly/ewma.h"

#include <algorithm>

#include "server/anomaly/makers.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

class EwmaDetector final : public Detector {
 public:
  explicit EwmaDetector(const DetectorParameters& parameters)
      : parameters_(parameters), ewma_(parameters.alpha.value_or(0.1)) {}

  void Learn(std::span<const double> history) override {
    *this = EwmaDetector(parameters_);
    half_step_ = HalfSmallestStep(history);
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (points_ < parameters_.min_points) {
      return StillLearning(DetectorKind::kEwma, points_, parameters_.min_points);
    }
    Expectation expectation;
    expectation.detector = DetectorKind::kEwma;
    expectation.is_known = true;
    expectation.expected = ewma_.mean();
    expectation.is_constant = ewma_.deviation() == 0;
    expectation.above =
        std::max(ewma_.deviation(), LeastScale(half_step_, ewma_.mean(), parameters_));
    expectation.below = expectation.above;
    expectation.confidence = ConfidenceOf(points_, parameters_.min_points);
    return expectation;
  }

  void Take(double value) override {
    if (std::isnan(value)) return;
    ewma_.Add(Damped(value, Expect(), parameters_));
    ++points_;
  }

 private:
  DetectorParameters parameters_;
  Ewma ewma_;
  double half_step_ = 0;
  std::size_t points_ = 0;
};

}  // namespace

std::unique_ptr<Detector> MakeEwmaDetector(const DetectorParameters& parameters) {
  return std::make_unique<EwmaDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `holt_winters`: expects the one-step forecast of the additive Holt-Winters method
// (holt_winters_model.h), within so many deviations of its own residuals. Learning leaves out
// incidents of the past (outliers.h), fits smoothing parameters and starting states, leaves out
// what lies far from that fit, and fits once more. The deviation is the larger of the scaled MAD
// and the 98th percentile of |residual| over the normal distribution's, so that heavy tails widen
// the band; it is corrected for the number of fitted states and grows over gaps. With fewer than
// two periods or min_points points the detector falls back to `zscore` and says so.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "server/anomaly/holt_winters_fit.h"
#include "server/anomaly/makers.h"
#include "server/anomaly/outliers.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

// Deviations from the robust profile beyond which no fit sees a point; from the first fit, the
// second.
constexpr double kFarOut = 8;
constexpr double kOutlier = 6;
constexpr std::size_t kCountedOfRun = 3;
constexpr double kTailShare = 0.98;
constexpr double kTailDistance = 2.3263;  // |normal| stays below it in 98 % of cases
constexpr std::size_t kShortGap = 3;      // steps that can be missing without a word
constexpr std::size_t kLongestFit = 20'000;

std::size_t MissingAtEnd(std::span<const double> values) {
  const auto last =
      std::find_if(values.rbegin(), values.rend(), [](double v) { return !std::isnan(v); });
  return static_cast<std::size_t>(last - values.rbegin());
}

class HoltWintersDetector final : public Detector {
 public:
  explicit HoltWintersDetector(const DetectorParameters& parameters) : parameters_(parameters) {
    form_.period = parameters.period;
  }

  void Learn(std::span<const double> history) override {
    *this = HoltWintersDetector(parameters_);
    if (history.size() > kLongestFit) history = history.last(kLongestFit);
    points_ = static_cast<std::size_t>(
        std::count_if(history.begin(), history.end(), [](double v) { return !std::isnan(v); }));
    // Two periods of time, with most of their points there.
    const bool enough = points_ >= parameters_.min_points && history.size() >= 2 * form_.period &&
                        2 * points_ >= 3 * form_.period;
    if (!enough || !Fit(history)) FallBack(history);
  }

  Expectation Expect() const override {
    if (fallback_ != nullptr) {
      Expectation expectation = fallback_->Expect();
      expectation.note =
          expectation.is_known ? fallback_note_ + ": zscore was used" : fallback_note_;
      expectation.confidence /= 2;
      return expectation;
    }
    if (points_ == 0) return StillLearning(DetectorKind::kHoltWinters, 0, parameters_.min_points);
    Expectation expectation;
    expectation.detector = DetectorKind::kHoltWinters;
    expectation.is_known = true;
    expectation.is_constant = is_constant_;
    expectation.expected = model_.Forecast();
    expectation.above = scale_ * model_.ErrorGrowth(std::min(unseen_, kLongestFit) + 1);
    expectation.below = expectation.above;
    expectation.confidence =
        ConfidenceOf(points_, std::max(2 * form_.period, parameters_.min_points));
    if (missing_ > kShortGap) {
      expectation.note = "the " + std::to_string(missing_) + " values before are missing";
      expectation.confidence /= 2;
    }
    return expectation;
  }

  void Take(double value) override {
    if (fallback_ != nullptr) {
      fallback_->Take(value);
      return;
    }
    if (std::isnan(value)) {
      ++missing_;
      ++unseen_;
    } else {
      value = Damped(value, Expect(), parameters_);
      missing_ = 0;
      unseen_ = 0;
    }
    if (points_ > 0) (void)model_.Step(value);
  }

 private:
  // One-step residuals of `fit`, which sees only `kept`, against all of `values`; leaves model_ at
  // their end.
  std::vector<double> Residuals(const HoltWintersFit& fit, std::span<const double> kept,
                                std::span<const double> values) {
    model_ = HoltWintersModel(form_, fit.smoothing, fit.initial);
    std::vector<double> residuals;
    residuals.reserve(values.size());
    for (std::size_t t = 0; t < values.size(); ++t) {
      residuals.push_back(values[t] - model_.Forecast());
      (void)model_.Step(kept[t]);
    }
    return residuals;
  }

  bool Fit(std::span<const double> history) {
    half_step_ = HalfSmallestStep(history);
    is_constant_ = half_step_ == 0;
    std::vector<double> present;
    std::copy_if(history.begin(), history.end(), std::back_inserter(present),
                 [](double v) { return !std::isnan(v); });
    const double least = LeastScale(half_step_, MeanDeviation(present).mean, parameters_);
    std::vector<double> kept = WithoutOutliers(history, form_.period, kFarOut, least);

    FitOptions fitting;
    fitting.fixed = {parameters_.alpha, parameters_.beta, parameters_.gamma};
    const std::optional<HoltWintersFit> fit = FitHoltWinters(kept, form_, fitting);
    if (!fit) return false;
    std::vector<double> residuals = Residuals(*fit, kept, history);
    const double limit = kOutlier * ScaleOf(residuals, kept, least);
    std::size_t outliers = 0;
    for (const double r : residuals) outliers += std::abs(r) > limit ? 1 : 0;
    if (outliers > 0 &&
        static_cast<double>(outliers) <= kMostOutliers * static_cast<double>(points_)) {
      for (std::size_t t = 0; t < kept.size(); ++t) {
        kept[t] = std::abs(residuals[t]) > limit ? kUnknown : history[t];
      }
      if (const auto refit = RefitHoltWinters(kept, form_, *fit, fitting)) {
        residuals = Residuals(*refit, kept, history);
      }
    }
    scale_ = ScaleOf(residuals, kept, least);
    missing_ = MissingAtEnd(history);
    unseen_ = MissingAtEnd(kept);
    return std::isfinite(model_.Forecast()) && std::isfinite(scale_);
  }

  // Of a run of points that the fit left out only the first few count: an incident is one event,
  // however long it was, while many short bursts are how the series is.
  double ScaleOf(std::span<const double> residuals, std::span<const double> kept,
                 double least) const {
    std::vector<double> sizes;
    std::size_t run = 0;
    for (std::size_t t = 0; t < residuals.size(); ++t) {
      run = std::isnan(kept[t]) ? run + 1 : 0;
      if (!std::isnan(residuals[t]) && run <= kCountedOfRun)
        sizes.push_back(std::abs(residuals[t]));
    }
    if (sizes.empty()) return least;
    std::sort(sizes.begin(), sizes.end());
    const double middle = kMadToSigma * QuantileOfSorted(sizes, 0.5);
    const double tail = QuantileOfSorted(sizes, kTailShare) / kTailDistance;
    // Fitted residuals are too small by the states fitted to them, forecasts err by those states'
    // own error.
    const auto n = static_cast<double>(sizes.size());
    const double fitted = std::min(static_cast<double>(form_.period + 2), 0.75 * n);
    const double correction = std::sqrt((n / (n - fitted)) * (1 + fitted / n));
    return std::max(correction * std::max(middle, tail), least);
  }

  void FallBack(std::span<const double> history) {
    fallback_note_ = "holt_winters needs " + std::to_string(parameters_.min_points) +
                     " points over two periods (" + std::to_string(2 * form_.period) +
                     " steps) and has " + std::to_string(points_) + " points in " +
                     std::to_string(history.size()) + " steps";
    DetectorParameters parameters = parameters_;
    parameters.min_points = std::min(kFewestPoints, parameters.min_points);
    fallback_ = MakeZscoreDetector(parameters);
    fallback_->Learn(history);
  }

  DetectorParameters parameters_;
  HoltWintersForm form_;
  HoltWintersModel model_;
  double scale_ = 0;
  double half_step_ = 0;
  bool is_constant_ = false;
  std::size_t points_ = 0;
  std::size_t missing_ = 0;  // steps since the last value
  std::size_t unseen_ = 0;   // steps since the last value the model took in
  std::unique_ptr<Detector> fallback_;
  std::string fallback_note_;
};

}  // namespace

std::unique_ptr<Detector> MakeHoltWintersDetector(const DetectorParameters& parameters) {
  return std::make_unique<HoltWintersDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `trend`: a break against a look-back. A straight line is fitted by least squares to the
// last `window` steps and continued by one; the next value lies within so many deviations of it:
//
//   deviation = s sqrt(1 + 1/n + (x - mean x)^2 / sum (x_i - mean x)^2),  s^2 = SSE / (n - 2)
//
// (Draper & Smith, "Applied Regression Analysis", 1.4, the error of a single new observation).
// Outliers enter at the band's edge. Values outside for three steps in a row on one side are a
// drift. Good at steady growth and decay, and at their end; blind to seasons shorter than the
// window. A step costs a pass over the window.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "server/anomaly/makers.h"
#include "server/anomaly/scaling.h"
#include "server/anomaly/state_bytes.h"

namespace warden::anomaly {
namespace {

constexpr std::size_t kLongestWindow = 2016;
constexpr int kLasting = 3;

struct Line {
  double next = 0;       // what the line says of the next step
  double deviation = 0;  // of a single value there
  bool is_constant = false;
};

// `values` oldest first, NaN where missing; at least three present.
Line LineOf(const std::vector<double>& values) {
  double n = 0;
  double mean_x = 0;
  double mean_y = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    ++n;
    mean_x += (static_cast<double>(i) - mean_x) / n;
    mean_y += (values[i] - mean_y) / n;
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const double x = static_cast<double>(i) - mean_x;
    xx += x * x;
    xy += x * (values[i] - mean_y);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const double error = values[i] - mean_y - slope * (static_cast<double>(i) - mean_x);
    squares += error * error;
  }
  const double ahead = static_cast<double>(values.size()) - mean_x;
  Line line;
  line.is_constant = least == most;
  line.next = line.is_constant ? least : mean_y + slope * ahead;
  line.deviation =
      std::sqrt(squares / std::max(1.0, n - 2) * (1 + 1 / n + (xx > 0 ? ahead * ahead / xx : 0)));
  return line;
}

class TrendDetector final : public Detector {
 public:
  explicit TrendDetector(const DetectorParameters& parameters)
      : parameters_(parameters), longest_(std::min(parameters.window, kLongestWindow)) {}

  void Learn(std::span<const double> history) override {
    state_ = {};
    values_.clear();
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (present() < needs()) return StillLearning(DetectorKind::kTrend, present(), needs());
    Expectation expectation;
    expectation.detector = DetectorKind::kTrend;
    expectation.is_known = true;
    expectation.is_constant = line_.is_constant;
    expectation.expected = state_.scaling.Back(line_.next);
    const double half_step = state_.scaling.Back(0.5 * state_.smallest_step);
    expectation.above = std::max(state_.scaling.Back(line_.deviation),
                                 LeastScale(half_step, expectation.expected, parameters_));
    expectation.below = expectation.above;
    expectation.confidence = ConfidenceOf(present(), needs());
    return expectation;
  }

  void Take(double value) override {
    if (!std::isfinite(value)) {
      Push(std::numeric_limits<double>::quiet_NaN());
      return;
    }
    if (!state_.has_scaling) {
      state_.scaling = ScalingOf(value);
      state_.has_scaling = true;
    }
    const double scaled = state_.scaling.Bounded(value);
    const double step = std::abs(scaled - state_.last);
    if (present() > 0 && step > 0)
      state_.smallest_step =
          state_.smallest_step == 0 ? step : std::min(state_.smallest_step, step);
    state_.last = scaled;
    Push(state_.scaling.Bounded(Damped(value, Expect(), parameters_)));
  }

  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    Verdict verdict = Detector::Step(value, at, judgement);
    if (verdict.state != State::kFiring) {
      if (verdict.state == State::kOk) state_.outside = 0;
      return verdict;
    }
    const int side = verdict.deviation > 0 ? 1 : -1;
    state_.outside = state_.outside * side > 0 ? state_.outside + side : side;
    if (std::abs(state_.outside) >= kLasting) verdict.kind = Kind::kDrift;
    return verdict;
  }
  bool needs_refits() const override { return false; }

  // The memory, then the values looked back on.
  std::string Save() const override {
    return BytesOf(state_).append(reinterpret_cast<const char*>(values_.data()),
                                  values_.size() * sizeof(double));
  }
  bool Restore(std::string_view bytes) override {
    const std::string_view memory = bytes.substr(0, sizeof state_);
    const std::string_view values = bytes.substr(memory.size());
    const std::size_t size = values.size() / sizeof(double);
    if (values.size() % sizeof(double) != 0 || size > longest_) return false;
    if (!FromBytes(memory, state_)) return false;
    values_.resize(size);
    if (size > 0) std::memcpy(static_cast<void*>(values_.data()), values.data(), values.size());
    Fit();
    return true;
  }

 private:
  struct Memory {
    static constexpr std::uint32_t kVersion = 1;
    std::uint32_t version = kVersion;
    int outside = 0;  // steps in a row outside, negative below
    Scaling scaling;
    bool has_scaling = false;
    double last = 0;
    double smallest_step = 0;
    std::uint64_t present = 0;  // values in the window
  };

  [[nodiscard]] std::size_t present() const { return state_.present; }
  // What can be had in the window, at least three for a line and its error.
  [[nodiscard]] std::size_t needs() const {
    return std::max<std::size_t>(3, std::min(parameters_.min_points, longest_ / 2));
  }

  void Push(double value) {
    if (values_.size() == longest_) {
      state_.present -= std::isnan(values_.front()) ? 0 : 1;
      values_.erase(values_.begin());
    }
    values_.push_back(value);
    state_.present += std::isnan(value) ? 0 : 1;
    Fit();
  }
  void Fit() {
    if (present() >= needs()) line_ = LineOf(values_);
  }

  DetectorParameters parameters_;
  std::size_t longest_;
  Memory state_;
  std::vector<double> values_;  // scaled, oldest first, NaN where missing
  Line line_;
};

}  // namespace

std::unique_ptr<Detector> MakeTrendDetector(const DetectorParameters& parameters) {
  return std::make_unique<TrendDetector>(parameters);
}

}  // namespace warden::anomaly

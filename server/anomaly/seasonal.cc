// SPDX-License-Identifier: Apache-2.0
// Detector `seasonal`: expects what the time of the local day and week usually brings
// (slot_profile.h), within so many robust deviations of that hour. Formula: y = level + day + week
// + error, each part updated by a share of the cut error (recursive additive decomposition after
// Cleveland et al. 1990; the cut is Huber's, 1964). Good at load that goes by the clock, over
// changes of it; blind to trends faster than a day. Needs two days.
#include <algorithm>
#include <cmath>
#include <string>

#include "server/anomaly/makers.h"
#include "server/anomaly/slot_profile.h"
#include "server/anomaly/state_bytes.h"
#include "server/anomaly/timeline.h"

namespace warden::anomaly {
namespace {

class SeasonalDetector final : public Detector {
 public:
  explicit SeasonalDetector(const DetectorParameters& parameters) : parameters_(parameters) {}

  void Begin(Instant at, Duration step) override {
    state_.timeline.Begin(at, step);
    rates_ = Rates(state_.timeline.step);
  }

  void Learn(std::span<const double> history) override {
    state_ = {.timeline = state_.timeline};
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    const SlotProfile& profile = state_.profile;
    const std::size_t needs = std::max(parameters_.min_points, SlotProfile::PointsToSettle(rates_));
    if (profile.points < needs)
      return StillLearning(DetectorKind::kSeasonal, profile.points, needs);
    const LocalPlace place = state_.timeline.Place(parameters_.calendar.get());
    Expectation expectation;
    expectation.detector = DetectorKind::kSeasonal;
    expectation.is_known = true;
    expectation.is_constant = profile.is_constant();
    const double expected = profile.Expected(place, rates_);
    expectation.expected = state_.scaling.Back(expected);
    const double scale = state_.scaling.Back(profile.Scale(place));
    const double half_step = state_.scaling.Back(0.5 * profile.smallest_step);
    expectation.above = std::max(scale, LeastScale(half_step, expectation.expected, parameters_));
    expectation.below = expectation.above;
    expectation.confidence = ConfidenceOf(profile.points, needs);
    return expectation;
  }

  void Take(double value) override {
    if (std::isfinite(value)) {
      if (state_.profile.points == 0) state_.scaling = ScalingOf(value);
      const LocalPlace place = state_.timeline.Place(parameters_.calendar.get());
      state_.profile.Learn(state_.scaling.Bounded(value), place, rates_);
    }
    state_.timeline.Advance();
  }

  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    state_.timeline.at = at;
    return Detector::Step(value, at, judgement);
  }
  bool needs_refits() const override { return false; }
  std::string Save() const override { return BytesOf(state_); }
  bool Restore(std::string_view bytes) override {
    if (!FromBytes(bytes, state_)) return false;
    rates_ = Rates(state_.timeline.step);
    return true;
  }

 private:
  struct Memory {
    static constexpr std::uint32_t kVersion = 1;
    std::uint32_t version = kVersion;
    Scaling scaling = {};
    Timeline timeline = {};
    SlotProfile profile = {};
  };

  DetectorParameters parameters_;
  Rates rates_;
  Memory state_;
};

}  // namespace

std::unique_ptr<Detector> MakeSeasonalDetector(const DetectorParameters& parameters) {
  return std::make_unique<SeasonalDetector>(parameters);
}

}  // namespace warden::anomaly

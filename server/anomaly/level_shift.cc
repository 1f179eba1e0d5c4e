// SPDX-License-Identifier: Apache-2.0
// Detector `level_shift`: cumulative sums (Page 1954) of the distances from the usual value of the
// hour (slot_profile.h), in deviations z:
//
//   above = max(0, above + z - k),  below = max(0, below - z - k),  k = 0.5
//
// and an alarm where one passes h, four more than the threshold: at 8 that is once in 9,500 steps
// of white noise (Siegmund 1985), a month of five minutes, at 6.5 a week; z is divided by sqrt((1 +
// rho) / (1 - rho)) where neighbours are alike. So the band is what the sums leave: level
// + (h + k - above) deviations. A step adds at most kMost: a single far value is told, but is no
// shift. When a sum has passed h by such steps the level has moved by k + sum / steps (Page's
// estimate) and is followed from there. Good at lasting changes of any size; blind to spread.
#include <algorithm>
#include <cmath>
#include <string>

#include "server/anomaly/makers.h"
#include "server/anomaly/slot_profile.h"
#include "server/anomaly/state_bytes.h"
#include "server/anomaly/timeline.h"

namespace warden::anomaly {
namespace {

constexpr double kSlack = 0.5;
constexpr double kMost = 4;
constexpr double kFurthest = 50;  // of a distance in the estimate of a move
constexpr double kBeyond = 4;     // of h over the threshold
constexpr double kMostAlike = 0.95;

// One side's sum, and over how many steps and distances it grew.
struct Sum {
  double value = 0;
  double distances = 0;
  std::uint32_t steps = 0;

  void Add(double z) {
    value = std::max(0.0, value + std::clamp(z, -kMost, kMost) - kSlack);
    if (value == 0) {
      *this = {};
      return;
    }
    distances += std::clamp(z, -kFurthest, kFurthest);
    ++steps;
  }
};

class LevelShiftDetector final : public Detector {
 public:
  explicit LevelShiftDetector(const DetectorParameters& parameters) : parameters_(parameters) {}

  void Begin(Instant at, Duration step) override {
    state_.timeline.Begin(at, step);
    rates_ = Rates(state_.timeline.step);
  }

  void Learn(std::span<const double> history) override {
    state_ = {.timeline = state_.timeline};
    for (const double value : history) Take(value);
  }

  Expectation Expect() const override {
    if (state_.profile.points < Needs())
      return StillLearning(DetectorKind::kLevelShift, state_.profile.points, Needs());
    const double expected = state_.profile.Expected(Place(), rates_);
    Expectation expectation;
    expectation.detector = DetectorKind::kLevelShift;
    expectation.is_known = true;
    expectation.is_constant = state_.profile.is_constant();
    expectation.expected = state_.scaling.Back(expected);
    const double threshold = parameters_.judgement.threshold;
    const double deviation = state_.scaling.Back(Deviation(expected));
    const auto left = [&](const Sum& sum) {
      return deviation * std::max(kSlack, kBeyond + threshold + kSlack - sum.value) / threshold;
    };
    expectation.above = left(state_.above);
    expectation.below = left(state_.below);
    expectation.confidence = ConfidenceOf(state_.profile.points, Needs());
    return expectation;
  }

  void Take(double value) override {
    if (std::isfinite(value)) {
      if (state_.profile.points == 0) state_.scaling = ScalingOf(value);
      TakeScaled(state_.scaling.Bounded(value));
    }
    state_.timeline.Advance();
  }

  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    state_.timeline.at = at;
    const Sum& side = value >= Expect().expected ? state_.above : state_.below;
    const bool is_lasting = side.steps >= 1;
    const bool has_moved = state_.has_moved;
    Verdict verdict = Detector::Step(value, at, judgement);
    if (verdict.state == State::kFiring && is_lasting) verdict.kind = Kind::kLevelShift;
    if (!has_moved || verdict.state != State::kOk) return verdict;
    verdict.state = State::kShifted;
    verdict.kind = Kind::kLevelShift;
    verdict.reason = "the level has moved and is followed";
    return verdict;
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
    bool has_moved = false;  // by the value taken last
    Scaling scaling = {};
    Timeline timeline = {};
    SlotProfile profile = {};
    Sum above = {};
    Sum below = {};
    double last_z = 0;
    double product = 0;  // of neighbouring z, and their squares: decayed means
    double square = 1;
  };

  [[nodiscard]] std::size_t Needs() const {
    return std::max(parameters_.min_points, SlotProfile::PointsToSettle(rates_));
  }
  [[nodiscard]] LocalPlace Place() const {
    return state_.timeline.Place(parameters_.calendar.get());
  }
  // One deviation, as long as neighbours make it.
  [[nodiscard]] double Deviation(double expected) const {
    const double least = std::max({0.5 * state_.profile.smallest_step, 1e-3 * std::abs(expected),
                                   state_.scaling.Forward(parameters_.min_scale), 1e-300});
    const double alike = std::clamp(state_.product / state_.square, 0.0, kMostAlike);
    return std::max(state_.profile.Scale(Place()), least) * std::sqrt((1 + alike) / (1 - alike));
  }

  void TakeScaled(double value) {
    state_.has_moved = false;
    if (state_.profile.points >= Needs()) {
      const double expected = state_.profile.Expected(Place(), rates_);
      const double deviation = Deviation(expected);
      const double z = (value - expected) / deviation;
      state_.above.Add(z);
      state_.below.Add(-z);
      LearnLikeness(std::clamp(z, -kMost, kMost));
      const double most = kBeyond + parameters_.judgement.threshold;
      if (state_.above.value > most) Move(state_.above, deviation);
      if (state_.below.value > most) Move(state_.below, -deviation);
    }
    state_.profile.Learn(value, Place(), rates_);
  }

  void LearnLikeness(double z) {
    const double weight = std::max(rates_.day / 2, 1.0 / (state_.profile.points + 1.0));
    state_.product += weight * (z * state_.last_z - state_.product);
    state_.square += weight * (std::max(z * z, 1e-6) - state_.square);
    state_.last_z = z;
  }

  void Move(const Sum& sum, double deviation) {
    state_.profile.level += deviation * sum.distances / sum.steps;
    state_.above = state_.below = {};
    state_.last_z = 0;
    state_.has_moved = true;
  }

  DetectorParameters parameters_;
  Rates rates_;
  Memory state_;
};

}  // namespace

std::unique_ptr<Detector> MakeLevelShiftDetector(const DetectorParameters& parameters) {
  return std::make_unique<LevelShiftDetector>(parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// Detector `fatigue`: how worn a pattern is by its use. Values are uses per step (negative ones
// count as none). Usage decays exponentially and wears in proportion to what is left:
//
//   usage = 2^(-1 / half-life) usage + value,   fatigue = 1 - 2^(-usage / usual usage)
//
// with a half-life of a twelfth of `window` steps and the usual usage as the decayed mean of many
// windows. So fatigue is 0 of a pattern that rests, a half at its usual use, and below 1 always
// (the response to a leaky accumulation: Ebbinghaus' forgetting, exponential saturation). It fires
// above 0.8, critical from 0.9; the band is told in uses: what this step may bring on top of what
// is not yet forgotten. Only more than usual wears. finops/unit_models.h has another fatigue: of
// patterns whose single uses are reported at any time, held against a number of uses.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "server/anomaly/domain_checks.h"
#include "server/anomaly/makers.h"
#include "server/anomaly/scaling.h"
#include "server/anomaly/state_bytes.h"

namespace warden::anomaly {
namespace {

constexpr double kWarning = DomainCheckOf("fatigue")->limits[0];
constexpr double kCritical = DomainCheckOf("fatigue")->limits[2];
constexpr double kWindowsRemembered = 8;

// The usage, in usual ones, at which so much fatigue is reached.
double UsageAt(double fatigue) { return -std::log2(1 - fatigue); }
double FatigueOf(double usages) { return 1 - std::exp2(-usages); }

class FatigueDetector final : public Detector {
 public:
  explicit FatigueDetector(const DetectorParameters& parameters)
      : parameters_(parameters),
        fading_(std::exp2(-12 / std::max<double>(12, static_cast<double>(parameters.window)))),
        slow_(1 - std::exp2(-1 / (kWindowsRemembered * static_cast<double>(parameters.window)))) {}

  void Learn(std::span<const double> history) override {
    state_ = {};
    for (const double value : history) Take(value);
  }

  // Of the next step's uses; one deviation above is what leads to the warning.
  Expectation Expect() const override {
    if (state_.points < parameters_.min_points)
      return StillLearning(DetectorKind::kFatigue, state_.points, parameters_.min_points);
    Expectation expectation;
    expectation.detector = DetectorKind::kFatigue;
    expectation.is_known = true;
    expectation.expected = state_.scaling.Back(state_.mean);
    expectation.above =
        std::max(0.0, Limit() - expectation.expected) / parameters_.judgement.threshold;
    expectation.below = expectation.expected / parameters_.judgement.threshold;
    expectation.confidence = ConfidenceOf(state_.points, parameters_.min_points);
    return expectation;
  }

  void Take(double value) override {
    if (!std::isfinite(value)) {
      state_.usage *= fading_;
      return;
    }
    if (!state_.has_scaling && value > 0) {
      state_.scaling = ScalingOf(value);
      state_.has_scaling = true;
    }
    const double scaled = std::max(0.0, state_.scaling.Bounded(value));
    // Uses beyond all measure wear, but do not become usual.
    const double n = state_.points++;
    const double usual =
        n < static_cast<double>(parameters_.min_points)
            ? scaled
            : std::min(scaled, std::max(state_.mean, state_.scaling.Forward(Limit())));
    state_.usage = fading_ * state_.usage + std::min(scaled, 4 * std::max(usual, Usual()));
    state_.mean += std::max(slow_, 1 / (n + 1)) * (usual - state_.mean);
  }

  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    const Expectation expectation = Expect();
    Verdict verdict = Judge(expectation, value, at, judgement);
    const bool is_judged = expectation.is_known && std::isfinite(value);
    if (is_judged) Fill(verdict, value, Worn(value));
    Take(value);
    return verdict;
  }
  bool needs_refits() const override { return false; }
  std::string Save() const override { return BytesOf(state_); }
  bool Restore(std::string_view bytes) override { return FromBytes(bytes, state_); }

 private:
  struct Memory {
    static constexpr std::uint32_t kVersion = 1;
    std::uint32_t version = kVersion;
    std::uint32_t points = 0;
    Scaling scaling;
    bool has_scaling = false;
    double usage = 0;  // scaled
    double mean = 0;   // of the uses a step, scaled
  };

  // What the usage comes to when every step brings the mean.
  [[nodiscard]] double Usual() const { return state_.mean / (1 - fading_); }
  // Uses in this step that lead to the warning; in the series' unit.
  [[nodiscard]] double Limit() const {
    return state_.scaling.Back(std::max(0.0, UsageAt(kWarning) * Usual() - fading_ * state_.usage));
  }
  [[nodiscard]] double Worn(double value) const {
    if (Usual() <= 0) return value > 0 ? FatigueOf(1) : 0;
    const double scaled = std::max(0.0, state_.scaling.Bounded(value));
    return FatigueOf((fading_ * state_.usage + scaled) / Usual());
  }

  static void Fill(Verdict& verdict, double value, double fatigue) {
    // No use, and less than none, is never outside.
    verdict.lower = std::min({0.0, value, verdict.expected});
    verdict.upper = std::max({verdict.upper, verdict.expected, 0.0});
    const bool is_worn = fatigue > kWarning;
    if ((value > verdict.upper) != is_worn)
      verdict.upper = is_worn ? std::nextafter(value, -INFINITY) : value;
    // Worn before: what would be usual is too much now.
    verdict.expected = std::min(verdict.expected, verdict.upper);
    verdict.lower = std::min(verdict.lower, verdict.upper);
    verdict.score = std::min(fatigue / (fatigue + kWarning), std::nextafter(1.0, 0.0));
    verdict.news = verdict.score;
    verdict.state = is_worn ? State::kFiring : State::kOk;
    verdict.kind = is_worn ? Kind::kDrift : Kind::kNone;
    verdict.severity = fatigue >= kCritical ? Severity::kCritical
                       : is_worn            ? Severity::kMedium
                                            : Severity::kNone;
    verdict.reason.clear();
    if (!is_worn) return;
    char text[80];
    std::snprintf(text, sizeof text, "worn to %.2f of 1 by its use, with %.4g now", fatigue, value);
    verdict.reason = text;
  }

  DetectorParameters parameters_;
  double fading_;
  double slow_;
  Memory state_;
};

}  // namespace

std::unique_ptr<Detector> MakeFatigueDetector(const DetectorParameters& parameters) {
  return std::make_unique<FatigueDetector>(parameters);
}

}  // namespace warden::anomaly

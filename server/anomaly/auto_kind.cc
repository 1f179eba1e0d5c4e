// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_kind.h"

#include <cmath>

#include "server/anomaly/number_text.h"

namespace warden::anomaly {
namespace {

double At(const Surprise& surprise, Channel channel) {
  return surprise.values[static_cast<std::size_t>(channel)];
}

// Whether the distance from the profile grew over the ring, rather than came at once.
bool IsGradual(const AutoState& state) {
  constexpr std::size_t kThird = kRing / 3;
  double thirds[3] = {};
  for (std::size_t i = 0; i < kRing; ++i)
    thirds[i / kThird] += state.profiles[(state.ring_at + i) % kRing];
  const double first = std::abs(thirds[0]);
  const double second = std::abs(thirds[1]);
  const double third = std::abs(thirds[2]);
  return first * 1.2 < second && second * 1.2 < third && second > 0.3 * third &&
         thirds[1] * thirds[2] > 0;
}

}  // namespace

Kind KindOf(const Surprise& surprise, const AutoState& state) {
  constexpr double kLasting = 4;  // the sum over 12 steps of one value of 14 deviations
  if (surprise.strongest == Channel::kSpread) return Kind::kVariance;
  const double of_12 = std::abs(At(surprise, Channel::kProfileOf12));
  const bool lasts = surprise.strongest == Channel::kProfileOf12 ||
                     surprise.strongest == Channel::kProfileOf36 ||
                     (of_12 > kLasting && of_12 > std::abs(At(surprise, Channel::kProfile)));
  if (lasts) return IsGradual(state) ? Kind::kDrift : Kind::kLevelShift;
  return surprise.is_above ? Kind::kSpike : Kind::kDrop;
}

// Abramowitz & Stegun 26.2.23, within 4.5e-4.
double NormalOf(double decades) {
  constexpr double kTwoSided = 0.30102999566398120;
  constexpr double kNatural = 2.302585092994046;
  const double t = std::sqrt(2 * kNatural * (decades + kTwoSided));
  const double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                           (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return std::max(0.0, z);
}

std::string Describe(const Verdict& verdict) {
  const std::string range =
      std::isfinite(verdict.lower) && std::isfinite(verdict.upper)
          ? " (normal: " + Number(verdict.lower) + " to " + Number(verdict.upper) + ")"
          : "";
  const std::string expected = " the expected " + Number(verdict.expected) + range;
  switch (verdict.kind) {
    case Kind::kFlatline:
      return "the value has stayed at " + Number(verdict.observed) + " for unusually long";
    case Kind::kVariance:
      return "the values scatter more than usual around" + expected;
    case Kind::kLevelShift:
    case Kind::kDrift:
      return std::string(verdict.kind == Kind::kDrift ? "drifting" : "for a while") +
             (verdict.z > 0 ? " above" : " below") + expected + ", now " + Number(verdict.observed);
    default:
      return Number(verdict.observed) + " is " + Number(std::abs(verdict.deviation)) +
             " deviations " + (verdict.z > 0 ? "above" : "below") + expected;
  }
}

void AgreeWithBand(Verdict& verdict, bool is_anomalous) {
  const double value = verdict.observed;
  const bool is_inside = value >= verdict.lower && value <= verdict.upper;
  if (is_inside != is_anomalous) return;
  if (!is_anomalous) {
    (value < verdict.lower ? verdict.lower : verdict.upper) = value;
  } else if (value >= verdict.expected) {
    verdict.upper = std::nextafter(value, -INFINITY);
  } else {
    verdict.lower = std::nextafter(value, INFINITY);
  }
}

}  // namespace warden::anomaly

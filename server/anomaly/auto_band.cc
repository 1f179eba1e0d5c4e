// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_band.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace warden::anomaly {
namespace {

constexpr double kNarrowest = 1e-3;
constexpr double kWidest = 1e6;
constexpr int kMostSteps = 40;
constexpr double kClose = 0.06;  // decades: about a hundredth of the width
// So many decades are gained by a width of e times as much, as a rule and at least.
constexpr double kSteep = 3;
constexpr double kFlattest = 0.5;
constexpr double kLongestStep = 0.4;
constexpr int kNewtonSteps = 4;

// Newton's steps in the logarithm of the width, from where the last band ended: mostly one or two
// will do. Where `width` ends, and how far from the threshold that is.
struct Near {
  double width = 0;
  double over = 0;
};
template <class Over>
Near NearCrossing(const Over& over, double guess) {
  Near near{guess, over(guess)};
  double slope = kSteep;
  for (int step = 0; step < kNewtonSteps && std::abs(near.over) >= kClose; ++step) {
    const double by = std::clamp(-near.over / slope, -kLongestStep, kLongestStep);
    const double width = near.width * std::exp(by);
    const double at = over(width);
    slope = std::max(kFlattest, (at - near.over) / by);
    near = {width, at};
  }
  return near;
}

// The distance from the expected value, in scales, at which the threshold is crossed; none when it
// is crossed however close.
std::optional<double> Crossing(const Evidence& evidence, const Outlook& forecast, double threshold,
                               double side, double guess) {
  const auto over = [&](double width) {
    return evidence.DecadesOf(forecast.expected + side * width * forecast.scale) - threshold;
  };
  const Near near = NearCrossing(over, guess);
  if (std::abs(near.over) < kClose) return near.width;
  guess = near.width;
  double low = near.over;
  double inside = guess;
  double outside = guess;
  double high = low;
  for (double factor = 1.15; low >= 0 && inside > kNarrowest; factor *= factor) {
    outside = inside;
    high = low;
    inside /= factor;
    low = over(inside);
  }
  if (low >= 0) return std::nullopt;
  for (double factor = 1.15; high < 0 && outside < kWidest; factor *= factor) {
    inside = outside;
    low = high;
    outside *= factor;
    high = over(outside);
  }
  if (high < 0) return outside;
  double width = outside;
  for (int step = 0; step < kMostSteps && high - low > 1e-9; ++step) {
    const double share = std::clamp(-low / (high - low), 0.05, 0.95);
    width = inside + share * (outside - inside);
    const double at = over(width);
    if (std::abs(at) < kClose || outside - inside < kNarrowest * outside) break;
    (at < 0 ? inside : outside) = width;
    (at < 0 ? low : high) = at;
  }
  return width;
}

}  // namespace

Band BandOf(const Evidence& evidence, const Outlook& forecast, double threshold, float& above,
            float& below) {
  Band band;
  const auto edge = [&](double side, float& width) {
    const double guess = std::clamp(static_cast<double>(width), 0.5, 1e4);
    auto found = Crossing(evidence, forecast, threshold, side, guess);
    if (!found) {
      band.holds = false;
      found = Crossing(evidence.WithoutPast(), forecast, threshold, side, guess);
    }
    const double distance = found.value_or(1);
    width = static_cast<float>(distance);
    return forecast.expected + side * distance * forecast.scale;
  };
  band.upper = edge(1, above);
  band.lower = edge(-1, below);
  return band;
}

}  // namespace warden::anomaly

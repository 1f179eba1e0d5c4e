// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/backtest.h"

#include <algorithm>

namespace warden::anomaly {
namespace {

// A model is fitted again when its history has grown by this share.
constexpr double kGrowth = 1.25;
constexpr std::size_t kFirstFit = 30;

}  // namespace

std::vector<Verdict> Backtest(std::span<const Point> points, DetectorKind kind,
                              const DetectorParameters& parameters, Duration step) {
  if (step <= Duration{0}) step = MedianStep(points);
  const std::unique_ptr<Detector> detector = MakeDetector(kind, parameters);
  std::vector<Verdict> verdicts;
  verdicts.reserve(points.size());
  std::vector<double> seen;
  std::size_t next_fit = kFirstFit;
  if (!points.empty()) detector->Begin(points.front().at, step);
  for (const Point& point : points) {
    if (detector->needs_refits() && seen.size() >= next_fit) {
      detector->Learn(seen);
      next_fit = static_cast<std::size_t>(static_cast<double>(seen.size()) * kGrowth) + 1;
    }
    verdicts.push_back(detector->Step(point.value, point.at, parameters.judgement));
    seen.push_back(point.value);
  }
  return verdicts;
}

}  // namespace warden::anomaly

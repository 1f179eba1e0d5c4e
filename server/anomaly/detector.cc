// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/detector.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "server/anomaly/domain_checks.h"
#include "server/anomaly/makers.h"

namespace warden::anomaly {
namespace {

// Ordinary values must pass undamped, however narrow the band: else the band would shrink further
// and further.
constexpr double kLeastDamping = 4;

double Within(double value, double least, double most) {
  return std::isnan(value) ? least : std::clamp(value, least, most);
}

DetectorParameters Valid(DetectorParameters p) {
  p.period = std::clamp<std::size_t>(p.period, 1, kLongestSeries);
  p.min_points = std::clamp<std::size_t>(p.min_points, 2, kLongestSeries);
  p.window = std::clamp<std::size_t>(p.window, p.min_points, kLongestSeries);
  for (std::optional<double>* smoothing : {&p.alpha, &p.beta, &p.gamma}) {
    if (*smoothing) *smoothing = Within(**smoothing, 1e-6, 1);
  }
  p.lower_percentile = Within(p.lower_percentile, 0, 49.5);
  p.upper_percentile = Within(p.upper_percentile, 50.5, 100);
  p.min_scale = Within(p.min_scale, 0, 1e300);
  Judgement& j = p.judgement;
  j.threshold = Within(j.threshold, 0.1, 1e6);
  j.min_deviation = Within(j.min_deviation, 0, 1e300);
  j.min_relative_deviation = Within(j.min_relative_deviation, 0, 1e6);
  return p;
}

}  // namespace

std::unique_ptr<Detector> MakeDetector(DetectorKind kind, const DetectorParameters& parameters) {
  const DetectorParameters valid = Valid(parameters);
  if (valid.domain != nullptr) return MakeDomainDetector(*valid.domain, valid);
  switch (kind) {
#define DETECTOR(kind, name)  \
  case DetectorKind::k##kind: \
    return Make##kind##Detector(valid);
#include "server/anomaly/detectors.def"
#undef DETECTOR
  }
  return nullptr;
}

Verdict Detector::Step(double value, Instant at, const Judgement& judgement) {
  Verdict verdict = Judge(Expect(), value, at, judgement);
  Take(value);
  return verdict;
}

std::vector<Verdict> Check(const EvenSeries& series, DetectorKind kind,
                           const DetectorParameters& parameters, std::size_t judged) {
  const std::span<const double> values = series.values;
  if (values.empty()) {
    Verdict verdict;
    verdict.detector = kind;
    verdict.reason = "the query returned no points";
    return {verdict};
  }
  const std::size_t known = values.size() - std::min(judged, values.size());
  const std::unique_ptr<Detector> detector = MakeDetector(kind, parameters);
  const Judgement judgement = Valid(parameters).judgement;
  detector->Begin(series.start, series.step);
  detector->Learn(values.first(known));
  detector->Begin(series.At(known), series.step);
  std::vector<Verdict> verdicts;
  for (std::size_t i = known; i < values.size(); ++i) {
    verdicts.push_back(detector->Step(values[i], series.At(i), judgement));
  }
  return verdicts;
}

double LeastScale(double half_smallest_step, double level, const DetectorParameters& parameters) {
  return std::max({half_smallest_step, 1e-3 * std::abs(level), parameters.min_scale});
}

double ConfidenceOf(std::size_t points, std::size_t fewest) {
  return static_cast<double>(points) / static_cast<double>(points + fewest);
}

Expectation StillLearning(DetectorKind kind, std::size_t has, std::size_t needs) {
  Expectation expectation;
  expectation.detector = kind;
  expectation.note = std::string(Name(kind)) + " needs " + std::to_string(needs) +
                     " points and has " + std::to_string(has);
  return expectation;
}

double Damped(double value, const Expectation& expectation, const DetectorParameters& parameters) {
  if (!expectation.is_known) return value;
  const double edge = std::max(parameters.judgement.threshold, kLeastDamping);
  const double lower = expectation.expected - edge * expectation.below;
  const double upper = expectation.expected + edge * expectation.above;
  if (expectation.is_constant || !std::isfinite(lower) || !std::isfinite(upper)) return value;
  return std::clamp(value, lower, upper);
}

}  // namespace warden::anomaly

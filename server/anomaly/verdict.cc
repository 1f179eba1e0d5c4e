// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/verdict.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/anomaly/number_text.h"

namespace warden::anomaly {
namespace {

// A change after a constant history is never more than this many thresholds.
constexpr double kMostOfConstant = 1.25;

Severity SeverityOf(double thresholds) {
  if (thresholds >= 3) return Severity::kCritical;
  if (thresholds >= 2) return Severity::kHigh;
  if (thresholds >= 1.5) return Severity::kMedium;
  return thresholds > 1 ? Severity::kLow : Severity::kNone;
}

std::string Describe(const Verdict& verdict, const Expectation& expectation) {
  std::string text = Number(verdict.observed);
  if (expectation.is_constant) {
    return text + " after a history that was always " + Number(verdict.expected);
  }
  text += " is " + Number(std::abs(verdict.deviation)) + " deviations ";
  text += verdict.deviation > 0 ? "above" : "below";
  text += " the expected " + Number(verdict.expected) + " (normal: " + Number(verdict.lower) +
          " to " + Number(verdict.upper) + ")";
  return text;
}

Verdict Unjudged(State state, std::string reason, Verdict verdict) {
  verdict.state = state;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace

std::string_view Name(DetectorKind kind) {
  switch (kind) {
#define DETECTOR(kind, name)  \
  case DetectorKind::k##kind: \
    return name;
#include "server/anomaly/detectors.def"
#undef DETECTOR
  }
  return "";
}

std::optional<DetectorKind> DetectorKindOf(std::string_view text) {
#define DETECTOR(kind, name) \
  if (text == (name)) return DetectorKind::k##kind;
#include "server/anomaly/detectors.def"
#undef DETECTOR
  return std::nullopt;
}

std::string_view DetectorName(const Verdict& verdict) {
  return verdict.check.empty() ? Name(verdict.detector) : verdict.check;
}

std::string_view Name(State state) {
  switch (state) {
    case State::kLearning:
      return "learning";
    case State::kGap:
      return "gap";
    case State::kOk:
      return "ok";
    case State::kSuspect:
      return "suspect";
    case State::kFiring:
      return "firing";
    case State::kShifted:
      return "shifted";
    case State::kStale:
      return "stale";
  }
  return "";
}

std::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kNone:
      return "none";
    case Kind::kSpike:
      return "spike";
    case Kind::kDrop:
      return "drop";
    case Kind::kLevelShift:
      return "level_shift";
    case Kind::kDrift:
      return "drift";
    case Kind::kFlatline:
      return "flatline";
    case Kind::kMissing:
      return "missing";
    case Kind::kVariance:
      return "variance";
  }
  return "";
}

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kNone:
      return "none";
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
    case Severity::kCritical:
      return "critical";
  }
  return "";
}

Verdict Judge(const Expectation& expectation, double observed, Instant at,
              const Judgement& judgement) {
  Verdict verdict;
  verdict.at = at;
  verdict.detector = expectation.detector;
  verdict.observed = observed;
  if (!expectation.is_known) {
    return Unjudged(State::kLearning, expectation.note, std::move(verdict));
  }
  verdict.expected = expectation.expected;
  verdict.confidence = expectation.confidence;
  const double least = std::max(judgement.min_deviation,
                                judgement.min_relative_deviation * std::abs(expectation.expected));
  const double below = std::max(judgement.threshold * expectation.below, least);
  const double above = std::max(judgement.threshold * expectation.above, least);
  verdict.lower = expectation.expected - below;
  verdict.upper = expectation.expected + above;
  if (!std::isfinite(verdict.lower) || !std::isfinite(verdict.upper)) {
    verdict.expected = verdict.lower = verdict.upper = kUnknown;
    return Unjudged(State::kLearning, "values are too large to compute with", std::move(verdict));
  }
  if (!std::isfinite(observed)) {
    return Unjudged(State::kGap, "there is no value at this time", std::move(verdict));
  }
  const double distance = observed - expectation.expected;
  const double edge = distance < 0 ? below : above;
  double thresholds = 0;  // 1 at the edge
  if (distance != 0) {
    thresholds = edge > 0 ? std::abs(distance) / edge : std::numeric_limits<double>::infinity();
  }
  if (expectation.is_constant) thresholds = std::min(thresholds, kMostOfConstant);
  thresholds = std::min(thresholds, 1e6);
  verdict.deviation = std::copysign(thresholds * judgement.threshold, distance);
  const bool unwatched = (judgement.direction == Direction::kAbove && distance < 0) ||
                         (judgement.direction == Direction::kBelow && distance > 0);
  verdict.reason = expectation.note;
  if (unwatched && thresholds > 1) {
    verdict.state = State::kOk;
    if (!verdict.reason.empty()) verdict.reason += "; ";
    verdict.reason += Describe(verdict, expectation) + ", but only the other direction is watched";
    return verdict;
  }
  verdict.score = thresholds / (1 + thresholds);
  verdict.news = verdict.score;
  verdict.z = verdict.deviation;
  verdict.severity = SeverityOf(thresholds);
  verdict.state = thresholds > 1 ? State::kFiring : State::kOk;
  if (verdict.state == State::kFiring) {
    verdict.kind = distance > 0 ? Kind::kSpike : Kind::kDrop;
    const std::string what = Describe(verdict, expectation);
    verdict.reason = verdict.reason.empty() ? what : what + "; " + verdict.reason;
  }
  return verdict;
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// What a detector says about one value, and the one place where an expectation and a value become a
// verdict.
//
//   deviation = (observed - expected) / one robust deviation of that side, floored by the minimum
//   score     = |deviation| / (|deviation| + threshold): 0..1, 0.5 at the band's edge, never 1
//   severity  = low at the edge, medium from 1.5, high from 2, critical from 3 times the threshold
//
// So "outside the band", "score above 0.5" and "anomalous" are the same statement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.h"

namespace warden::anomaly {

enum class DetectorKind : std::uint8_t {
#define DETECTOR(kind, name) k##kind,
#include "server/anomaly/detectors.def"
#undef DETECTOR
};
inline constexpr DetectorKind kDefaultDetector = DetectorKind::kAuto;
[[nodiscard]] std::string_view Name(DetectorKind kind);
[[nodiscard]] std::optional<DetectorKind> DetectorKindOf(std::string_view name);

enum class State : std::uint8_t {
  kLearning,  // not enough history: nothing said
  kGap,       // no value to judge
  kOk,
  kSuspect,  // unusual, not enough for an alert
  kFiring,   // beyond the band, or in an episode that was told
  kShifted,  // the level has moved and is followed
  kStale,    // no value, and those before were repeats: its source fell silent earlier
};
[[nodiscard]] std::string_view Name(State state);
[[nodiscard]] constexpr bool IsAnomalous(State state) { return state == State::kFiring; }
// Neither normal nor anomalous: no value, or too few before it.
[[nodiscard]] constexpr bool IsUnjudged(State state) {
  return state == State::kLearning || state == State::kGap || state == State::kStale;
}

// What an unusual value is.
enum class Kind : std::uint8_t {
  kNone,
  kSpike,
  kDrop,
  kLevelShift,
  kDrift,
  kFlatline,
  kMissing,
  kVariance,
};
[[nodiscard]] std::string_view Name(Kind kind);

enum class Severity : std::uint8_t { kNone, kLow, kMedium, kHigh, kCritical };
[[nodiscard]] std::string_view Name(Severity severity);

enum class Direction : std::uint8_t { kBoth, kAbove, kBelow };

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Verdict {
  Instant at;
  State state = State::kLearning;
  DetectorKind detector{};  // the one that was used, which may be a fallback
  std::string_view check;   // the domain check that held its limits against it; empty: none
  Severity severity = Severity::kNone;
  double observed = kUnknown;
  double expected = kUnknown;
  double lower = kUnknown;  // the band: values beyond it are anomalous
  double upper = kUnknown;
  // How unusual the value is: 0.5 at the band's edge, through a whole episode.
  double score = 0;
  // How much of an alert it is: the score where an event begins or outgrows what was told of it, 0
  // where it was told before. 0.5 is exactly where the alerts cost their budget, so those at 0.5 or
  // more are the alerts. Detectors that know no budget do not tell the two apart.
  double news = 0;
  Kind kind = Kind::kNone;
  double deviation = 0;   // signed, in robust standard deviations
  double z = 0;           // signed: deviations of a normal distribution that are as unlikely
  double confidence = 0;  // 0..1: how much history stands behind the expectation
  std::string reason;     // one sentence without a full stop; empty when simply ok
};

// As a user would name what judged.
[[nodiscard]] std::string_view DetectorName(const Verdict& verdict);

// What a detector expects of the next value.
struct Expectation {
  DetectorKind detector{};
  bool is_known = false;     // false: still learning, `note` says what is missing
  bool is_constant = false;  // history never moved: how unusual a change is cannot be told
  double expected = 0;
  double below = 0;  // one deviation on each side, not negative
  double above = 0;
  double confidence = 0;
  std::string note;  // why learning, or why a fallback was used
};

struct Judgement {
  // Deviations at the band's edge; normal residuals cross 4 twice in 30,000 points.
  double threshold = 4;
  double min_deviation = 0;           // absolute: smaller differences are never anomalous
  double min_relative_deviation = 0;  // the same, as a share of |expected|
  Direction direction = Direction::kBoth;
  // Values outside are always anomalous.
  double range_min = -std::numeric_limits<double>::infinity();
  double range_max = std::numeric_limits<double>::infinity();
  double alert_budget = 1.0 / 30;  // auto: alerts a day that a series may cost
};

// `observed` NaN gives kGap, an expectation that is not known kLearning.
[[nodiscard]] Verdict Judge(const Expectation& expectation, double observed, Instant at,
                            const Judgement& judgement);

}  // namespace warden::anomaly

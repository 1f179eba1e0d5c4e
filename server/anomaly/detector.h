// SPDX-License-Identifier: Apache-2.0
// A detector learns from a history and then, step by step, says what it expects next and takes in
// what came:
//
//   history ──Learn──▶ [Expect ──▶ Judge(value) ──▶ Take(value)]*
//
// What it expects never depends on the value being judged. Values far outside what was expected are
// taken in damped, so that an incident does not become the new normal at once. A missing value
// (NaN) lets time pass. Detectors are pure: no clock, no I/O, equal input gives equal output.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/calendar.h"
#include "server/anomaly/series.h"
#include "server/anomaly/verdict.h"

namespace warden::anomaly {

struct DomainCheck;

struct DetectorParameters {
  std::size_t period = 288;  // holt_winters: points per season
  // zscore, mad, rolling_percentile, trend: points looked back on; fatigue halves in a twelfth
  std::size_t window = 288;
  std::size_t min_points = 100;  // with fewer the detector says nothing
  // Smoothing held fixed, 0..1; not set: fitted by holt_winters, 0.1 for ewma (which only has
  // alpha).
  std::optional<double> alpha;
  std::optional<double> beta;
  std::optional<double> gamma;
  double lower_percentile = 1;   // rolling_percentile, 0..50
  double upper_percentile = 99;  // rolling_percentile, 50..100
  double min_scale = 0;          // the smallest deviation ever assumed, in the series' unit
  std::shared_ptr<const Calendar> calendar;  // auto, seasonal: none is UTC without holidays
  // Fixed limits instead of deviations (domain_checks.h): then it is its detector that is made.
  // Null: none. Borrowed for as long as the program runs.
  const DomainCheck* domain = nullptr;
  Judgement judgement;
};

class Detector {
 public:
  virtual ~Detector() = default;
  // When the first value that Learn or Take will see was taken, and the distance of neighbours; may
  // be told again before any value. Most know no calendar and ignore it.
  virtual void Begin(Instant /*at*/, Duration /*step*/) {}
  // Forgets what it knew. Gaps are NaN.
  virtual void Learn(std::span<const double> history) = 0;
  [[nodiscard]] virtual Expectation Expect() const = 0;
  virtual void Take(double value) = 0;
  // Whether Learn knows more than the same values given to Take: true where a model is fitted.
  [[nodiscard]] virtual bool needs_refits() const { return true; }
  // The state as bytes, for Restore of a detector of the same kind and parameters, which then goes
  // on as this one; empty: has no such form, and is to Learn again.
  [[nodiscard]] virtual std::string Save() const { return {}; }
  // False, and unchanged, when the bytes are not of this kind and version.
  [[nodiscard]] virtual bool Restore(std::string_view /*bytes*/) { return false; }
  // Judges one value and takes it in.
  [[nodiscard]] virtual Verdict Step(double value, Instant at, const Judgement& judgement);
};

// holt_winters' fallback speaks on so few points.
inline constexpr std::size_t kFewestPoints = 30;

// Impossible parameters (period 0, alpha outside 0..1 …) are moved to the nearest valid ones.
[[nodiscard]] std::unique_ptr<Detector> MakeDetector(DetectorKind kind,
                                                     const DetectorParameters& parameters);

// Learns from all but the last `judged` steps and judges those, oldest first. Never more verdicts
// than steps; when there is no step at all, one verdict in state kLearning with the reason.
[[nodiscard]] std::vector<Verdict> Check(const EvenSeries& series, DetectorKind kind,
                                         const DetectorParameters& parameters,
                                         std::size_t judged = 1);

// ---- For detectors ----

// A deviation is never taken to be smaller than this: half the series' smallest step, a thousandth
// of its level, and what the user set. 0 only for a series that was always 0.
[[nodiscard]] double LeastScale(double half_smallest_step, double level,
                                const DetectorParameters& parameters);

// points / (points + fewest): half when the least is there, towards 1 with more.
[[nodiscard]] double ConfidenceOf(std::size_t points, std::size_t fewest);

// An expectation that says how many points are missing.
[[nodiscard]] Expectation StillLearning(DetectorKind kind, std::size_t has, std::size_t needs);

// `value`, or the nearest edge of the band (of four deviations, where the band is narrower) when it
// lies outside.
[[nodiscard]] double Damped(double value, const Expectation& expectation,
                            const DetectorParameters& parameters);

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "server/anomaly/auto_band.h"
#include "server/anomaly/auto_budget.h"
#include "server/anomaly/auto_kind.h"
#include "server/anomaly/auto_shift.h"

namespace warden::anomaly {
namespace {

constexpr double kFlaggedWeight = 0.25;
// Of a series known for so many days: seconds of an incident, and the share learned from them.
constexpr double kKnownDays = 21;
constexpr double kIncident = 7200;
constexpr double kIncidentShare = 0.1;
constexpr std::uint32_t kFirstTails = 10;  // values before the scales mean something
constexpr std::uint32_t kWarmAgain = 30;   // values after a gap of a season
constexpr double kSeldomRepeats = 0.1;     // share of steps without a change of a series that moves
constexpr double kPerRepeat = 0.1;         // a repeated value is never less likely than this
constexpr double kGated = 0.9;             // share of the threshold that a gated value reaches
constexpr std::uint32_t kCalm = 3;         // steps in a row that end an episode
constexpr double kCalmProfile = 2;
constexpr double kCalmStep = 3;
// Of what false alarms of a poorer profile raised the threshold by.
constexpr float kStillOwed = 0.8F;

double SecondsOf(Instant at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

bool IsNumber(double value) { return std::isfinite(value); }

// The nearest number, for bands around values at the end of the double range.
double Finite(double value) {
  constexpr double kMost = std::numeric_limits<double>::max();
  return std::clamp(value, -kMost, kMost);
}

}  // namespace

AutoEngine::AutoEngine(const DetectorParameters& parameters) : parameters_(parameters) { Forget(); }

void AutoEngine::SetStep(Duration step) {
  if (step > Duration{0}) rates_ = Rates(step);
}

void AutoEngine::Forget() {
  state_ = {};
  for (auto& sides : state_.tails) {
    for (auto& tail : sides) tail.Reset();
  }
}

// The first value says about how large values are.
void AutoEngine::First(double value) {
  state_.scaling = ScalingOf(value);
  const double scaled = state_.scaling.Forward(value);
  state_.level = state_.mean = state_.smooth = state_.last = scaled;
  state_.minimum = state_.maximum = scaled;
}

double AutoEngine::MinScale() const {
  return std::ldexp(parameters_.min_scale, -state_.scaling.exponent);
}

// Values in a row that were equal, beyond the longest such run so far, each less likely by the
// share of steps without a change. At the ends of the range it is the range that holds them.
double AutoEngine::FlatDecades(double value) const {
  if (value != state_.last || state_.points < rates_.per_day || value <= state_.minimum ||
      value >= state_.maximum || state_.run <= state_.longest_run)
    return 0;
  const double likely = std::max(kPerRepeat, static_cast<double>(state_.repeats));
  return -std::log10(likely) * static_cast<double>(state_.run - state_.longest_run);
}

void AutoEngine::CountRun(double value) {
  const bool repeats = state_.points > 0 && value == state_.last;
  const double weight = std::max(rates_.day / 5, 1.0 / (state_.points + 1.0));
  state_.repeats += static_cast<float>(weight * ((repeats ? 1 : 0) - state_.repeats));
  if (repeats) {
    ++state_.run;
    return;
  }
  state_.longest_run = std::max(state_.longest_run, state_.run);
  state_.run = 0;
}

// What is missing was missing for so long that the last values say nothing any more.
bool AutoEngine::BridgeGap(double value, double seconds) {
  const double steps = (seconds - state_.last_at) / rates_.step;
  if (steps <= kShortGap + 0.5) return false;
  state_.last = state_.smooth = value;
  state_.recent = 0;
  state_.steps.fill(0);
  state_.profiles.fill(0);
  state_.run = 0;
  state_.episode_points = 0;
  if (steps > rates_.per_day) state_.warm_left = kWarmAgain;
  return true;
}

Verdict AutoEngine::Step(double observed, Instant at, Bands bands) {
  Verdict verdict;
  verdict.at = at;
  verdict.detector = DetectorKind::kAuto;
  verdict.observed = observed;
  const double seconds = SecondsOf(at);
  if (!IsNumber(observed)) return Missing(std::move(verdict), bands);
  if (state_.points > 0 && seconds <= state_.last_at) {
    AutoEngine copy = *this;  // nothing is to change
    verdict = copy.Missing(std::move(verdict), bands);
    verdict.state = State::kGap;
    verdict.kind = Kind::kNone;
    verdict.reason = "not later than the value before it, so not taken in";
    return verdict;
  }
  if (state_.points == 0) First(observed);
  const double value = state_.scaling.Bounded(observed);
  const bool after_gap = state_.points > 0 && BridgeGap(value, seconds);
  const LocalPlace place = PlaceOf(at, parameters_.calendar.get());
  Outlook forecast = OutlookOf(state_, rates_, place, MinScale());
  const bool is_judged = state_.points >= kFewest && state_.warm_left == 0 && !after_gap;
  const bool returned = is_judged && FollowReturn(state_, rates_, forecast, value);
  if (returned) forecast = OutlookOf(state_, rates_, place, MinScale());
  const Evidence evidence(state_, forecast);
  const double threshold = ThresholdOf(state_, rates_, parameters_.judgement.alert_budget);
  Surprise surprise = evidence.Of(value);
  if (!is_judged) {
    surprise.decades = 0;
    verdict.state = after_gap ? State::kGap : State::kLearning;
    verdict.reason =
        after_gap ? "the first value after a gap"
        : state_.warm_left > 0
            ? "auto judges again after " + std::to_string(state_.warm_left) + " more values"
            : "auto needs " + std::to_string(kFewest) + " values and has " +
                  std::to_string(state_.points);
  }
  const bool band_holds = Fill(verdict, forecast, evidence, threshold, bands);
  const double decades = is_judged ? Judge(verdict, surprise, value, threshold) : 0;
  const bool is_anomalous = decades >= threshold;
  if (is_judged && IsNumber(verdict.lower) && (band_holds || !is_anomalous))
    AgreeWithBand(verdict, is_anomalous);
  if (returned) {
    state_.peak = std::max(state_.peak, static_cast<float>(decades));
    verdict.state = State::kShifted;
    verdict.reason = "back at the level of before";
  }
  const double news = TakeNews(state_, decades, threshold);
  verdict.news = news / (news + threshold);
  if (is_judged) CountStep(state_, rates_, parameters_.judgement.alert_budget, news, threshold);
  LearnFrom(evidence, forecast, value, is_anomalous);
  state_.last_at = seconds;
  if (news >= threshold) state_.episode_points = 1;
  FollowEpisode(verdict, surprise, forecast);
  if (state_.warm_left > 0) --state_.warm_left;
  return verdict;
}

void AutoEngine::LearnFrom(const Evidence& evidence, const Outlook& forecast, double value,
                           bool is_flagged) {
  const double weight = state_.points < kFirstTails ? 0 : is_flagged ? kFlaggedWeight : 1;
  evidence.Learn(state_, value, weight);
  CountRun(value);
  // An incident is not the series: it is learned from slowly for as long as most of them last.
  const bool is_incident = is_flagged && state_.points > kKnownDays * rates_.per_day &&
                           state_.episode_points < kIncident / rates_.step;
  LearnValue(state_, rates_, forecast, value, is_incident ? kIncidentShare : 1);
  // Errors of a poorer profile say nothing of a better one's.
  const std::uint8_t seasons = HasWeekly(state_, rates_) ? 2 : HasDaily(state_, rates_) ? 1 : 0;
  if (seasons > state_.seasons) {
    state_.seasons = seasons;
    BetterProfile();
  }
}

void AutoEngine::BetterProfile() {
  const double gain = state_.seasons == 2
                          ? static_cast<double>(state_.error_with_week / state_.error_with_day)
                          : static_cast<double>(state_.error_with_day / state_.error_without_day);
  state_.profile_spread *= std::min(1.0, gain);
  if (state_.threshold_shift > 0) state_.threshold_shift *= kStillOwed;
  for (const auto channel : {Channel::kProfile, Channel::kProfileOf12, Channel::kProfileOf36}) {
    for (auto& tail : state_.tails[static_cast<std::size_t>(channel)]) tail.Reset();
  }
  state_.profiles.fill(0);
  for (const auto channel :
       {Channel::kStep, Channel::kStepOf3, Channel::kMedianOf3, Channel::kSpread}) {
    for (auto& tail : state_.tails[static_cast<std::size_t>(channel)]) tail.Fade();
  }
}

void AutoEngine::FollowEpisode(Verdict& verdict, const Surprise& surprise,
                               const Outlook& forecast) {
  const bool had_shift = FollowShift(state_, rates_, forecast);
  if (had_shift) {
    verdict.state = State::kShifted;
    verdict.kind = Kind::kLevelShift;
    verdict.reason = "the level has moved and is followed";
    return;
  }
  if (state_.episode_points == 0) return;
  ++state_.episode_points;
  const bool is_calm =
      std::abs(surprise.values[static_cast<std::size_t>(Channel::kProfile)]) < kCalmProfile &&
      std::abs(surprise.values[static_cast<std::size_t>(Channel::kStep)]) < kCalmStep;
  state_.calm_points = is_calm ? state_.calm_points + 1 : 0;
  if (state_.calm_points >= kCalm) {
    // Over: what was is no evidence of what comes.
    state_.episode_points = 0;
    state_.steps.fill(0);
    state_.profiles.fill(0);
  }
  if (state_.episode_points > 0 && verdict.state != State::kShifted) {
    if (verdict.state != State::kFiring) verdict.reason = "the episode goes on";
    verdict.state = State::kFiring;
  }
}

Verdict AutoEngine::Missing(Verdict verdict, Bands bands) {
  if (state_.points < kFewest) {
    verdict.reason = StillLearning(DetectorKind::kAuto, state_.points, kFewest).note;
    return verdict;
  }
  // Prometheus repeats the last sample for minutes after its source fell silent.
  const bool was_silent = state_.run > 0 && state_.repeats < static_cast<float>(kSeldomRepeats);
  verdict.state = was_silent ? State::kStale : State::kGap;
  verdict.kind = Kind::kMissing;
  verdict.reason = was_silent ? "there is no value at this time, and those before were repeats"
                              : "there is no value at this time";
  const Outlook forecast =
      OutlookOf(state_, rates_, PlaceOf(verdict.at, parameters_.calendar.get()), MinScale());
  const double threshold = ThresholdOf(state_, rates_, parameters_.judgement.alert_budget);
  (void)Fill(verdict, forecast, Evidence(state_, forecast), threshold, bands);
  return verdict;
}

// The expected value and its band, in the series' own unit; whether the band is where the threshold
// is crossed.
bool AutoEngine::Fill(Verdict& verdict, const Outlook& forecast, const Evidence& evidence,
                      double threshold, Bands bands) {
  verdict.confidence = state_.points / (state_.points + rates_.per_day);
  if (state_.points < kFewest) return true;
  // A series that was never negative is not expected to become so.
  const bool is_positive = state_.minimum >= 0;
  verdict.expected = Finite(
      state_.scaling.Back(is_positive ? std::max(0.0, forecast.expected) : forecast.expected));
  if (bands == Bands::kNone) return true;
  const Band band = BandOf(evidence, forecast, threshold, state_.band_above, state_.band_below);
  const Judgement& gates = parameters_.judgement;
  const double least =
      std::max(gates.min_deviation, gates.min_relative_deviation * std::abs(verdict.expected));
  verdict.lower = Finite(std::min(state_.scaling.Back(band.lower), verdict.expected - least));
  verdict.upper = Finite(std::max(state_.scaling.Back(band.upper), verdict.expected + least));
  if (is_positive) verdict.lower = std::max(verdict.lower, 0.0);
  verdict.lower = std::max(verdict.lower, gates.range_min);
  verdict.upper = std::min(verdict.upper, gates.range_max);
  return band.holds;
}

// The surprise that counts, after the gates.
double AutoEngine::Judge(Verdict& verdict, const Surprise& surprise, double value,
                         double threshold) {
  const Judgement& gates = parameters_.judgement;
  const double observed = verdict.observed;
  const double distance = observed - verdict.expected;
  double decades = surprise.decades;
  if (state_.minimum == state_.maximum) {
    // Never moved: all that is known is that it was so n times.
    decades = value == state_.last ? 0 : std::log10(state_.points + 1.0);
  }
  const double flat = FlatDecades(value);
  const bool is_flat = flat > decades;
  decades = std::max(decades, flat);
  const double least =
      std::max(gates.min_deviation, gates.min_relative_deviation * std::abs(verdict.expected));
  const bool is_unwatched = (gates.direction == Direction::kAbove && distance < 0) ||
                            (gates.direction == Direction::kBelow && distance > 0);
  const bool is_gated = is_unwatched || (std::abs(distance) < least);
  if (is_gated && decades >= threshold) {
    decades = kGated * threshold;
    verdict.reason = is_unwatched ? "unusual, but only the other direction is watched"
                                  : "unusual, but less than the least deviation set";
  }
  if (observed < gates.range_min || observed > gates.range_max) {
    decades = std::max(decades, threshold + 2);
    verdict.reason = "outside the range set";
  }
  if (decades >= threshold - 1) verdict.kind = is_flat ? Kind::kFlatline : KindOf(surprise, state_);
  Conclude(verdict, surprise, decades, threshold);
  return decades;
}

void AutoEngine::Conclude(Verdict& verdict, const Surprise& surprise, double decades,
                          double threshold) {
  verdict.score = decades / (decades + threshold);
  const double distance = verdict.observed - verdict.expected;
  verdict.deviation = surprise.values[static_cast<std::size_t>(Channel::kStep)];
  verdict.z = std::copysign(NormalOf(decades), distance);
  const bool is_anomalous = decades >= threshold;
  verdict.state = is_anomalous               ? State::kFiring
                  : decades >= threshold - 1 ? State::kSuspect
                                             : State::kOk;
  verdict.severity = SeverityOf(decades, threshold);
  if (is_anomalous && verdict.reason.empty()) verdict.reason = Describe(verdict);
}

Severity AutoEngine::SeverityOf(double decades, double threshold) const {
  if (decades < threshold - 1) return Severity::kNone;
  if (decades < threshold) return Severity::kLow;
  // A series just met is never critical.
  return decades >= threshold + 2 && state_.points >= rates_.per_day ? Severity::kCritical
                                                                     : Severity::kHigh;
}

Expectation AutoEngine::Expect(Instant at) const {
  if (state_.points < kFewest) return StillLearning(DetectorKind::kAuto, state_.points, kFewest);
  AutoEngine copy = *this;
  Verdict verdict;
  verdict.at = at;
  verdict = copy.Missing(std::move(verdict), Bands::kWanted);
  Expectation expectation;
  expectation.detector = DetectorKind::kAuto;
  expectation.is_known = true;
  expectation.is_constant = state_.minimum == state_.maximum;
  expectation.expected = verdict.expected;
  const double threshold = parameters_.judgement.threshold;
  expectation.below = (verdict.expected - verdict.lower) / threshold;
  expectation.above = (verdict.upper - verdict.expected) / threshold;
  expectation.confidence = verdict.confidence;
  return expectation;
}

std::string AutoEngine::Save() const {
  return {reinterpret_cast<const char*>(&state_), sizeof state_};
}

bool AutoEngine::Restore(std::string_view bytes) {
  AutoState state;
  if (bytes.size() != sizeof state) return false;
  std::memcpy(static_cast<void*>(&state), bytes.data(), sizeof state);
  if (state.version != AutoState::kVersion || state.ring_at >= kRing) return false;
  state_ = state;
  return true;
}

}  // namespace warden::anomaly

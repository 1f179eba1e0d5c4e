// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/domain_checks.h"

#include <cmath>
#include <string>
#include <utility>

#include "server/anomaly/number_text.h"
#include "server/anomaly/same_time.h"

namespace warden::anomaly {
namespace {

// So that 0.025 is 25 % above 0.02, which it is not quite in binary.
constexpr double kSlack = 1e-9;
constexpr double kMostWays = 1e6;

// The one that is passed first; kNoLimit when there is none.
double FirstLimit(const DomainCheck& check) {
  const auto* const first =
      std::ranges::find_if_not(check.limits, [](double limit) { return std::isnan(limit); });
  return first == check.limits.end() ? kNoLimit : *first;
}

// The farthest limit that is passed, by its place.
std::optional<std::size_t> Passed(const DomainCheck& check, double value) {
  for (std::size_t i = check.limits.size(); i-- > 0;)
    if (IsBeyond(check, value, check.limits[i])) return i;
  return std::nullopt;
}

// How far the value is on the way from what is usual (1 of a baseline, 0 of a limit) to the first
// limit: 1 there.
double ShareOfWay(const DomainCheck& check, double value) {
  const double usual = check.measure == DomainCheck::Measure::kOfBaseline ? 1 : 0;
  const double way = (value - usual) / (FirstLimit(check) - usual);
  return way > 0 ? std::min(way, kMostWays) : 0;
}

std::string Describe(const DomainCheck& check, const Verdict& verdict, double value,
                     double passed) {
  const std::string limit = Number(passed);
  const bool is_above = check.direction == Direction::kAbove;
  std::string text = Number(verdict.observed);
  if (check.measure == DomainCheck::Measure::kOfLimit)
    return text + " is at or " + (is_above ? "above" : "below") + " the limit of " + limit;
  text += " is " + Number(value) + (is_above ? " times " : " of ");
  return text + "what is normal here (" + Number(verdict.expected) + "), limit " + limit;
}

Verdict Unjudged(Verdict verdict, State state, std::string reason) {
  verdict.state = state;
  verdict.kind = Kind::kNone;
  verdict.severity = Severity::kNone;
  verdict.score = verdict.news = verdict.z = verdict.deviation = 0;
  verdict.lower = verdict.upper = kUnknown;
  verdict.reason = std::move(reason);
  return verdict;
}

// Nothing when the value can be held against the limits.
std::optional<Verdict> WithoutBaseline(const Verdict& verdict) {
  if (verdict.state == State::kLearning || !std::isfinite(verdict.expected)) {
    std::string reason = verdict.reason.empty() ? "nothing is known of it yet" : verdict.reason;
    return Unjudged(verdict, State::kLearning, std::move(reason));
  }
  if (verdict.expected > 0) return std::nullopt;
  return Unjudged(verdict, State::kOk, "nothing is expected, so nothing is a share of it");
}

double LeastDifference(double expected, const Judgement& judgement) {
  return std::max(judgement.min_deviation, judgement.min_relative_deviation * expected);
}

// The first limit, or the least difference that counts where that is farther away.
double EdgeOf(const DomainCheck& check, double expected, const Judgement& judgement) {
  if (check.measure == DomainCheck::Measure::kOfLimit) return FirstLimit(check);
  const double limit = FirstLimit(check) * expected;
  const double least = LeastDifference(expected, judgement);
  return check.direction == Direction::kAbove ? std::max(limit, expected + least)
                                              : std::min(limit, expected - least);
}

bool CountsDifference(const DomainCheck& check, const Verdict& verdict,
                      const Judgement& judgement) {
  if (check.measure == DomainCheck::Measure::kOfLimit) return true;
  return std::abs(verdict.observed - verdict.expected) >=
         LeastDifference(verdict.expected, judgement);
}

// Moves score and edge of the band, which are computed with rounding, to the side that was decided.
void Agree(Verdict& verdict, bool is_above, bool fires) {
  verdict.score =
      fires ? std::max(verdict.score, 0.5) : std::min(verdict.score, std::nextafter(0.5, 0.0));
  double& edge = is_above ? verdict.upper : verdict.lower;
  const bool is_outside = is_above ? verdict.observed > edge : verdict.observed < edge;
  if (is_outside == fires || std::isnan(edge)) return;
  const double inwards = is_above ? -INFINITY : INFINITY;
  edge = fires ? std::nextafter(verdict.observed, inwards) : verdict.observed;
}

class DomainDetector final : public Detector {
 public:
  DomainDetector(const DomainCheck& check, const DetectorParameters& parameters)
      : check_(check), usual_(parameters.calendar, parameters.min_points) {}

  void Begin(Instant at, Duration step) override { usual_.Begin(at, step); }
  void Learn(std::span<const double> history) override {
    usual_.Forget();
    for (const double value : history) usual_.Take(value);
  }
  Expectation Expect() const override { return usual_.Expect(); }
  void Take(double value) override { usual_.Take(value); }
  bool needs_refits() const override { return false; }
  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    usual_.Begin(at, Duration{0});
    Verdict verdict = Judged(check_, Judge(usual_.Expect(), value, at, judgement), judgement);
    usual_.Take(value);
    return verdict;
  }

 private:
  DomainCheck check_;
  SameTime usual_;
};

}  // namespace

bool IsBeyond(const DomainCheck& check, double value, double limit) {
  if (std::isnan(limit) || std::isnan(value)) return false;
  return check.direction == Direction::kAbove ? value >= limit - kSlack : value <= limit + kSlack;
}

Verdict Judged(const DomainCheck& check, Verdict verdict, const Judgement& judgement) {
  verdict.check = check.name;
  if (check.measure == DomainCheck::Measure::kOwn) return verdict;
  if (!std::isfinite(verdict.observed))
    return Unjudged(std::move(verdict), State::kGap, "there is no value at this time");
  const bool is_share = check.measure == DomainCheck::Measure::kOfBaseline;
  if (is_share) {
    if (auto without = WithoutBaseline(verdict)) return *std::move(without);
  } else {
    verdict.deviation = verdict.z = 0;  // of something that is not held against the limit
  }
  const double unit = is_share ? verdict.expected : 1;
  const double value = verdict.observed / unit;
  const auto passed =
      CountsDifference(check, verdict, judgement) ? Passed(check, value) : std::nullopt;
  const bool fires = passed.has_value();
  constexpr std::array kSeverities{Severity::kMedium, Severity::kHigh, Severity::kCritical};
  verdict.severity = fires ? kSeverities[*passed] : Severity::kNone;
  const bool is_above = check.direction == Direction::kAbove;
  verdict.state = fires ? State::kFiring : State::kOk;
  verdict.kind = !fires ? Kind::kNone : is_above ? Kind::kSpike : Kind::kDrop;
  verdict.lower = verdict.upper = kUnknown;
  (is_above ? verdict.upper : verdict.lower) = EdgeOf(check, verdict.expected, judgement);
  const double way = ShareOfWay(check, value);
  verdict.score = way / (way + 1);
  Agree(verdict, is_above, fires);
  verdict.news = verdict.score;
  verdict.reason = fires ? Describe(check, verdict, value, check.limits[*passed]) : std::string();
  return verdict;
}

std::optional<NamedDetector> DetectorNamed(std::string_view name) {
  if (const auto kind = DetectorKindOf(name)) return NamedDetector{*kind, nullptr};
  const DomainCheck* check = DomainCheckOf(name);
  if (check == nullptr) return std::nullopt;
  return NamedDetector{kDefaultDetector, check};
}

DetectorParameters NamedDetector::ParametersFor(Duration step) const {
  DetectorParameters parameters;
  parameters.domain = domain;
  if (domain != nullptr) parameters.min_points = DomainPoints(step);
  return parameters;
}

std::vector<std::string_view> DetectorNames() {
  std::vector<std::string_view> names = {
#define DETECTOR(kind, name) name,
#include "server/anomaly/detectors.def"
#undef DETECTOR
  };
  for (const DomainCheck& check : kDomainChecks)
    if (!DetectorKindOf(check.name)) names.push_back(check.name);
  return names;
}

std::unique_ptr<Detector> MakeDomainDetector(const DomainCheck& check,
                                             const DetectorParameters& parameters) {
  if (check.measure == DomainCheck::Measure::kOwn) {
    DetectorParameters plain = parameters;
    plain.domain = nullptr;
    return MakeDetector(*DetectorKindOf(check.name), plain);
  }
  return std::make_unique<DomainDetector>(check, parameters);
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/domain_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

namespace warden::anomaly {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// So that 0.025 is 25 % above 0.02, which it is not quite in binary.
constexpr double kSlack = 1e-9;

constexpr DomainCheck kChecks[] = {
#define DOMAIN_CHECK(name, measure, direction, medium, high, critical, detector) \
  {name,                                                                         \
   DomainCheck::Measure::measure,                                                \
   Direction::direction,                                                         \
   {medium, high, critical},                                                     \
   DetectorKind::k##detector},
#include "server/anomaly/domain_checks.def"
#undef DOMAIN_CHECK
};

bool IsBeyond(const DomainCheck& check, double value, double limit) {
  if (std::isnan(limit)) return false;
  return check.direction == Direction::kAbove ? value >= limit - kSlack : value <= limit + kSlack;
}

Severity SeverityOf(const DomainCheck& check, double value) {
  constexpr std::array kSeverities{Severity::kMedium, Severity::kHigh, Severity::kCritical};
  Severity severity = Severity::kNone;
  for (std::size_t i = 0; i < check.limits.size(); ++i)
    if (IsBeyond(check, value, check.limits[i])) severity = kSeverities[i];
  return severity;
}

// How far the value is on the way from what is usual (1 of a baseline, 0 of a limit) to the first
// limit: 1 there.
double ShareOfWay(const DomainCheck& check, double value) {
  const double usual = check.measure == DomainCheck::Measure::kOfBaseline ? 1 : 0;
  return std::max(0.0, (value - usual) / (check.limits[0] - usual));
}

std::string Describe(const DomainCheck& check, const Verdict& verdict, double value) {
  char text[120];
  if (check.measure == DomainCheck::Measure::kOfBaseline) {
    std::snprintf(text, sizeof text, "%.4g is %.4g %% of the expected %.4g (limit: %.4g %%)",
                  verdict.observed, 100 * value, verdict.expected, 100 * check.limits[0]);
  } else {
    std::snprintf(text, sizeof text, "%.4g is %s the limit of %.4g", value,
                  check.direction == Direction::kAbove ? "at or above" : "at or below",
                  check.limits[0]);
  }
  return text;
}

Verdict Unjudged(Verdict verdict, State state, std::string reason) {
  verdict.state = state;
  verdict.kind = Kind::kNone;
  verdict.severity = Severity::kNone;
  verdict.score = verdict.news = verdict.z = verdict.deviation = 0;
  verdict.reason = std::move(reason);
  return verdict;
}

class DomainDetector final : public Detector {
 public:
  DomainDetector(const DomainCheck& check, const DetectorParameters& parameters)
      : check_(check), detector_(MakeDetector(check.detector, parameters)) {}

  void Begin(Instant at, Duration step) override { detector_->Begin(at, step); }
  void Learn(std::span<const double> history) override { detector_->Learn(history); }
  Expectation Expect() const override { return detector_->Expect(); }
  void Take(double value) override { detector_->Take(value); }
  bool needs_refits() const override { return detector_->needs_refits(); }
  std::string Save() const override { return detector_->Save(); }
  bool Restore(std::string_view bytes) override { return detector_->Restore(bytes); }
  Verdict Step(double value, Instant at, const Judgement& judgement) override {
    return Judged(check_, detector_->Step(value, at, judgement));
  }

 private:
  DomainCheck check_;
  std::unique_ptr<Detector> detector_;
};

}  // namespace

std::span<const DomainCheck> DomainChecks() { return kChecks; }

const DomainCheck* DomainCheckOf(std::string_view name) {
  const auto* const found = std::ranges::find(kChecks, name, &DomainCheck::name);
  return found == std::end(kChecks) ? nullptr : found;
}

Verdict Judged(const DomainCheck& check, Verdict verdict) {
  if (check.measure == DomainCheck::Measure::kOwn) return verdict;
  if (!std::isfinite(verdict.observed))
    return Unjudged(std::move(verdict), State::kGap, "there is no value at this time");
  const bool has_baseline = std::isfinite(verdict.expected);
  double unit = 1;
  if (check.measure == DomainCheck::Measure::kOfBaseline) {
    if (!has_baseline)
      return Unjudged(verdict, verdict.state == State::kGap ? State::kGap : State::kLearning,
                      verdict.reason);
    if (verdict.expected <= 0)
      return Unjudged(std::move(verdict), State::kOk,
                      "nothing is expected, so nothing is a share of it");
    unit = verdict.expected;
  }
  const double value = verdict.observed / unit;
  const Severity severity = SeverityOf(check, value);
  const bool fires = severity != Severity::kNone;
  const double way = ShareOfWay(check, value);
  verdict.severity = severity;
  verdict.score = std::min(way / (way + 1), std::nextafter(1.0, 0.0));
  verdict.news = verdict.score;
  verdict.state = fires ? State::kFiring : State::kOk;
  const bool is_above = check.direction == Direction::kAbove;
  verdict.kind = !fires ? Kind::kNone : is_above ? Kind::kSpike : Kind::kDrop;
  (is_above ? verdict.upper : verdict.lower) = check.limits[0] * unit;
  (is_above ? verdict.lower : verdict.upper) = kUnknown;  // not watched
  verdict.reason = fires ? Describe(check, verdict, value) : std::string();
  return verdict;
}

std::unique_ptr<Detector> MakeDomainDetector(const DomainCheck& check,
                                             const DetectorParameters& parameters) {
  return std::make_unique<DomainDetector>(check, parameters);
}

}  // namespace warden::anomaly

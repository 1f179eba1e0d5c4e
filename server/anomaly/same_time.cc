// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/same_time.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include "server/anomaly/series.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

constexpr std::chrono::days kKept{36};
constexpr int kWeeks = 4;
constexpr Duration kAround = std::chrono::minutes(10);

std::int64_t StepsBetween(Instant from, Instant to, Duration step) {
  return static_cast<std::int64_t>(
      std::round(static_cast<double>((to - from).count()) / static_cast<double>(step.count())));
}

std::size_t MostKept(Duration step) {
  return std::min(static_cast<std::size_t>(kKept / step) + 1, kLongestSeries);
}

// The same time of the local day, so many days earlier.
Instant DaysBefore(Instant at, int days, const Calendar* calendar) {
  constexpr int kDay = 86400;
  const Instant then = at - std::chrono::days(days);
  int off = PlaceOf(at, calendar).second - PlaceOf(then, calendar).second;
  if (off > kDay / 2) off -= kDay;
  if (off < -kDay / 2) off += kDay;
  return then + std::chrono::seconds(off);
}

}  // namespace

SameTime::SameTime(std::shared_ptr<const Calendar> calendar, std::size_t min_points)
    : calendar_(std::move(calendar)), min_points_(std::max<std::size_t>(1, min_points)) {}

void SameTime::Begin(Instant at, Duration step) {
  at_ = at;
  if (step <= Duration{0} || step == step_) return;
  step_ = step;
  Forget();  // places in values_ are steps
}

void SameTime::Forget() {
  values_.clear();
  points_ = 0;
}

void SameTime::Take(double value) {
  if (values_.empty()) start_ = at_;
  const std::int64_t place = StepsBetween(start_, at_, step_);
  at_ += step_;
  if (place < 0) return;
  const auto index = static_cast<std::size_t>(place);
  const std::size_t most = MostKept(step_);
  if (index >= values_.size() + most) {  // all that is known is too old
    values_.clear();
    start_ = at_ - step_;
    values_.push_back(value);
  } else {
    if (index >= values_.size()) values_.resize(index + 1, kUnknown);
    values_[index] = value;
    LeaveOutOldest();
  }
  if (std::isfinite(value)) ++points_;
}

// Now and then, so that it costs little.
void SameTime::LeaveOutOldest() {
  const std::size_t most = MostKept(step_);
  if (values_.size() < 2 * most) return;
  const std::size_t old = values_.size() - most;
  values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(old));
  start_ += step_ * static_cast<Duration::rep>(old);
}

void SameTime::CollectAround(Instant at, std::vector<double>& values) const {
  const std::int64_t middle = StepsBetween(start_, at, step_);
  const std::int64_t off = kAround / step_;
  for (std::int64_t i = std::max<std::int64_t>(0, middle - off); i <= middle + off; ++i) {
    if (i >= static_cast<std::int64_t>(values_.size())) return;
    const double value = values_[static_cast<std::size_t>(i)];
    if (std::isfinite(value)) values.push_back(value);
  }
}

// What it was at this time of the week.
std::vector<double> SameTime::Usual() const {
  std::vector<double> values;
  const LocalPlace now = PlaceOf(at_, calendar_.get());
  int weeks = 0;
  for (int days = 1; days < kKept.count() && weeks < kWeeks; ++days) {
    const Instant then = DaysBefore(at_, days, calendar_.get());
    if (PlaceOf(then, calendar_.get()).weekday != now.weekday) continue;
    const std::size_t before = values.size();
    CollectAround(then, values);
    if (values.size() > before) ++weeks;
  }
  return values;
}

Expectation SameTime::Expect() const {
  Expectation expectation;
  expectation.detector = DetectorKind::kSeasonal;  // its next of kin; a check has its own name
  if (points_ < min_points_) {
    expectation.note = "what is normal takes " + std::to_string(min_points_) +
                       " points to know, and there are " + std::to_string(points_);
    return expectation;
  }
  std::vector<double> usual = Usual();
  if (usual.empty()) {
    expectation.note = "there was no value at this time in the weeks before";
    return expectation;
  }
  std::ranges::sort(usual);
  expectation.is_known = true;
  expectation.expected = QuantileOfSorted(usual, 0.5);
  expectation.above = std::max(kMadToSigma * MadOfSorted(usual),
                               LeastScale(0, expectation.expected, DetectorParameters{}));
  expectation.below = expectation.above;
  expectation.confidence = ConfidenceOf(points_, min_points_);
  return expectation;
}

}  // namespace warden::anomaly

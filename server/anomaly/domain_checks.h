// SPDX-License-Identifier: Apache-2.0
// Ready-made checks of costs and what they bring: what is usual at this time of the week
// (same_time.h), and fixed limits for what is too much. They are named wherever a detector is.
//
//   cost_increase    125, 150, 200 % of the baseline   drop              under 70, 50 % of it
//   cost_spike       3, 3.5, 5 times the baseline      efficiency_drop   under 70 % of it
//   budget_use       from 0.8, 0.9                     roi               at or under -0.5
//   fatigue          from 0.8, 0.9 (the detector of that name, fatigue.cc)
//
// A value exactly at a limit is beyond it. Of three limits the first is medium, the second high,
// the last critical. The score is r / (r + 1), where r is 1 at the first limit; 0.5, and the edge
// of the band, are there. The other side of the band is NaN: it is not watched.
//
// Their state is their history, which is read again after a restart: they save none.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "server/anomaly/detector.h"

namespace warden::anomaly {

struct DomainCheck {
  enum class Measure : std::uint8_t { kOfBaseline, kOfLimit, kOwn };
  std::string_view name;
  Measure measure{};
  Direction direction{};           // kAbove or kBelow
  std::array<double, 3> limits{};  // kNoLimit: none; ascending in severity
};
inline constexpr double kNoLimit = kUnknown;

inline constexpr DomainCheck kDomainChecks[] = {
#define DOMAIN_CHECK(name, measure, direction, medium, high, critical) \
  {name, DomainCheck::Measure::measure, Direction::direction, {medium, high, critical}},
#include "server/anomaly/domain_checks.def"
#undef DOMAIN_CHECK
};

// nullptr: there is none of this name.
[[nodiscard]] constexpr const DomainCheck* DomainCheckOf(std::string_view name) {
  const auto* const found = std::ranges::find(kDomainChecks, name, &DomainCheck::name);
  return found == std::end(kDomainChecks) ? nullptr : found;
}

// Points behind a baseline, unless `min_points` says otherwise: each weekday twice, because a limit
// of 25 % is soon passed where a weekend is taken for what is usual.
[[nodiscard]] constexpr std::size_t DomainPoints(Duration step) {
  constexpr Duration kKnown = std::chrono::days(14);
  const auto steps = step > Duration{0} ? kKnown / step : Duration::rep{0};
  return static_cast<std::size_t>(std::clamp<Duration::rep>(steps, 14, kLongestSeries));
}

// Whether a value (of a baseline, or as it is: the check's measure) is at a limit or past it, on
// the side that the check looks at. NaN is not, and is no limit.
[[nodiscard]] bool IsBeyond(const DomainCheck& check, double value, double limit);

// What the check says where its detector said `verdict`. Of a value without a baseline to compare
// with (still learning, or expected to be 0 or less) it says so and nothing else. Differences below
// the judgement's least ones do not count; nothing else of it matters here.
[[nodiscard]] Verdict Judged(const DomainCheck& check, Verdict verdict, const Judgement& judgement);

// What a user may name as a detector: one of detectors.def or a check.
struct NamedDetector {
  DetectorKind kind{};
  const DomainCheck* domain = nullptr;  // which then judges, whatever `kind` is
  // Those that it has unless told otherwise, of a series with this distance of neighbours.
  [[nodiscard]] DetectorParameters ParametersFor(Duration step) const;
};
[[nodiscard]] std::optional<NamedDetector> DetectorNamed(std::string_view name);
[[nodiscard]] std::vector<std::string_view> DetectorNames();

// The check as a detector, which knows of `parameters` the calendar and `min_points`.
[[nodiscard]] std::unique_ptr<Detector> MakeDomainDetector(const DomainCheck& check,
                                                           const DetectorParameters& parameters);

}  // namespace warden::anomaly

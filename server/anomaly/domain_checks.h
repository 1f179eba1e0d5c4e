// SPDX-License-Identifier: Apache-2.0
// Ready-made checks of costs and what they bring: a detector of the house for what is expected, and
// fixed limits for what is too much.
//
//   cost_increase    125, 150, 200 % of the baseline   drop              under 70, 50 % of it
//   cost_spike       3, 3.5, 5 times the baseline      efficiency_drop   under 70 % of it
//   budget_use       from 0.8, 0.9                     roi               at or under -0.5
//   fatigue          from 0.8, 0.9 (fatigue.cc)
//
// A value exactly at a limit is beyond it. Of three limits the first is medium, the second high,
// the last critical. The score is r / (r + 1), where r is 1 at the first limit.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "server/anomaly/detector.h"

namespace warden::anomaly {

struct DomainCheck {
  enum class Measure : std::uint8_t { kOfBaseline, kOfLimit, kOwn };
  std::string_view name;
  Measure measure{};
  Direction direction{};
  std::array<double, 3> limits{};  // NaN: none; ascending in severity
  DetectorKind detector{};
};

[[nodiscard]] std::span<const DomainCheck> DomainChecks();
// nullptr: there is none of this name.
[[nodiscard]] const DomainCheck* DomainCheckOf(std::string_view name);

// What the check says where its detector said `verdict`. Of a value without a baseline to compare
// with (still learning, or expected to be 0 or less) it says so and nothing else.
[[nodiscard]] Verdict Judged(const DomainCheck& check, Verdict verdict);

// The check as a detector.
[[nodiscard]] std::unique_ptr<Detector> MakeDomainDetector(const DomainCheck& check,
                                                           const DetectorParameters& parameters);

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
// What surrounds an unusual value: since when, how far it went, and which series beside it are
// unusual too. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "server/alert/notification.h"
#include "server/anomaly/verdict.h"
#include "server/prometheus/answer.h"

namespace warden {

// How far back both look.
inline constexpr std::chrono::hours kCircumstances{6};

// Verdicts in order of time. From the newest back to where the distance was last at most two
// deviations, on one side; steps without a value are passed over.
[[nodiscard]] std::optional<AnomalyCourse> CourseOf(std::span<const anomaly::Verdict> verdicts);

struct Siblings {
  std::size_t looked_at = 0;              // those with enough values of the last hours
  std::vector<AnomalySibling> deviating;  // the most unusual first, at most five
};

// Of `series` all but those with the labels of `own`; each newest value beside the median and the
// median absolute deviation of those before it.
[[nodiscard]] Siblings SiblingsOf(const promql::LabelSet& own,
                                  std::span<const promapi::TimeSeries> series, Instant now);

}  // namespace warden

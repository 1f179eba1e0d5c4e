// SPDX-License-Identifier: Apache-2.0
// How wide a forecast's interval must be, by the errors of forecasts made from a few origins in the
// past: the variance grows in a straight line with the steps ahead, is shaped by the time of the
// season as far as enough errors say so, and is scaled so that the interval would have held 95 % of
// the past errors, and a third more because those were few and of one kind. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace warden::anomaly {

struct TrialErrors {
  std::size_t origin = 0;      // index of the first value that was forecast
  std::vector<double> errors;  // one step ahead, two, …
};

// Half of the interval's width at `steps` steps from `origin` on. `trials` not empty, with at least
// one error each; `season` 0: none.
[[nodiscard]] std::vector<double> HalfWidths(std::span<const TrialErrors> trials,
                                             std::size_t origin, std::size_t steps,
                                             std::size_t season);

}  // namespace warden::anomaly

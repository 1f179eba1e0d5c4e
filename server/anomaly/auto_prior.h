// SPDX-License-Identifier: Apache-2.0
// What a series that was just met may borrow of another one of the same query: the shape of its day
// and week, how much it scatters and how its errors are distributed, all in proportion to its first
// value. It then learns as fast as a series of one day, and is judged after kBorrowedWarmUp values.
// Pure.
#pragma once

#include <optional>

#include "server/anomaly/auto_rates.h"
#include "server/anomaly/auto_state.h"
#include "server/anomaly/calendar.h"

namespace warden::anomaly {

inline constexpr std::uint32_t kBorrowedWarmUp = 30;

// The state of a series before its first `value`, which stands at `place`. Nothing when proportions
// say nothing: values that are not positive, or a sibling that has not seen a whole day.
[[nodiscard]] std::optional<AutoState> Borrow(const AutoState& sibling, const Rates& rates,
                                              const LocalPlace& place, double value);

}  // namespace warden::anomaly

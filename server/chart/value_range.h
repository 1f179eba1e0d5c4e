// SPDX-License-Identifier: Apache-2.0
// The part of the value axis that a chart shows. Pure.
#pragma once

#include <optional>

#include "server/chart/chart.h"

namespace warden::chart {

struct ValueRange {
  double low = 0;
  double high = 1;
};

// Values are drawn within ±1e300, so that no difference of two overflows.
[[nodiscard]] double Bounded(double value);

// All values, the threshold, and of the band as much as does not squeeze the values; a quantity
// that is never negative starts at zero when zero is near. Nothing when there is no finite value.
[[nodiscard]] std::optional<ValueRange> RangeOf(const Chart& chart);

}  // namespace warden::chart

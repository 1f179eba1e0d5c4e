// SPDX-License-Identifier: Apache-2.0
#include "server/watch/maintenance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace warden {

bool Agree(const promql::LabelSet& a, const promql::LabelSet& b) {
  return std::ranges::all_of(a, [&](const auto& label) {
    return !b.Has(label.first) || b.Get(label.first) == label.second;
  });
}

void LeaveAlone(const GridAnswer& maintenance, GridAnswer& answer) {
  const std::size_t steps = answer.grid.count;
  for (const auto& row : maintenance.rows) {
    const auto is_on = [&](std::size_t i) {
      return i < row.values.size() && !std::isnan(row.values[i]) && row.values[i] != 0;
    };
    std::size_t first = 0;
    while (first < steps && !is_on(first)) ++first;
    if (first == steps) continue;
    for (auto& series : answer.rows) {
      if (!Agree(row.labels, series.labels)) continue;
      for (std::size_t i = first; i < steps; ++i) {
        if (!is_on(i) || std::isnan(series.values[i])) continue;
        series.values[i] = std::numeric_limits<double>::quiet_NaN();
        ++answer.skipped[Skipped::kMaintenance];
      }
    }
  }
}

}  // namespace warden

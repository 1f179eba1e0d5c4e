// SPDX-License-Identifier: Apache-2.0
// More points than a chart has pixels become columns: what was lowest, highest and usual in each,
// so that nothing unusual is lost and nothing is drawn that cannot be seen. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "server/chart/chart.h"

namespace warden::chart {

struct Column {
  ChartPoint mean;  // of the points' values, expectations and edges; at: their middle
  double low = 0;   // the values' extremes, NaN without values
  double high = 0;
  double unusual = 0;  // the value farthest outside the band, NaN when all are inside
};

[[nodiscard]] bool IsUnusual(const ChartPoint& point);
// By how much a point is outside its band, as a share of the band's width; 0 inside.
[[nodiscard]] double FarOutside(const ChartPoint& point);

// `count` columns of equal time at most, fewer where there are no points; in order of time.
[[nodiscard]] std::vector<Column> ColumnsOf(const std::vector<ChartPoint>& points,
                                            std::size_t count);

}  // namespace warden::chart

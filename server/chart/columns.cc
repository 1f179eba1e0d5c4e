// SPDX-License-Identifier: Apache-2.0
#include "server/chart/columns.h"

#include <algorithm>
#include <cmath>

namespace warden::chart {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Of what is finite; NaN of nothing.
class Mean {
 public:
  void Add(double value) {
    if (!std::isfinite(value)) return;
    ++count_;
    mean_ += value / count_ - mean_ / count_;  // no difference overflows
  }
  [[nodiscard]] double value() const { return count_ > 0 ? mean_ : kNan; }

 private:
  double mean_ = 0;
  double count_ = 0;
};

Column ColumnOf(const std::vector<ChartPoint>& points, std::size_t first, std::size_t last) {
  Mean value;
  Mean expected;
  Mean lower;
  Mean upper;
  Column column{.mean = {}, .low = kNan, .high = kNan, .unusual = kNan};
  double farthest = 0;
  for (std::size_t i = first; i < last; ++i) {
    const ChartPoint& p = points[i];
    value.Add(p.value);
    expected.Add(p.expected);
    lower.Add(p.lower);
    upper.Add(p.upper);
    column.low = std::fmin(column.low, p.value);
    column.high = std::fmax(column.high, p.value);
    if (IsUnusual(p) && !(FarOutside(p) <= farthest)) {
      farthest = FarOutside(p);
      column.unusual = p.value;
    }
  }
  const Instant middle = points[first].at + (points[last - 1].at - points[first].at) / 2;
  column.mean = {middle, value.value(), expected.value(), lower.value(), upper.value()};
  return column;
}

}  // namespace

bool IsUnusual(const ChartPoint& p) { return p.value > p.upper || p.value < p.lower; }

double FarOutside(const ChartPoint& p) {
  if (!IsUnusual(p)) return 0;
  const double half = p.upper / 2 - p.lower / 2;
  const double off = p.value > p.upper ? p.value / 2 - p.upper / 2 : p.lower / 2 - p.value / 2;
  return half > 0 && std::isfinite(half) ? off / half : off;
}

std::vector<Column> ColumnsOf(const std::vector<ChartPoint>& points, std::size_t count) {
  std::vector<Column> columns;
  if (points.empty() || count == 0) return columns;
  const Duration whole = points.back().at - points.front().at;
  const auto width = std::max<Duration::rep>(whole.count() / static_cast<Duration::rep>(count), 1);
  for (std::size_t first = 0; first < points.size();) {
    const auto slot = (points[first].at - points.front().at).count() / width;
    std::size_t last = first + 1;
    while (last < points.size() && (points[last].at - points.front().at).count() / width == slot) {
      ++last;
    }
    columns.push_back(ColumnOf(points, first, last));
    first = last;
  }
  return columns;
}

}  // namespace warden::chart

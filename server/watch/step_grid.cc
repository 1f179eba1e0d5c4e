// SPDX-License-Identifier: Apache-2.0
#include "server/watch/step_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace warden {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> ValuesOf(const promapi::TimeSeries& series, const StepGrid& grid,
                             SkipCounts& skipped) {
  std::vector<double> values(grid.count, kNone);
  std::vector<bool> taken(grid.count);
  for (const auto& sample : series.samples) {
    const Duration since = sample.at - grid.first;
    const auto i = static_cast<std::size_t>(std::max(since, Duration{0}) / grid.step);
    if (since < Duration{0} || since % grid.step != Duration{0} || i >= grid.count) {
      ++skipped[Skipped::kOffGrid];
    } else if (taken[i]) {
      ++skipped[Skipped::kDuplicate];
    } else if (taken[i] = true; std::isfinite(sample.value)) {
      values[i] = sample.value;
    } else {
      ++skipped[Skipped::kNotFinite];
    }
  }
  return values;
}

}  // namespace

void SkipCounts::Add(const SkipCounts& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

GridAnswer OntoSteps(promapi::QueryAnswer answer, const StepGrid& grid) {
  GridAnswer out;
  out.grid = grid;
  out.left_out = answer.left_out;
  out.rows.reserve(answer.series.size());
  out.skipped[Skipped::kHistogram] = answer.histogram_samples;
  std::ranges::sort(answer.series, {}, &promapi::TimeSeries::labels);
  for (auto& series : answer.series) {
    GridRow row;
    row.values = ValuesOf(series, grid, out.skipped);
    row.labels = std::move(series.labels);
    row.labels.Remove("__name__");
    out.rows.push_back(std::move(row));
    series = {};
  }
  std::ranges::stable_sort(out.rows, {}, &GridRow::labels);
  const auto repeated = std::ranges::unique(out.rows, {}, &GridRow::labels);
  out.skipped[Skipped::kDuplicate] += repeated.size() * grid.count;
  out.rows.erase(repeated.begin(), repeated.end());
  return out;
}

Instant NewestStep(Instant now, Duration step, Duration settled) {
  const Duration since = (now - settled).time_since_epoch();
  const Duration rest = ((since % step) + step) % step;
  return Instant{since - rest};
}

}  // namespace warden

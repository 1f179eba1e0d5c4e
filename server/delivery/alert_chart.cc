// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/alert_chart.h"

#include <algorithm>

#include "server/chart/chart.h"

namespace warden {
namespace {

constexpr std::chrono::hours kShown{24};
constexpr std::size_t kFewestShown = 60;
// The band of what is shown is learnt from what is before it: that must not be little.
constexpr std::size_t kShareShown = 3;

}  // namespace

Result<std::string> DrawAlert(const Question& question,
                              const std::optional<AlertThreshold>& threshold, Instant now,
                              const promapi::TimeSeries& series, ChartStyle style) {
  const auto grid = GridOf(series, question.step, now);
  const auto day = std::max(static_cast<std::size_t>(kShown / question.step), kFewestShown);
  const std::size_t shown =
      std::max<std::size_t>(std::min(day, grid.values.size() / kShareShown), 1);
  chart::Chart chart;
  chart.title = question.query;
  chart.unit = chart::UnitOf(question.query);
  chart.theme = style == ChartStyle::kDark ? chart::Theme::kDark : chart::Theme::kLight;
  for (const auto& v : anomaly::Check(
           grid, KindOf(question.detector.kind),
           ParametersOf(question.detector, question.tolerance, question.calendar), shown)) {
    chart.points.push_back({v.at, v.observed, v.expected, v.lower, v.upper});
  }
  if (threshold) chart.threshold = threshold->value;
  chart.episodes.push_back({question.began_at, now});
  return chart::RenderPng(chart);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/alert_chart.h"

#include <algorithm>
#include <cmath>

#include "server/anomaly/forecast.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

constexpr std::chrono::hours kShown{24};
constexpr std::size_t kFewestShown = 60;
// The band of what is shown is learnt from what is before it: that must not be little.
constexpr std::size_t kShareShown = 3;

std::size_t ShownSteps(const Question& question) {
  return std::max(static_cast<std::size_t>(kShown / question.step), kFewestShown);
}

std::chrono::minutes OffsetOf(const CalendarConfig& calendar, Instant at) {
  if (calendar.zone == nullptr) return std::chrono::minutes{0};
  return std::chrono::floor<std::chrono::minutes>(
      calendar.zone->OffsetAt(std::chrono::floor<std::chrono::seconds>(at)));
}

// The range learnt from what is before it, at each step that is shown.
void DrawPast(const Question& question, const anomaly::EvenSeries& grid, std::size_t shown,
              chart::Chart& chart) {
  const auto parameters = ParametersOf(question.detector, question.tolerance, question.calendar);
  for (const auto& v : anomaly::Check(grid, KindOf(question.detector.kind), parameters, shown))
    chart.points.push_back({v.at, v.observed, v.expected, v.lower, v.upper});
}

// What was, and what is to come from the newest value on.
void DrawAhead(const Question& question, const anomaly::EvenSeries& grid, std::size_t shown,
               chart::Chart& chart) {
  std::size_t known = grid.values.size();
  while (known > 0 && !std::isfinite(grid.values[known - 1])) --known;
  for (std::size_t i = known - std::min(known, shown); i < known; ++i)
    chart.points.push_back({.at = grid.At(i), .value = grid.values[i]});
  chart.threshold = question.ahead->threshold;
  const auto horizon = static_cast<std::size_t>(
      std::max<Duration::rep>(1, question.ahead->horizon / Duration(question.step)));
  // As far as the watch looks, which counts from now also when the newest values are late.
  const auto forecast = anomaly::ForecastSeries(std::span(grid.values).first(known),
                                                {.horizon = horizon + grid.values.size() - known,
                                                 .day = anomaly::StepsOfADay(question.step)});
  for (std::size_t i = 0; i < forecast.expected.size(); ++i) {
    chart.points.push_back({.at = grid.At(known + i),
                            .expected = forecast.expected[i],
                            .lower = forecast.lower[i],
                            .upper = forecast.upper[i]});
  }
}

}  // namespace

Duration ShownOf(const Question& question) {
  return question.step * static_cast<Duration::rep>(ShownSteps(question));
}

std::vector<chart::TimeSpan> SpansOf(std::span<const promapi::TimeSeries> series,
                                     const promql::LabelSet& alert, Duration step) {
  std::vector<Instant> times;
  for (const auto& one : series) {
    if (!Agrees(alert, one.labels)) continue;
    for (const auto& sample : one.samples) {
      if (std::isfinite(sample.value) && sample.value != 0) times.push_back(sample.at);
    }
  }
  std::ranges::sort(times);
  std::vector<chart::TimeSpan> spans;
  for (const Instant at : times) {
    if (spans.empty() || at > spans.back().end + step) spans.push_back({at, at});
    spans.back().end = at;
  }
  return spans;
}

Result<std::string> DrawAlert(const Question& question,
                              const std::optional<AlertThreshold>& threshold, Instant now,
                              const promapi::TimeSeries& series, const Surroundings& around,
                              ChartStyle style) {
  const auto grid = GridOf(series, question.step, now);
  chart::Chart chart;
  chart.title = question.query;
  chart.unit = chart::UnitOf(question.query);
  chart.theme = style == ChartStyle::kDark ? chart::Theme::kDark : chart::Theme::kLight;
  chart.utc_offset = OffsetOf(question.calendar, now);
  if (threshold) chart.threshold = threshold->value;
  if (question.ahead) {
    DrawAhead(question, grid, ShownSteps(question), chart);
  } else {
    const std::size_t shown = std::min(ShownSteps(question), grid.values.size() / kShareShown);
    DrawPast(question, grid, std::max<std::size_t>(shown, 1), chart);
  }
  chart.episodes.push_back({question.began_at, now});
  chart.marks = around.deployments;
  chart.maintenance = around.maintenance;
  return chart::RenderPng(chart);
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/check/check.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/anomaly/domain_checks.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

anomaly::Direction DirectionOf(Direction direction) {
  switch (direction) {
    case Direction::kBoth:
      return anomaly::Direction::kBoth;
    case Direction::kAbove:
      return anomaly::Direction::kAbove;
    case Direction::kBelow:
      return anomaly::Direction::kBelow;
  }
  return anomaly::Direction::kBoth;
}

// None when it is UTC without holidays, which is what detectors assume.
std::shared_ptr<const anomaly::Calendar> CalendarOf(const CalendarConfig& config) {
  if (!config.zone && config.holidays.empty()) return nullptr;
  auto calendar = std::make_shared<anomaly::Calendar>();
  calendar->holidays = config.holidays;
  if (config.zone) {
    calendar->offset = [zone = config.zone](Instant at) {
      return zone->OffsetAt(std::chrono::floor<std::chrono::seconds>(at));
    };
  }
  return calendar;
}

}  // namespace

anomaly::DetectorKind KindOf(DetectorKind kind) {
  // By name, which is what both tables agree on.
  return anomaly::DetectorKindOf(Name(kind)).value_or(anomaly::DetectorKind{});
}

anomaly::DetectorParameters ParametersOf(const DetectorConfig& detector, const Tolerance& tolerance,
                                         const CalendarConfig& calendar) {
  // Said of the detector or beside it: both mean the same.
  const Direction direction =
      tolerance.direction == Direction::kBoth ? detector.direction : tolerance.direction;
  return {.period = detector.period,
          .window = detector.window,
          .min_points = detector.min_points,
          .alpha = detector.alpha,
          .beta = detector.beta,
          .gamma = detector.gamma,
          .lower_percentile = detector.lower_percentile,
          .upper_percentile = detector.upper_percentile,
          .calendar = CalendarOf(calendar),
          .domain =
              detector.domain == nullptr ? nullptr : anomaly::DomainCheckOf(detector.domain->name),
          .judgement = {.threshold = detector.threshold,
                        .min_deviation = tolerance.min_deviation,
                        .min_relative_deviation = tolerance.min_relative_deviation,
                        .direction = DirectionOf(direction),
                        .range_min = tolerance.range_min,
                        .range_max = tolerance.range_max,
                        .alert_budget = tolerance.alerts_per_day}};
}

anomaly::EvenSeries GridOf(const promapi::TimeSeries& series, Duration step, Instant now) {
  std::vector<anomaly::Point> points;
  points.reserve(series.samples.size());
  for (const auto& sample : series.samples) points.push_back({sample.at, sample.value});
  return anomaly::OntoGrid(points, step, now);
}

std::vector<anomaly::Verdict> JudgeSeries(const promapi::TimeSeries& series,
                                          const CheckRequest& request, std::size_t most) {
  return anomaly::Check(GridOf(series, request.step, request.now), KindOf(request.detector.kind),
                        ParametersOf(request.detector, request.tolerance, request.calendar), most);
}

anomaly::Verdict CheckSeries(const promapi::TimeSeries& series, const CheckRequest& request) {
  return JudgeSeries(series, request, 1).back();
}

Result<promapi::QueryAnswer> AskHistory(const promapi::PrometheusClient& prometheus,
                                        const CheckRequest& request,
                                        const promapi::SeriesChoice* choice) {
  promapi::RangeQuery query;
  query.expression = request.query;
  query.start = request.now - request.history;
  query.end = request.now;
  query.step = request.step;
  query.if_long = promapi::LongRange::kWiden;
  return prometheus.Query(query, request.budget, choice);
}

Result<CheckAnswer> Check(const promapi::PrometheusClient& prometheus,
                          const CheckRequest& request) {
  const promapi::SeriesChoice choice{request.max_series};
  auto answer = AskHistory(prometheus, request, &choice);
  if (!answer) return std::unexpected(answer.error());
  CheckAnswer checked;
  checked.warnings = std::move(answer->warnings);
  const std::size_t looked_at = answer->series.size();
  checked.left_out = answer->left_out;
  CheckRequest each = request;
  if (request.shares_budget)
    each.tolerance.alerts_per_day /= static_cast<double>(std::max<std::size_t>(1, looked_at));
  for (std::size_t i = 0; i < looked_at; ++i) {
    auto& series = answer->series[i];
    auto verdict = CheckSeries(series, each);
    series.labels.Remove("__name__");
    checked.series.push_back({std::move(series.labels), std::move(verdict)});
  }
  return checked;
}

}  // namespace warden

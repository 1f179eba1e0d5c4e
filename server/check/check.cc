// SPDX-License-Identifier: Apache-2.0
#include "server/check/check.h"

#include <algorithm>
#include <utility>

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

}  // namespace

anomaly::DetectorKind KindOf(DetectorKind kind) {
  // By name, which is what both tables agree on.
  return anomaly::DetectorKindOf(Name(kind)).value_or(anomaly::DetectorKind{});
}

anomaly::DetectorParameters ParametersOf(const DetectorConfig& config) {
  anomaly::DetectorParameters parameters;
  parameters.period = config.period;
  parameters.window = config.window;
  parameters.min_points = config.min_points;
  parameters.alpha = config.alpha;
  parameters.beta = config.beta;
  parameters.gamma = config.gamma;
  parameters.lower_percentile = config.lower_percentile;
  parameters.upper_percentile = config.upper_percentile;
  parameters.judgement.threshold = config.threshold;
  parameters.judgement.direction = DirectionOf(config.direction);
  return parameters;
}

anomaly::Verdict CheckSeries(const promapi::TimeSeries& series, const CheckRequest& request) {
  std::vector<anomaly::Point> points;
  points.reserve(series.samples.size());
  for (const auto& sample : series.samples) points.push_back({sample.at, sample.value});
  const auto grid = anomaly::OntoGrid(points, request.step, request.now);
  return anomaly::Check(grid, KindOf(request.detector.kind), ParametersOf(request.detector)).back();
}

Result<CheckAnswer> Check(const promapi::PrometheusClient& prometheus,
                          const CheckRequest& request) {
  promapi::RangeQuery query;
  query.expression = request.query;
  query.start = request.now - request.history;
  query.end = request.now;
  query.step = request.step;
  query.if_long = promapi::LongRange::kWiden;
  auto answer = prometheus.Query(query, request.budget);
  if (!answer) return std::unexpected(answer.error());
  CheckAnswer checked;
  checked.warnings = std::move(answer->warnings);
  const std::size_t looked_at = std::min(answer->series.size(), request.max_series);
  checked.left_out = answer->series.size() - looked_at;
  for (std::size_t i = 0; i < looked_at; ++i) {
    auto& series = answer->series[i];
    auto verdict = CheckSeries(series, request);
    series.labels.Remove("__name__");
    checked.series.push_back({std::move(series.labels), std::move(verdict)});
  }
  return checked;
}

}  // namespace warden

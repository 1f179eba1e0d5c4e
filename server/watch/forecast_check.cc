// SPDX-License-Identifier: Apache-2.0
#include "server/watch/forecast_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "promql/model/duration.h"
#include "server/anomaly/forecast.h"
#include "server/anomaly/number_text.h"

namespace warden {
namespace {

using anomaly::Number;

constexpr std::size_t kShortGap = 3;  // steps
// This share of the horizon is near.
constexpr double kNear = 0.25;

std::string InText(Duration time) {
  return promql::FormatDuration(std::chrono::floor<std::chrono::minutes>(time));
}

std::size_t MissingAtEnd(std::span<const double> values) {
  std::size_t count = 0;
  while (count < values.size() && !std::isfinite(values[values.size() - 1 - count])) ++count;
  return count;
}

// `options.horizon` steps after the values, of which the newest `late` are not there yet.
anomaly::Forecast ForecastFrom(std::span<const double> values, std::size_t late,
                               anomaly::ForecastOptions options) {
  options.horizon += late;
  auto forecast = anomaly::ForecastSeries(values.first(values.size() - late), options);
  for (auto* line : {&forecast.expected, &forecast.lower, &forecast.upper}) {
    const std::size_t past = std::min(late, line->size());
    line->erase(line->begin(), line->begin() + static_cast<std::ptrdiff_t>(past));
  }
  return forecast;
}

// Whether the verdict stands before anything is forecast.
bool Settle(std::span<const double> values, anomaly::Verdict& verdict) {
  const auto present = static_cast<std::size_t>(
      std::ranges::count_if(values, [](double value) { return std::isfinite(value); }));
  if (present < kFewestToForecast) {
    verdict.reason = "a forecast needs " + std::to_string(kFewestToForecast) + " values and has " +
                     std::to_string(present);
    return true;
  }
  if (MissingAtEnd(values) > kShortGap) {
    verdict.state = anomaly::State::kGap;
    verdict.reason = "there is no value at this time";
    return true;
  }
  return false;
}

void Fire(anomaly::Verdict& verdict, double score, bool is_near, std::string reason) {
  verdict.state = anomaly::State::kFiring;
  verdict.severity = is_near ? anomaly::Severity::kCritical : anomaly::Severity::kHigh;
  verdict.score = score;
  verdict.reason = std::move(reason);
}

}  // namespace

anomaly::Verdict JudgeForecast(std::span<const double> values, Instant last, Duration step,
                               const ForecastLimit& limit) {
  anomaly::Verdict verdict;
  verdict.at = last;
  if (Settle(values, verdict)) return verdict;
  const std::size_t late = MissingAtEnd(values);
  verdict.observed = values[values.size() - late - 1];
  const auto horizon = static_cast<std::size_t>(std::max<Duration::rep>(1, limit.horizon / step));
  const std::size_t within = limit.is_open ? horizon + horizon / 4 : horizon;
  anomaly::ForecastOptions options;
  options.horizon = within;
  options.day = anomaly::StepsOfADay(step);
  const auto forecast = ForecastFrom(values, late, options);
  if (forecast.expected.size() < horizon) {
    verdict.reason = forecast.note;
    return verdict;
  }
  verdict.expected = forecast.expected[horizon - 1];
  verdict.lower = forecast.lower[horizon - 1];
  verdict.upper = forecast.upper[horizon - 1];
  verdict.confidence = 1;
  verdict.state = anomaly::State::kOk;
  const std::string threshold = Number(limit.threshold);
  const auto share = [&](std::size_t steps) {
    return std::min(1.0, static_cast<double>(steps) / static_cast<double>(within));
  };
  if (limit.is_upper ? verdict.observed >= limit.threshold : verdict.observed <= limit.threshold) {
    Fire(verdict, 1, true, "it has reached " + threshold);
    return verdict;
  }
  // The value is on this side of the threshold: it is crossed in the direction that is watched.
  const auto crossing = anomaly::FindCrossing(forecast, verdict.observed, limit.threshold);
  const auto& edge = crossing.earliest;
  if (const auto& steps = crossing.expected) {
    const Duration left = step * static_cast<Duration::rep>(*steps);
    std::string reason =
        "it reaches " + threshold + " in " + InText(left) + ", at " + FormatRfc3339(last + left);
    if (edge && *edge < *steps)
      reason += ", perhaps in " + InText(step * static_cast<Duration::rep>(*edge));
    Fire(verdict, 1 - share(*steps) / 2,
         static_cast<double>(*steps) <= kNear * static_cast<double>(horizon), std::move(reason));
  } else if (edge) {
    verdict.state = anomaly::State::kSuspect;
    verdict.severity = anomaly::Severity::kLow;
    verdict.score = 0.5 * (1 - share(*edge));
    verdict.reason = "it may reach " + threshold + " in " +
                     InText(step * static_cast<Duration::rep>(*edge)) + ", but is not expected to";
  }
  return verdict;
}

}  // namespace warden

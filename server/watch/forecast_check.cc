// SPDX-License-Identifier: Apache-2.0
#include "server/watch/forecast_check.h"

#include <algorithm>
#include <cmath>
#include <optional>
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

std::optional<std::size_t> FirstBeyond(const std::vector<double>& line, const ForecastLimit& limit,
                                       std::size_t within) {
  for (std::size_t i = 0; i < std::min(within, line.size()); ++i) {
    if (limit.is_upper ? line[i] >= limit.threshold : line[i] <= limit.threshold) return i + 1;
  }
  return std::nullopt;
}

// What is known before anything is forecast; nothing: go on.
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
  values = values.first(values.size() - MissingAtEnd(values));
  verdict.observed = values.back();
  const auto horizon = static_cast<std::size_t>(std::max<Duration::rep>(1, limit.horizon / step));
  const std::size_t within = limit.is_open ? horizon + horizon / 4 : horizon;
  anomaly::ForecastOptions options;
  options.horizon = within;
  const Duration day = std::chrono::hours{24};
  if (day % step == Duration{0}) options.day = static_cast<std::size_t>(day / step);
  const auto forecast = anomaly::ForecastSeries(values, options);
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
  const auto edge = FirstBeyond(limit.is_upper ? forecast.upper : forecast.lower, limit, within);
  if (const auto steps = FirstBeyond(forecast.expected, limit, within)) {
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

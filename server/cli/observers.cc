// SPDX-License-Identifier: Apache-2.0
#include "server/cli/observers.h"

#include <algorithm>

#include "server/base/log.h"

namespace warden::cli {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void CountQuery(Metrics& metrics, std::string_view purpose, bool worked,
                std::chrono::duration<double> took) {
  metrics.prometheus_query_duration.Observe({purpose}, took.count());
  if (!worked) metrics.prometheus_query_failures.Add({purpose});
  metrics.dependency_up.Set({"prometheus"}, worked ? 1 : 0);
}

}  // namespace

void DeliveryMetrics::OnAttempt(const Destination& destination, AttemptResult result) {
  metrics_.delivery_attempts.Add({destination.kind, Name(result)});
}

void DeliveryMetrics::OnSettled(const Delivery& delivery, Duration age) {
  const auto destination = Text(delivery.destination);
  switch (delivery.state) {
    case DeliveryState::kDelivered:
      metrics_.delivery_latency.Observe({delivery.destination.kind}, Seconds(age));
      Log(LogLevel::kDebug, "delivered",
          {{"delivery", delivery.id.value}, {"destination", destination}});
      break;
    case DeliveryState::kDead:
    case DeliveryState::kExpired:
      Log(LogLevel::kError, "could not be delivered",
          {{"delivery", delivery.id.value},
           {"destination", destination},
           {"state", Name(delivery.state)},
           {"attempts", delivery.attempts},
           {"err", delivery.last_error}});
      break;
    case DeliveryState::kPending:
    case DeliveryState::kUnknown:
      Log(LogLevel::kWarn, "delivery failed and is tried again",
          {{"delivery", delivery.id.value},
           {"destination", destination},
           {"attempts", delivery.attempts},
           {"err", delivery.last_error}});
      break;
    case DeliveryState::kLeased:
    case DeliveryState::kSuperseded:
      break;
  }
}

void DeliveryMetrics::OnCircuit(const Destination& destination, CircuitState state) {
  metrics_.delivery_circuit_state.Set({Text(destination)}, state == CircuitState::kOpen       ? 2
                                                           : state == CircuitState::kHalfOpen ? 1
                                                                                              : 0);
}

void DeliveryMetrics::OnEnrichment(EnrichmentResult result) {
  metrics_.enrichments.Add({Name(result)});
}

void WatchMetrics::OnRun(const WatchReport& report, std::chrono::duration<double> took) {
  const bool worked = report.error.empty();
  const std::string& watch = report.watch.name;
  metrics_.watch_runs.Add({watch, worked ? "success" : "failure"});
  metrics_.watch_last_run.Set({watch}, Seconds(SystemClock{}.Now().time_since_epoch()));
  CountQuery(metrics_, "watch", worked, took);
  Count(report);
  if (worked) ExportBands(report);
}

void WatchMetrics::Count(const WatchReport& report) {
  const std::string& watch = report.watch.name;
  metrics_.watch_series.Set({watch}, static_cast<double>(report.series.size()));
  metrics_.watch_series_left_out.Set({watch}, static_cast<double>(report.left_out));
  metrics_.watch_alerts_open.Set({watch}, static_cast<double>(report.open_alerts));
  metrics_.watch_points.AdvanceTo(static_cast<double>(report.points), {watch});
  for (std::size_t i = 0; i < kSkippedNames.size(); ++i) {
    metrics_.watch_skipped_points.AdvanceTo(
        static_cast<double>(report.skipped[static_cast<Skipped>(i)]), {watch, kSkippedNames[i]});
  }
  if (report.alerts_per_day) metrics_.watch_alerts_per_day.Set({watch}, *report.alerts_per_day);
  Duration left{0};
  for (const auto& series : report.series) left = std::max(left, series.learning_left);
  metrics_.watch_learning_seconds_left.Set({watch}, Seconds(left));
}

void WatchMetrics::ExportBands(const WatchReport& report) {
  const std::string& watch = report.watch.name;
  const auto put = [&](Gauges& gauge, auto value_of) {
    std::vector<LabelledValue> values;
    if (report.watch.exports_bands) {
      for (const auto& series : report.series)
        values.push_back({{watch, SeriesText(series.labels)}, value_of(series.verdict)});
    }
    gauge.ReplaceUnder(watch, values);
  };
  using anomaly::Verdict;
  put(metrics_.watch_value, [](const Verdict& verdict) { return verdict.observed; });
  put(metrics_.watch_expected, [](const Verdict& verdict) { return verdict.expected; });
  put(metrics_.watch_lower, [](const Verdict& verdict) { return verdict.lower; });
  put(metrics_.watch_upper, [](const Verdict& verdict) { return verdict.upper; });
  put(metrics_.watch_score, [](const Verdict& verdict) { return verdict.score; });
  put(metrics_.watch_anomalous,
      [](const Verdict& verdict) { return anomaly::IsAnomalous(verdict.state) ? 1.0 : 0.0; });
}

void WatchMetrics::OnGone(const std::string& watch) {
  for (auto* gauge : {&metrics_.watch_value, &metrics_.watch_expected, &metrics_.watch_lower,
                      &metrics_.watch_upper, &metrics_.watch_score, &metrics_.watch_anomalous,
                      &metrics_.watch_last_run, &metrics_.watch_series,
                      &metrics_.watch_series_left_out, &metrics_.watch_alerts_open,
                      &metrics_.watch_alerts_per_day, &metrics_.watch_learning_seconds_left}) {
    gauge->Remove(watch);
  }
}

void EnrichmentMetrics::OnQuery(bool worked, std::chrono::duration<double> took) {
  CountQuery(metrics_, "alert", worked, took);
}

}  // namespace warden::cli

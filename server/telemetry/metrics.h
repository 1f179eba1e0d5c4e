// SPDX-License-Identifier: Apache-2.0
// Every metric of the daemon, in one place. Rooms above count by naming a member; label values are
// bounded by the configuration, never by what comes over the wire. Series whose labels are known
// beforehand start at 0. Safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/telemetry/series.h"

namespace warden {

struct BuildInfo {
  std::string_view version;
  std::string_view revision;
};

// Why a webhook was not taken: the values of the label `reason` of webhook_rejected, in this order.
enum class WebhookRejection : std::uint8_t {
  kMalformed,
  kTooLarge,
  kTooSlow,
  kContentType,
  kUnauthorized,
  kOverloaded,
  kStoreUnavailable,
  kDraining,
};
inline constexpr std::array<std::string_view, 8> kWebhookRejections{
    "malformed",    "too_large",  "too_slow",          "content_type",
    "unauthorized", "overloaded", "store_unavailable", "draining"};

struct Metrics {
 private:
  Registry registry_;  // before all families

 public:
  explicit Metrics(const BuildInfo& build);

  // What /metrics answers; reads the process' own figures.
  [[nodiscard]] std::string Text();

  void SetConfigHash(std::uint64_t hash);  // the 48 bits that a number of Prometheus can hold

  Gauges build_info;
  Counters process_cpu_seconds;
  Gauges process_resident_memory_bytes;
  Gauges process_virtual_memory_bytes;
  Gauges process_open_fds;
  Gauges process_max_fds;
  Gauges process_threads;
  Gauges process_start_time_seconds;

  // HTTP listener. handler: the route's pattern, never the path.
  Counters http_requests;            // handler, method, code
  Histograms http_request_duration;  // handler
  Counters http_connections;
  Counters http_connections_shed;
  Gauges http_connections_open;

  // Intake. source: known ones by name, "other" for the rest.
  Counters webhook_messages;    // source, result: accepted, duplicate, quarantined, rejected
  Counters webhook_rejected;    // reason: kWebhookRejections
  Gauges webhook_last_message;  // source; seconds since 1970
  Counters alerts_received;     // status
  Gauges intake_queue_length;

  // Store.
  Counters store_commits;
  Counters store_failures;
  Histograms store_commit_duration;
  Gauges store_healthy;

  // Triage.
  Gauges incidents_open;
  Gauges incidents_muted;
  Gauges alerts_firing;
  Counters notifications;  // reason

  // Delivery. created = delivered + dead + expired + superseded + pending.
  Counters deliveries_created;
  Counters deliveries_delivered;
  Counters deliveries_dead;
  Counters deliveries_expired;
  Counters deliveries_superseded;
  Gauges deliveries_pending;
  Counters delivery_attempts;     // kind, result
  Histograms delivery_latency;    // kind; from the decision to the end
  Gauges delivery_queue_length;   // destination
  Gauges delivery_oldest_age;     // destination
  Gauges delivery_circuit_state;  // destination; 0 closed, 1 half open, 2 open
  Counters enrichments;           // result

  // Prometheus and other dependencies. purpose: alert, watch.
  Histograms prometheus_query_duration;  // purpose
  Counters prometheus_query_failures;    // purpose
  Gauges dependency_up;                  // dependency

  // Watches.
  Counters watch_runs;    // watch, result
  Gauges watch_last_run;  // watch; seconds since 1970
  Gauges watch_series;    // watch, and so below
  Gauges watch_series_left_out;
  Counters watch_points;
  Counters watch_skipped_points;  // watch, reason
  Gauges watch_alerts_open;
  Gauges watch_alerts_per_day;
  Gauges watch_learning_seconds_left;
  Gauges watch_value;  // watch, series: labels as text, and so below
  Gauges watch_expected;
  Gauges watch_lower;
  Gauges watch_upper;
  Gauges watch_score;
  Gauges watch_anomalous;

  // Configuration.
  Gauges config_last_reload_successful;
  Gauges config_last_reload_success_timestamp;
  Gauges config_hash;
};

}  // namespace warden

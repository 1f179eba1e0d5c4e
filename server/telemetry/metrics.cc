// SPDX-License-Identifier: Apache-2.0
#include "server/telemetry/metrics.h"

#include <array>

#include "server/telemetry/process.h"

namespace warden {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

// Seconds, for what takes micro- to milliseconds.
const std::vector<double> kFast{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};
// Seconds, for what goes over the network or waits for its turn.
const std::vector<double> kSlow{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                2.5,   5,    10,    30,   60,  300,  900, 3600};

constexpr std::array<std::string_view, 7> kKinds{"slack", "discord", "telegram", "pagerduty",
                                                 "email", "webhook", "grafana"};
constexpr std::array<std::string_view, 8> kAttempts{
    "delivered",           "retry",    "unknown",    "refused_content",
    "refused_destination", "not_sent", "not_wanted", "gone"};

}  // namespace

Metrics::Metrics(const BuildInfo& build)
    : build_info(registry_, {"promwarden_build_info",
                             "Always 1; what this program was built from",
                             {"version", "revision", "compiler"}}),
      process_cpu_seconds(
          registry_, {"process_cpu_seconds_total", "User and system CPU time spent, in seconds"}),
      process_resident_memory_bytes(
          registry_, {"process_resident_memory_bytes", "Resident memory size, in bytes"}),
      process_virtual_memory_bytes(
          registry_, {"process_virtual_memory_bytes", "Virtual memory size, in bytes"}),
      process_open_fds(registry_, {"process_open_fds", "Number of open file descriptors"}),
      process_max_fds(registry_, {"process_max_fds", "Most file descriptors that may be open"}),
      process_threads(registry_, {"process_threads", "Number of threads"}),
      process_start_time_seconds(registry_, {"process_start_time_seconds",
                                             "When the process started, in seconds since 1970"}),
      http_requests(
          registry_,
          {"promwarden_http_requests_total", "Requests answered", {"handler", "method", "code"}}),
      http_request_duration(registry_,
                            {"promwarden_http_request_duration_seconds",
                             "From the end of a request's header to its answer",
                             {"handler"}},
                            kFast),
      http_connections(registry_, {"promwarden_http_connections_total", "Connections accepted"}),
      http_connections_shed(registry_, {"promwarden_http_connections_shed_total",
                                        "Connections closed or refused for want of room"}),
      http_connections_open(registry_,
                            {"promwarden_http_connections_open", "Connections open now"}),
      webhook_messages(registry_, {"promwarden_webhook_messages_total",
                                   "Webhook messages by sender and what became of them",
                                   {"source", "result"}}),
      webhook_rejected(registry_, {"promwarden_webhook_rejected_total",
                                   "Webhook requests that were not taken, by reason",
                                   {"reason"}}),
      webhook_last_message(registry_, {"promwarden_webhook_last_message_timestamp_seconds",
                                       "When a sender was last heard, in seconds since 1970",
                                       {"source"}}),
      alerts_received(registry_, {"promwarden_alerts_received_total",
                                  "Alerts in accepted webhook messages, repeats included",
                                  {"status"}}),
      intake_queue_length(registry_, {"promwarden_intake_queue_length",
                                      "Webhook messages that wait for their commit"}),
      store_commits(registry_, {"promwarden_store_commits_total", "Transactions on disk"}),
      store_failures(registry_, {"promwarden_store_failures_total", "Transactions that failed"}),
      store_commit_duration(registry_,
                            {"promwarden_store_commit_duration_seconds",
                             "Duration of a transaction, the disk's part included"},
                            kFast),
      store_healthy(registry_, {"promwarden_store_healthy", "1 while the store can be written"}),
      incidents_open(registry_, {"promwarden_incidents_open", "Incidents open now"}),
      incidents_muted(registry_,
                      {"promwarden_incidents_muted", "Open incidents with a muted alert"}),
      alerts_firing(registry_, {"promwarden_alerts_firing", "Alerts that fire now"}),
      notifications(
          registry_,
          {"promwarden_notifications_total", "Notifications decided on, by reason", {"reason"}}),
      deliveries_created(registry_, {"promwarden_deliveries_created_total",
                                     "Deliveries made: one a notification and integration"}),
      deliveries_delivered(registry_,
                           {"promwarden_deliveries_delivered_total", "Deliveries that arrived"}),
      deliveries_dead(registry_, {"promwarden_deliveries_dead_total",
                                  "Deliveries refused for good; they can be replayed"}),
      deliveries_expired(registry_, {"promwarden_deliveries_expired_total",
                                     "Deliveries that did not arrive in time"}),
      deliveries_superseded(registry_,
                            {"promwarden_deliveries_superseded_total",
                             "Deliveries that a newer one spoke for, or that were not wanted"}),
      deliveries_pending(
          registry_, {"promwarden_deliveries_pending", "Deliveries that wait or are under way"}),
      delivery_attempts(registry_, {"promwarden_delivery_attempts_total",
                                    "Attempts to deliver, by channel and what came of them",
                                    {"kind", "result"}}),
      delivery_latency(registry_,
                       {"promwarden_delivery_latency_seconds",
                        "From the decision to notify until the message was taken",
                        {"kind"}},
                       kSlow),
      delivery_queue_length(registry_, {"promwarden_delivery_queue_length",
                                        "Deliveries that wait for a destination",
                                        {"destination"}}),
      delivery_oldest_age(registry_, {"promwarden_delivery_oldest_age_seconds",
                                      "Age of the oldest delivery that waits for a destination",
                                      {"destination"}}),
      delivery_circuit_state(registry_,
                             {"promwarden_delivery_circuit_state",
                              "0 closed: in use, 1 half open: on trial, 2 open: not used",
                              {"destination"}}),
      enrichments(registry_, {"promwarden_enrichments_total",
                              "Checks of an alert's metric for a message, by result",
                              {"result"}}),
      prometheus_query_duration(registry_,
                                {"promwarden_prometheus_query_duration_seconds",
                                 "Duration of queries to Prometheus",
                                 {"purpose"}},
                                kSlow),
      prometheus_query_failures(registry_, {"promwarden_prometheus_query_failures_total",
                                            "Queries to Prometheus that failed",
                                            {"purpose"}}),
      dependency_up(registry_, {"promwarden_dependency_up",
                                "1 when the last exchange with a dependency worked",
                                {"dependency"}}),
      watch_runs(
          registry_,
          {"promwarden_watch_runs_total", "Runs of a watch, by result", {"watch", "result"}}),
      watch_last_run(registry_, {"promwarden_watch_last_run_timestamp_seconds",
                                 "When a watch last ran, in seconds since 1970",
                                 {"watch"}}),
      watch_series(registry_,
                   {"promwarden_watch_series", "Series that a watch looks at", {"watch"}}),
      watch_series_left_out(registry_, {"promwarden_watch_series_left_out",
                                        "Series of the last answer that max_series left out",
                                        {"watch"}}),
      watch_points(registry_, {"promwarden_watch_points_total",
                               "Values that the detector auto has taken in",
                               {"watch"}}),
      watch_skipped_points(registry_, {"promwarden_watch_skipped_points_total",
                                       "Steps and values that were not taken in, by reason",
                                       {"watch", "reason"}}),
      watch_alerts_open(
          registry_, {"promwarden_watch_alerts_open", "Alerts that a watch holds open", {"watch"}}),
      watch_alerts_per_day(
          registry_, {"promwarden_watch_realised_alerts_per_day",
                      "Events that the detector auto has told of, a series and day, over all that "
                      "it remembers; compare with the alert budget",
                      {"watch"}}),
      watch_learning_seconds_left(registry_,
                                  {"promwarden_watch_learning_seconds_left",
                                   "Until all series of a watch are judged, if values keep coming",
                                   {"watch"}}),
      watch_value(registry_,
                  {"promwarden_watch_value", "Value last observed", {"watch", "series"}}),
      watch_expected(
          registry_,
          {"promwarden_watch_expected", "Value expected at that time", {"watch", "series"}}),
      watch_lower(registry_,
                  {"promwarden_watch_lower", "Lower bound of what is normal", {"watch", "series"}}),
      watch_upper(registry_,
                  {"promwarden_watch_upper", "Upper bound of what is normal", {"watch", "series"}}),
      watch_score(
          registry_,
          {"promwarden_watch_score", "How unusual the value is, from 0 to 1", {"watch", "series"}}),
      watch_anomalous(registry_, {"promwarden_watch_anomalous",
                                  "1 while the value is out of its bounds",
                                  {"watch", "series"}}),
      config_last_reload_successful(registry_,
                                    {"promwarden_config_last_reload_successful",
                                     "1 when the last attempt to load the configuration worked"}),
      config_last_reload_success_timestamp(
          registry_, {"promwarden_config_last_reload_success_timestamp_seconds",
                      "When the configuration was last loaded, in seconds since 1970"}),
      config_hash(registry_, {"promwarden_config_hash",
                              "Hash of the configuration in use, for comparing replicas"}) {
  build_info.Set({build.version, build.revision, kCompiler}, 1);
  for (const auto result : {"accepted", "duplicate", "quarantined", "rejected"}) {
    webhook_messages.Add({"default", result}, 0);
  }
  for (const auto reason : kWebhookRejections) webhook_rejected.Add({reason}, 0);
  for (const auto status : {"firing", "resolved"}) alerts_received.Add({status}, 0);
  for (const auto reason :
       {"first", "new_alerts", "some_resolved", "all_resolved", "repeat", "unmuted", "test"}) {
    notifications.Add({reason}, 0);
  }
  for (const auto kind : kKinds) {
    for (const auto result : kAttempts) delivery_attempts.Add({kind, result}, 0);
    delivery_latency.Start({kind});
  }
  for (const auto result : {"answered", "nothing", "overrun"}) {
    enrichments.Add({result}, 0);
  }
  for (const auto purpose : {"alert", "watch"}) {
    prometheus_query_duration.Start({purpose});
    prometheus_query_failures.Add({purpose}, 0);
  }
  store_healthy.Set(1);
}

std::string Metrics::Text() {
  const ProcessStats stats = ReadProcessStats();
  process_cpu_seconds.AdvanceTo(stats.cpu_seconds);
  process_resident_memory_bytes.Set(stats.resident_bytes);
  process_virtual_memory_bytes.Set(stats.virtual_bytes);
  process_open_fds.Set(stats.open_fds);
  process_max_fds.Set(stats.max_fds);
  process_threads.Set(stats.threads);
  process_start_time_seconds.Set(stats.start_time_seconds);
  return registry_.Text();
}

void Metrics::SetConfigHash(std::uint64_t hash) {
  config_hash.Set(static_cast<double>(hash & 0xffff'ffff'ffffU));
}

}  // namespace warden

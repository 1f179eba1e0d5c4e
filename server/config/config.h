// SPDX-License-Identifier: Apache-2.0
// The whole configuration as one typed value: parsed, checked, defaults and inheritance filled in,
// never changed after it was made. Shared as std::shared_ptr<const Config>; safe from any thread.
// server/config/CONFIG.md says what each key means; load.h makes the value from YAML, environment.h
// from the environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promql/model/matcher.h"
#include "server/base/secret.h"
#include "server/config/http_config.h"
#include "server/config/receivers.h"
#include "server/config/route.h"
#include "server/config/time_interval.h"
#include "server/config/watch_config.h"

namespace warden {

// `global`, for whoever looks: receivers have already inherited what they need.
struct GlobalConfig {
  std::chrono::milliseconds resolve_timeout = std::chrono::minutes(5);
  HttpConfig http;
  TemplateText smtp_from;
  std::string smtp_hello = "localhost";
  std::string smtp_smarthost_host;
  std::string smtp_smarthost_port;  // empty: no smarthost
  std::string smtp_auth_username;
  Secret smtp_auth_password;
  Secret smtp_auth_secret;
  std::string smtp_auth_identity;
  bool smtp_require_tls = true;
  std::optional<bool> smtp_force_implicit_tls;
  TlsConfig smtp_tls;
  Secret slack_api_url;
  Secret slack_app_token;
  std::string slack_app_url = "https://slack.com/api/chat.postMessage";
  std::string pagerduty_url = "https://events.pagerduty.com/v2/enqueue";
  std::string telegram_api_url = "https://api.telegram.org";
  Secret telegram_bot_token;
  Secret opsgenie_api_key;
  std::string opsgenie_api_url = "https://api.opsgenie.com/";
};

struct PrometheusConfig {
  std::string url;  // empty: no Prometheus; no trailing slash
  HttpConfig http;
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  std::size_t max_concurrent_queries = 4;

  [[nodiscard]] bool is_set() const { return !url.empty(); }

  friend bool operator==(const PrometheusConfig&, const PrometheusConfig&) = default;
};

// Where an alert's annotation goes: `"request_rate:critical": "Service Overview:Request Rate"`.
struct DashboardMapping {
  std::string alertname;
  std::string severity;   // empty: any
  std::string dashboard;  // uid or title
  std::string panel;      // id or title; empty: the whole dashboard
};

struct GrafanaConfig {
  std::string url;  // empty: no Grafana; no trailing slash
  Secret token;
  HttpConfig http;
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  std::int64_t org_id = 0;        // 0: the token's
  std::vector<std::string> tags;  // beside those of the incident
  promql::Matchers matchers;      // incidents that are marked; none: all
  std::vector<DashboardMapping>
      dashboards;  // in order; entries with a severity before those without

  [[nodiscard]] bool is_set() const { return !url.empty(); }
};

struct MaintenanceWindow {
  std::string name;
  std::string comment;
  std::string created_by;
  promql::Matchers matchers;  // at least one
  WindowTime when;
};

struct StorageConfig {
  std::chrono::milliseconds retention =
      std::chrono::hours(24 * 90);  // closed incidents, settled deliveries
  std::chrono::milliseconds quarantine_retention =
      std::chrono::hours(24 * 30);  // unusable payloads
  std::uint64_t quarantine_max_bytes = 256ULL << 20U;

  friend bool operator==(const StorageConfig&, const StorageConfig&) = default;
};

struct IntakeAuth {
  std::optional<BasicAuth> basic;
  Secret bearer_token;

  // Either of the two that are set lets a request in; none set lets all in.
  [[nodiscard]] bool is_required() const { return basic.has_value() || bearer_token.is_set(); }

  friend bool operator==(const IntakeAuth&, const IntakeAuth&) = default;
};

// A sender with a name of its own: /api/v1/webhook/{name}.
struct IntakeSource {
  std::string name;
  std::optional<IntakeAuth> auth;                         // not set: that of IntakeConfig
  std::optional<std::chrono::milliseconds> expire_after;  // not set: that of IntakeConfig
  std::vector<std::string> ignored_labels;  // dropped before fingerprints: replica and the like

  friend bool operator==(const IntakeSource&, const IntakeSource&) = default;
};

struct IntakeConfig {
  IntakeAuth auth;
  std::vector<std::string> ignored_labels;
  std::size_t max_alerts = 10'000;         // a webhook
  std::size_t max_labels = 128;            // an alert
  std::size_t max_value_bytes = 64 << 10;  // a label's or annotation's value
  std::size_t max_queued_requests = 1024;  // more: 503
  // An alert that no webhook mentions for this long is taken as over; 0: never. Alertmanager
  // repeats what fires within 5 days, however long its repeat_interval.
  std::chrono::milliseconds expire_after = std::chrono::hours(24 * 6);
  std::vector<IntakeSource> sources;  // others are accepted with the settings above

  friend bool operator==(const IntakeConfig&, const IntakeConfig&) = default;
};

struct RetryConfig {
  std::chrono::milliseconds initial = std::chrono::seconds(1);
  std::chrono::milliseconds max = std::chrono::minutes(5);
  std::chrono::milliseconds give_up_after = std::chrono::hours(24);

  friend bool operator==(const RetryConfig&, const RetryConfig&) = default;
};

struct RateLimitConfig {
  double per_second = 5;  // a destination
  std::size_t burst = 20;

  friend bool operator==(const RateLimitConfig&, const RateLimitConfig&) = default;
};

struct CircuitBreakerConfig {
  std::size_t failures = 5;  // in a row open it
  std::chrono::milliseconds open = std::chrono::seconds(30);

  friend bool operator==(const CircuitBreakerConfig&, const CircuitBreakerConfig&) = default;
};

struct DeliveryConfig {
  std::size_t max_concurrent = 32;
  std::chrono::milliseconds timeout =
      std::chrono::seconds(10);  // a request, where the channel says nothing
  RetryConfig retry;
  std::optional<RateLimitConfig> rate_limit;  // not set: that of each kind of channel
  CircuitBreakerConfig circuit_breaker;

  friend bool operator==(const DeliveryConfig&, const DeliveryConfig&) = default;
};

struct ApiConfig {
  std::size_t requests_per_minute = 100;  // an API key, to what has a limit; 0: no limit

  friend bool operator==(const ApiConfig&, const ApiConfig&) = default;
};

// A channel that the environment did not configure: shown as skipped, never as failed.
struct SkippedChannel {
  std::string channel;   // "slack"
  std::string variable;  // "SLACK_WEBHOOK_URL"
};

struct Config {
  std::string source;      // file name as given, or "environment"
  std::uint64_t hash = 0;  // of the text it was made from
  GlobalConfig global;
  std::vector<std::string>
      templates;  // file patterns, relative ones already joined with the file's folder
  Route route;
  std::vector<Receiver> receivers;  // unique names, order of the file
  std::vector<InhibitRule> inhibit_rules;
  std::vector<TimeInterval> time_intervals;  // unique names; mute_time_intervals included

  PrometheusConfig prometheus;
  std::string alertmanager_url;  // links in messages; empty: the webhook's externalURL
  GrafanaConfig grafana;
  AnomalyConfig anomaly;
  std::vector<WatchConfig> watches;
  std::vector<MaintenanceWindow> maintenance_windows;
  StorageConfig storage;
  IntakeConfig intake;
  DeliveryConfig delivery;
  ApiConfig api;
  std::vector<SkippedChannel> skipped_channels;

  // Null when there is none. Borrowed from this value.
  [[nodiscard]] const Receiver* FindReceiver(std::string_view name) const;
  [[nodiscard]] const TimeInterval* FindTimeInterval(std::string_view name) const;
  [[nodiscard]] const IntakeSource* FindSource(std::string_view name) const;
};

}  // namespace warden

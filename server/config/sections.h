// SPDX-License-Identifier: Apache-2.0
// The parts of a configuration file, each read by a file of its own. Drafts hold what is not
// inherited yet.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/config/config.h"
#include "server/config/reader.h"

namespace warden {

// --- http_config: read_http.cc ---
void ReadValue(Reader& reader, const YamlNode& node, TlsConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, HttpConfig& out);

// --- routes and inhibition: read_route.cc ---
struct RouteDraft {
  const YamlNode* at = nullptr;  // null: not in the file
  const YamlNode* receiver_at = nullptr;
  std::string receiver;
  std::optional<GroupBy> group_by;
  promql::Matchers matchers;
  bool is_continuing = false;
  std::optional<std::chrono::milliseconds> group_wait, group_interval, repeat_interval;
  std::vector<std::string> mute_time_intervals, active_time_intervals;
  promql::LabelSet labels;
  std::vector<RouteDraft> routes;
};
void ReadValue(Reader& reader, const YamlNode& node, RouteDraft& out);
void ReadValue(Reader& reader, const YamlNode& node, InhibitRule& out);
// Checks names and the root's limits, fills in what is inherited.
[[nodiscard]] Route FinishRoute(Reader& reader, const RouteDraft& draft, const Config& config);

// --- time: read_time.cc ---
void ReadValue(Reader& reader, const YamlNode& node, TimeInterval& out);
void ReadValue(Reader& reader, const YamlNode& node, MaintenanceWindow& out);

// --- global: read_global.cc ---
struct GlobalDraft : GlobalConfig {
  UrlText slack_app_url_text{slack_app_url};
  UrlText pagerduty_url_text{pagerduty_url};
  UrlText telegram_api_url_text{telegram_api_url};
  UrlText opsgenie_api_url_text{opsgenie_api_url};
  SecretDraft slack_api_url_draft, slack_app_token_draft, telegram_bot_token_draft,
      opsgenie_api_key_draft, smtp_password_draft, smtp_secret_draft;
  std::string smarthost;
};
void ReadValue(Reader& reader, const YamlNode& node, GlobalDraft& out);

// --- receivers: read_receivers.cc, finish_receivers.cc ---
template <class T>
struct ChannelDraft : T {
  const YamlNode* at = nullptr;
  std::optional<HttpConfig> http_config;
  bool is_null = false;
};
struct SlackDraft : ChannelDraft<SlackConfig> {
  SecretDraft api_url_draft, app_token_draft;
  std::optional<UrlText> app_url_text;
};
struct DiscordDraft : ChannelDraft<DiscordConfig> {
  SecretDraft webhook_url_draft;
};
struct TelegramDraft : ChannelDraft<TelegramConfig> {
  SecretDraft bot_token_draft;
  std::optional<UrlText> api_url_text;
};
struct PagerdutyDraft : ChannelDraft<PagerdutyConfig> {
  SecretDraft routing_key_draft, service_key_draft;
  std::optional<UrlText> url_text;
};
struct EmailDraft : ChannelDraft<EmailConfig> {
  std::string hello_text, smarthost, username_text, identity_text;
  SecretDraft password_draft, auth_secret_draft;
  std::optional<bool> tls_required;
  std::optional<TlsConfig> tls_config;
  std::string thread_by_date;
};
struct WebhookDraft : ChannelDraft<WebhookConfig> {
  SecretDraft url_draft, signing_draft;
};
struct NoConfig {
  bool send_resolved = true;
};
// Opsgenie and Teams: checked as Alertmanager does, not built yet.
struct OtherDraft : ChannelDraft<NoConfig> {
  SecretDraft secret;  // API key or webhook URL
  UrlText api_url;
  std::string text;
};
struct ReceiverDraft {
  const YamlNode* at = nullptr;
  std::string name;
  promql::LabelSet labels;
  std::vector<SlackDraft> slack;
  std::vector<DiscordDraft> discord;
  std::vector<TelegramDraft> telegram;
  std::vector<PagerdutyDraft> pagerduty;
  std::vector<EmailDraft> email;
  std::vector<WebhookDraft> webhook;
  std::vector<OtherDraft> opsgenie, msteams, msteamsv2;
};
void ReadValue(Reader& reader, const YamlNode& node, ReceiverDraft& out);
void ReadOpsgenie(Reader& reader, const YamlNode& node,
                  std::vector<OtherDraft>& out);  // read_unbuilt.cc
void ReadTeams(Reader& reader, const YamlNode& node, std::vector<OtherDraft>& out,
               bool has_summary);
// Fills in what `global` has and checks what must be there.
[[nodiscard]] Receiver FinishReceiver(Reader& reader, const ReceiverDraft& draft,
                                      const GlobalDraft& global);

// --- ours: read_ours.cc, read_watch.cc ---
void ReadValue(Reader& reader, const YamlNode& node, PrometheusConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, GrafanaConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, AnomalyConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, WatchConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, StorageConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, IntakeConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, DeliveryConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, ApiConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, RetryConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, RateLimitConfig& out);
void ReadValue(Reader& reader, const YamlNode& node, CircuitBreakerConfig& out);

// Each file's tables.
void AddHttpKeys(KnownKeys& known);
void AddRouteKeys(KnownKeys& known);
void AddTimeKeys(KnownKeys& known);
void AddGlobalKeys(KnownKeys& known);
void AddReceiverKeys(KnownKeys& known);
void AddUnbuiltKeys(KnownKeys& known);
void AddOurKeys(KnownKeys& known);
void AddWatchKeys(KnownKeys& known);
// All of them, the top level as `configuration`.
[[nodiscard]] KnownKeys AllKnownKeys();

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Receivers: who gets word and through which channels, in Alertmanager's words. Everything
// inherited from `global` is already filled in, so a channel needs nothing but its own struct.
// Plain immutable values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "promql/model/labels.h"
#include "server/base/secret.h"
#include "server/config/http_config.h"

namespace warden {

// A field that may hold a Go template. Not set: the built-in message stands in its place.
struct TemplateText {
  std::string text;
  bool is_set = false;
  int line = 0;  // 1-based position in the configuration file; 0 when it has none
  int column = 0;

  [[nodiscard]] bool is_template() const { return text.find("{{") != std::string::npos; }
  friend bool operator==(const TemplateText&, const TemplateText&) = default;
};

struct SlackField {
  TemplateText title;
  TemplateText value;
  std::optional<bool> is_short;  // not set: SlackConfig::short_fields
};

struct SlackConfirmation {
  TemplateText text;
  TemplateText title;
  TemplateText ok_text;
  TemplateText dismiss_text;
};

struct SlackAction {
  TemplateText type;
  TemplateText text;
  TemplateText url;
  TemplateText style;
  TemplateText name;
  TemplateText value;
  std::optional<SlackConfirmation> confirm;
};

struct SlackConfig {
  bool send_resolved = false;
  HttpConfig http;
  Secret api_url;    // incoming webhook; exactly one of api_url and app_token is set
  Secret app_token;  // Bearer for app_url
  std::string app_url;
  TemplateText channel, username, color, title, title_link, pretext, text, message_text, footer,
      fallback, callback_id, icon_emoji, icon_url, image_url, thumb_url;
  std::vector<SlackField> fields;
  bool short_fields = false;
  bool link_names = false;
  std::vector<std::string> mrkdwn_in;
  std::vector<SlackAction> actions;
  bool update_message = false;
  bool post_updates_to_thread = false;
  std::chrono::nanoseconds timeout{0};  // 0: none of its own
};

struct DiscordConfig {
  bool send_resolved = true;
  HttpConfig http;
  Secret webhook_url;
  TemplateText content, title, message, username, avatar_url;
};

struct TelegramConfig {
  bool send_resolved = true;
  HttpConfig http;
  std::string api_url;  // https://api.telegram.org
  Secret bot_token;
  std::int64_t chat_id = 0;  // 0: chat_id_file
  std::string chat_id_file;
  std::int64_t message_thread_id = 0;  // 0: none
  TemplateText message;
  bool disable_notifications = false;
  std::string parse_mode = "HTML";  // HTML, Markdown, MarkdownV2 or empty
  std::chrono::nanoseconds timeout{0};
};

struct PagerdutyImage {
  TemplateText src, alt, href;
};

struct PagerdutyLink {
  TemplateText href, text;
};

struct PagerdutyConfig {
  bool send_resolved = true;
  HttpConfig http;
  Secret routing_key;  // Events v2; when only service_key is set, it is used the same way
  Secret service_key;
  std::string url;  // https://events.pagerduty.com/v2/enqueue
  TemplateText client, client_url, description, source, severity, class_, component, group;
  std::map<std::string, TemplateText> details;  // as written; the four usual ones are the channel's
  std::vector<PagerdutyImage> images;
  std::vector<PagerdutyLink> links;
  std::chrono::nanoseconds timeout{0};
};

struct EmailThreading {
  bool is_enabled = false;
  bool is_daily = false;
};

struct EmailConfig {
  bool send_resolved = false;
  TemplateText to;  // comma-separated addresses
  TemplateText from;
  std::string hello = "localhost";
  std::string smarthost_host;  // may be empty: localhost
  std::string smarthost_port;
  std::string auth_username;
  Secret auth_password;
  Secret auth_secret;
  std::string auth_identity;
  std::map<std::string, TemplateText> headers;  // canonical names: Subject, Reply-To
  TemplateText html, text;
  bool require_tls = true;
  std::optional<bool> force_implicit_tls;  // not set: implicit on port 465
  TlsConfig tls;
  EmailThreading threading;
};

struct WebhookConfig {
  bool send_resolved = true;
  HttpConfig http;
  Secret url;  // inline or file; an inline one may be a template
  bool is_url_template = false;
  std::uint64_t max_alerts = 0;  // 0: all
  std::chrono::nanoseconds timeout{0};
  std::optional<std::string> payload;  // custom body as JSON text whose strings may be templates
  Secret signing_secret;               // ours: Standard-Webhooks signature when set
};

struct Receiver {
  std::string name;
  promql::LabelSet labels;
  std::vector<SlackConfig> slack;
  std::vector<DiscordConfig> discord;
  std::vector<TelegramConfig> telegram;
  std::vector<PagerdutyConfig> pagerduty;
  std::vector<EmailConfig> email;
  std::vector<WebhookConfig> webhook;
  // Keys of channels that Alertmanager has and this program has not yet (`opsgenie_configs`), once
  // per entry.
  std::vector<std::string> unsupported;
};

}  // namespace warden

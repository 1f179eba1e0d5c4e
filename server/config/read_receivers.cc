// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "server/config/sections.h"
#include "server/config/template_text.h"
#include "server/config/yaml_scalar.h"

namespace warden {
namespace {

// Every text below the node that is a template which does not parse.
void CheckTemplates(Reader& reader, const YamlNode& node) {
  TemplateText text;
  if (node.kind == YamlNode::Kind::kScalar) ReadValue(reader, node, text);
  for (const YamlNode* item : node.items) CheckTemplates(reader, *item);
}

// --- slack_configs ---

constexpr Field<SlackConfirmation> kConfirmFields[] = {
    {"text", Set<&SlackConfirmation::text>},
    {"title", Set<&SlackConfirmation::title>},
    {"ok_text", Set<&SlackConfirmation::ok_text>},
    {"dismiss_text", Set<&SlackConfirmation::dismiss_text>},
};

constexpr Field<SlackAction> kActionFields[] = {
    {"type", Set<&SlackAction::type>},       {"text", Set<&SlackAction::text>},
    {"url", Set<&SlackAction::url>},         {"style", Set<&SlackAction::style>},
    {"name", Set<&SlackAction::name>},       {"value", Set<&SlackAction::value>},
    {"confirm", Set<&SlackAction::confirm>},
};

constexpr Field<SlackField> kSlackFieldFields[] = {
    {"title", Set<&SlackField::title>},
    {"value", Set<&SlackField::value>},
    {"short", Set<&SlackField::is_short>},
};

constexpr Field<SlackDraft> kSlackFields[] = {
    {"send_resolved", Set<&SlackDraft::send_resolved>},
    {"http_config", Set<&SlackDraft::http_config>},
    {"api_url", SetSecretUrl<&SlackDraft::api_url_draft>},
    {"api_url_file", SetSecretFile<&SlackDraft::api_url_draft>},
    {"app_token", SetSecret<&SlackDraft::app_token_draft>},
    {"app_token_file", SetSecretFile<&SlackDraft::app_token_draft>},
    {"app_url", Set<&SlackDraft::app_url_text>},
    {"channel", Set<&SlackDraft::channel>},
    {"username", Set<&SlackDraft::username>},
    {"color", Set<&SlackDraft::color>},
    {"title", Set<&SlackDraft::title>},
    {"title_link", Set<&SlackDraft::title_link>},
    {"pretext", Set<&SlackDraft::pretext>},
    {"text", Set<&SlackDraft::text>},
    {"message_text", Set<&SlackDraft::message_text>},
    {"fields", SetList<&SlackDraft::fields>},
    {"short_fields", Set<&SlackDraft::short_fields>},
    {"footer", Set<&SlackDraft::footer>},
    {"fallback", Set<&SlackDraft::fallback>},
    {"callback_id", Set<&SlackDraft::callback_id>},
    {"icon_emoji", Set<&SlackDraft::icon_emoji>},
    {"icon_url", Set<&SlackDraft::icon_url>},
    {"image_url", Set<&SlackDraft::image_url>},
    {"thumb_url", Set<&SlackDraft::thumb_url>},
    {"link_names", Set<&SlackDraft::link_names>},
    {"mrkdwn_in", Set<&SlackDraft::mrkdwn_in>},
    {"actions", SetList<&SlackDraft::actions>},
    {"update_message", Set<&SlackDraft::update_message>},
    {"post_updates_to_thread", Set<&SlackDraft::post_updates_to_thread>},
    {"timeout", Set<&SlackDraft::timeout>},
};

// --- discord_configs ---

constexpr Field<DiscordDraft> kDiscordFields[] = {
    {"send_resolved", Set<&DiscordDraft::send_resolved>},
    {"http_config", Set<&DiscordDraft::http_config>},
    {"webhook_url", SetSecretUrl<&DiscordDraft::webhook_url_draft>},
    {"webhook_url_file", SetSecretFile<&DiscordDraft::webhook_url_draft>},
    {"content", Set<&DiscordDraft::content>},
    {"title", Set<&DiscordDraft::title>},
    {"message", Set<&DiscordDraft::message>},
    {"username", Set<&DiscordDraft::username>},
    {"avatar_url", Set<&DiscordDraft::avatar_url>},
};

// --- telegram_configs ---

constexpr Field<TelegramDraft> kTelegramFields[] = {
    {"send_resolved", Set<&TelegramDraft::send_resolved>},
    {"http_config", Set<&TelegramDraft::http_config>},
    {"api_url", Set<&TelegramDraft::api_url_text>},
    {"bot_token", SetSecret<&TelegramDraft::bot_token_draft>},
    {"bot_token_file", SetSecretFile<&TelegramDraft::bot_token_draft>},
    {"chat_id", Set<&TelegramDraft::chat_id>},
    {"chat_id_file", Set<&TelegramDraft::chat_id_file>},
    {"message_thread_id", Set<&TelegramDraft::message_thread_id>},
    {"message", Set<&TelegramDraft::message>},
    {"disable_notifications", Set<&TelegramDraft::disable_notifications>},
    {"parse_mode", Set<&TelegramDraft::parse_mode>},
    {"timeout", Set<&TelegramDraft::timeout>},
};

// --- pagerduty_configs ---

constexpr Field<PagerdutyImage> kImageFields[] = {
    {"src", Set<&PagerdutyImage::src>},
    {"alt", Set<&PagerdutyImage::alt>},
    {"href", Set<&PagerdutyImage::href>},
};

constexpr Field<PagerdutyLink> kLinkFields[] = {
    {"href", Set<&PagerdutyLink::href>},
    {"text", Set<&PagerdutyLink::text>},
};

// Values may be anything; what is no text is kept as JSON.
void SetDetails(PagerdutyDraft& out, Reader& reader, const YamlNode& node) {
  out.details.clear();
  if (node.IsLooseNull()) return;
  if (node.kind != YamlNode::Kind::kMapping) return reader.Error(node, "expected keys and values");
  std::set<std::string_view> seen;
  for (const MappingEntry& entry : Entries(reader, node)) {
    if (!seen.insert(entry.key->text).second)
      reader.Error(*entry.key, "key `" + entry.key->text + "` stands here twice");
    const YamlNode& value = *entry.value;
    TemplateText& text = out.details[entry.key->text];
    if (value.kind == YamlNode::Kind::kScalar) {
      ReadValue(reader, value, text);
    } else {
      CheckTemplates(reader, value);
      text = {ToJson(value), true, value.line, value.column};
    }
  }
}

constexpr Field<PagerdutyDraft> kPagerdutyFields[] = {
    {"send_resolved", Set<&PagerdutyDraft::send_resolved>},
    {"http_config", Set<&PagerdutyDraft::http_config>},
    {"routing_key", SetSecret<&PagerdutyDraft::routing_key_draft>},
    {"routing_key_file", SetSecretFile<&PagerdutyDraft::routing_key_draft>},
    {"service_key", SetSecret<&PagerdutyDraft::service_key_draft>},
    {"service_key_file", SetSecretFile<&PagerdutyDraft::service_key_draft>},
    {"url", Set<&PagerdutyDraft::url_text>},
    {"client", Set<&PagerdutyDraft::client>},
    {"client_url", Set<&PagerdutyDraft::client_url>},
    {"description", Set<&PagerdutyDraft::description>},
    {"details", SetDetails},
    {"images", SetList<&PagerdutyDraft::images>},
    {"links", SetList<&PagerdutyDraft::links>},
    {"source", Set<&PagerdutyDraft::source>},
    {"severity", Set<&PagerdutyDraft::severity>},
    {"class", Set<&PagerdutyDraft::class_>},
    {"component", Set<&PagerdutyDraft::component>},
    {"group", Set<&PagerdutyDraft::group>},
    {"timeout", Set<&PagerdutyDraft::timeout>},
};

// --- email_configs ---

struct ThreadingDraft {
  bool enabled = false;
  std::string thread_by_date;
};

constexpr Field<ThreadingDraft> kThreadingFields[] = {
    {"enabled", Set<&ThreadingDraft::enabled>},
    {"thread_by_date", Set<&ThreadingDraft::thread_by_date>},
};

void SetThreading(EmailDraft& out, Reader& reader, const YamlNode& node) {
  ThreadingDraft threading;
  ReadSection(reader, node, "threading", kThreadingFields, threading);
  out.threading.is_enabled = threading.enabled;
  out.threading.is_daily = threading.thread_by_date == "daily";
  out.thread_by_date = threading.thread_by_date;
}

// Header names are the same in any case: `subject` becomes `Subject`. What is no token stays as it
// is.
std::string CanonicalHeader(std::string name) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto fits = [&](char c) {
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(name, fits)) return name;
  bool is_start = true;
  for (char& c : name) {
    if (is_start && c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    if (!is_start && c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    is_start = c == '-';
  }
  return name;
}

void SetHeaders(EmailDraft& out, Reader& reader, const YamlNode& node) {
  std::map<std::string, TemplateText> headers;
  ReadValue(reader, node, headers);
  out.headers.clear();
  for (auto& [name, value] : headers) {
    const std::string canonical = CanonicalHeader(name);
    if (!out.headers.emplace(canonical, std::move(value)).second) {
      reader.Error(node, "header `" + canonical + "` stands here twice");
    }
  }
}

constexpr Field<EmailDraft> kEmailFields[] = {
    {"send_resolved", Set<&EmailDraft::send_resolved>},
    {"to", Set<&EmailDraft::to>},
    {"from", Set<&EmailDraft::from>},
    {"hello", Set<&EmailDraft::hello_text>},
    {"smarthost", Set<&EmailDraft::smarthost>},
    {"auth_username", Set<&EmailDraft::username_text>},
    {"auth_password", SetSecret<&EmailDraft::password_draft>},
    {"auth_password_file", SetSecretFile<&EmailDraft::password_draft>},
    {"auth_secret", SetSecret<&EmailDraft::auth_secret_draft>},
    {"auth_secret_file", SetSecretFile<&EmailDraft::auth_secret_draft>},
    {"auth_identity", Set<&EmailDraft::identity_text>},
    {"headers", SetHeaders},
    {"html", Set<&EmailDraft::html>},
    {"text", Set<&EmailDraft::text>},
    {"require_tls", Set<&EmailDraft::tls_required>},
    {"force_implicit_tls", Set<&EmailDraft::force_implicit_tls>},
    {"tls_config", Set<&EmailDraft::tls_config>},
    {"threading", SetThreading},
};

// --- webhook_configs ---

// A URL with `{{` must parse as a template and is no longer checked as a URL.
void SetWebhookUrl(WebhookDraft& out, Reader& reader, const YamlNode& node) {
  SecretDraft& draft = out.url_draft;
  reader.Hide(node);
  draft.text.clear();
  ReadValue(reader, node, draft.text);
  draft.has_text = !draft.text.empty();
  out.is_url_template = draft.text.find("{{") != std::string::npos;
  if (out.is_url_template) {
    if (const auto problem = TemplateProblem(draft.text))
      reader.Error(node, "template: " + *problem);
  } else if (draft.has_text) {
    UrlText url;
    ReadValue(reader, node, url);
  }
}

void SetPayload(WebhookDraft& out, Reader& reader, const YamlNode& node) {
  out.payload.reset();
  if (node.IsLooseNull()) return;
  CheckTemplates(reader, node);
  out.payload = ToJson(node);
}

constexpr Field<WebhookDraft> kWebhookFields[] = {
    {"send_resolved", Set<&WebhookDraft::send_resolved>},
    {"http_config", Set<&WebhookDraft::http_config>},
    {"url", SetWebhookUrl},
    {"url_file", SetSecretFile<&WebhookDraft::url_draft>},
    {"max_alerts", Set<&WebhookDraft::max_alerts>},
    {"timeout", Set<&WebhookDraft::timeout>},
    {"payload", SetPayload},
    {"signing_secret", SetSecret<&WebhookDraft::signing_draft>},
    {"signing_secret_file", SetSecretFile<&WebhookDraft::signing_draft>},
};

// --- receivers ---

template <auto Member, class T>
void SetChannels(T& out, Reader& reader, const YamlNode& node) {
  auto& list = out.*Member;
  list.clear();
  if (!IsList(reader, node)) return;
  for (const YamlNode* item : node.items) {
    auto& channel = list.emplace_back();
    channel.at = item;
    channel.is_null = item->IsNull();
    if (!channel.is_null) ReadValue(reader, *item, channel);
  }
}

// Channels of Alertmanager that are not built: nobody would get word, so this is an error.
void RefuseChannel(ReceiverDraft&, Reader& reader, const YamlNode& node) {
  const bool is_empty =
      node.IsLooseNull() || (node.kind == YamlNode::Kind::kSequence && node.items.empty());
  if (!is_empty)
    reader.Error(node,
                 "this channel of Alertmanager is not built: nobody would get word through it");
}

void SetOpsgenie(ReceiverDraft& out, Reader& reader, const YamlNode& node) {
  ReadOpsgenie(reader, node, out.opsgenie);
}
void SetTeams(ReceiverDraft& out, Reader& reader, const YamlNode& node) {
  ReadTeams(reader, node, out.msteams, true);
}
void SetTeamsV2(ReceiverDraft& out, Reader& reader, const YamlNode& node) {
  ReadTeams(reader, node, out.msteamsv2, false);
}

constexpr Field<ReceiverDraft> kReceiverFields[] = {
    {"name", Set<&ReceiverDraft::name>},
    {"labels", Set<&ReceiverDraft::labels>},
    {"slack_configs", SetChannels<&ReceiverDraft::slack>},
    {"discord_configs", SetChannels<&ReceiverDraft::discord>},
    {"telegram_configs", SetChannels<&ReceiverDraft::telegram>},
    {"pagerduty_configs", SetChannels<&ReceiverDraft::pagerduty>},
    {"email_configs", SetChannels<&ReceiverDraft::email>},
    {"webhook_configs", SetChannels<&ReceiverDraft::webhook>},
    {"opsgenie_configs", SetOpsgenie},
    {"msteams_configs", SetTeams},
    {"msteamsv2_configs", SetTeamsV2},
    {"incidentio_configs", RefuseChannel},
    {"jira_configs", RefuseChannel},
    {"mattermost_configs", RefuseChannel},
    {"pushover_configs", RefuseChannel},
    {"rocketchat_configs", RefuseChannel},
    {"sns_configs", RefuseChannel},
    {"victorops_configs", RefuseChannel},
    {"webex_configs", RefuseChannel},
    {"wechat_configs", RefuseChannel},
};

void Need(Reader& reader, const YamlNode& node, const TemplateText& text,
          std::string_view message) {
  if (text.text.empty()) reader.Error(node, std::string(message));
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, SlackConfirmation& out) {
  ReadSection(reader, node, "confirm", kConfirmFields, out);
  Need(reader, node, out.text, "`confirm` needs `text`");
}

void ReadValue(Reader& reader, const YamlNode& node, SlackAction& out) {
  ReadSection(reader, node, "actions", kActionFields, out);
  if (!out.url.text.empty()) {
    out.name = {};
    out.value = {};
    out.confirm.reset();
  } else {
    Need(reader, node, out.name, "an action needs `name` or `url`");
  }
  Need(reader, node, out.type, "an action needs `type`");
  Need(reader, node, out.text, "an action needs `text`");
}

void ReadValue(Reader& reader, const YamlNode& node, SlackField& out) {
  ReadSection(reader, node, "fields", kSlackFieldFields, out);
  Need(reader, node, out.title, "a field needs `title`");
  Need(reader, node, out.value, "a field needs `value`");
}

void ReadValue(Reader& reader, const YamlNode& node, PagerdutyImage& out) {
  ReadSection(reader, node, "images", kImageFields, out);
}

void ReadValue(Reader& reader, const YamlNode& node, PagerdutyLink& out) {
  ReadSection(reader, node, "links", kLinkFields, out);
}

void ReadValue(Reader& reader, const YamlNode& node, SlackDraft& out) {
  ReadSection(reader, node, "slack_configs", kSlackFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, DiscordDraft& out) {
  ReadSection(reader, node, "discord_configs", kDiscordFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, TelegramDraft& out) {
  ReadSection(reader, node, "telegram_configs", kTelegramFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, PagerdutyDraft& out) {
  ReadSection(reader, node, "pagerduty_configs", kPagerdutyFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, EmailDraft& out) {
  ReadSection(reader, node, "email_configs", kEmailFields, out);
}
void ReadValue(Reader& reader, const YamlNode& node, WebhookDraft& out) {
  ReadSection(reader, node, "webhook_configs", kWebhookFields, out);
}

void ReadValue(Reader& reader, const YamlNode& node, ReceiverDraft& out) {
  ReadSection(reader, node, "receivers", kReceiverFields, out);
  out.at = &node;
  if (out.name.empty()) reader.Error(node, "a receiver needs a `name`");
  if (out.labels.Has("name") && out.labels.Get("name") != out.name) {
    reader.Error(node, "the label `name` of a receiver must be its name");
  }
}

void AddReceiverKeys(KnownKeys& known) {
  AddKnownKeys(known, "receivers", kReceiverFields);
  AddKnownKeys(known, "slack_configs", kSlackFields);
  AddKnownKeys(known, "fields", kSlackFieldFields);
  AddKnownKeys(known, "actions", kActionFields);
  AddKnownKeys(known, "confirm", kConfirmFields);
  AddKnownKeys(known, "discord_configs", kDiscordFields);
  AddKnownKeys(known, "telegram_configs", kTelegramFields);
  AddKnownKeys(known, "pagerduty_configs", kPagerdutyFields);
  AddKnownKeys(known, "images", kImageFields);
  AddKnownKeys(known, "links", kLinkFields);
  AddKnownKeys(known, "email_configs", kEmailFields);
  AddKnownKeys(known, "threading", kThreadingFields);
  AddKnownKeys(known, "webhook_configs", kWebhookFields);
}

}  // namespace warden

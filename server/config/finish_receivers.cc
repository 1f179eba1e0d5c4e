// SPDX-License-Identifier: Apache-2.0
// Fills in what receivers inherit from `global`, and checks what can only be checked then.
#include <algorithm>
#include <array>

#include "server/config/sections.h"
#include "server/config/url.h"

namespace warden {
namespace {

constexpr std::string_view kPostMessage = "https://slack.com/api/chat.postMessage";

template <class Draft>
HttpConfig HttpOf(const Draft& draft, const GlobalDraft& global) {
  return draft.http_config.value_or(global.http);
}

template <class Draft>
bool IsMissing(Reader& reader, const Draft& draft) {
  if (draft.is_null) reader.Error(*draft.at, "an empty channel");
  return draft.is_null;
}

const std::string& Or(const std::string& own, const std::string& inherited) {
  return own.empty() ? inherited : own;
}

SlackConfig FinishSlack(Reader& reader, const SlackDraft& draft, const GlobalDraft& global) {
  SlackConfig slack = draft;
  slack.http = HttpOf(draft, global);
  slack.api_url = draft.api_url_draft.Finish(reader, "api_url");
  slack.app_token = draft.app_token_draft.Finish(reader, "app_token");
  slack.app_url = draft.app_url_text ? draft.app_url_text->text : global.slack_app_url;
  if (slack.app_url.empty())
    reader.Error(*draft.at, "there is no `app_url`, nor `slack_app_url` in `global`");
  if (slack.api_url.is_set() && slack.app_token.is_set()) {
    reader.Error(*draft.at, "`api_url` and `app_token` exclude each other");
  }
  const bool posts_itself =
      draft.api_url_draft.has_text && draft.api_url_draft.text == kPostMessage;
  if ((slack.update_message || slack.post_updates_to_thread) && !posts_itself) {
    reader.Error(*draft.at, "`update_message` and `post_updates_to_thread` need `api_url: " +
                                std::string(kPostMessage) + "`");
  }
  const bool has_own_authorization = draft.http_config && draft.http_config->authorization;
  if (!slack.app_token.is_set() && !has_own_authorization && !draft.api_url_draft.has_text) {
    slack.app_token = global.slack_app_token;
  }
  if (!slack.api_url.is_set()) slack.api_url = global.slack_api_url;
  if (!slack.api_url.is_set() && !slack.app_token.is_set()) {
    reader.Error(*draft.at,
                 "there is no `api_url` or `app_token`, nor `slack_api_url` or `slack_app_token` "
                 "in `global`");
  }
  if (!slack.app_token.is_set()) return slack;
  if (slack.http.authorization) {
    reader.Error(*draft.at, "an app token is the authorization: `http_config` cannot have another");
  }
  slack.http.authorization = Authorization{"Bearer", slack.app_token};
  slack.api_url = Secret::Inline(slack.app_url);
  return slack;
}

DiscordConfig FinishDiscord(Reader& reader, const DiscordDraft& draft, const GlobalDraft& global) {
  DiscordConfig discord = draft;
  if (IsMissing(reader, draft)) return discord;
  discord.http = HttpOf(draft, global);
  discord.webhook_url = draft.webhook_url_draft.Finish(reader, "webhook_url");
  if (!discord.webhook_url.is_set()) {
    reader.Error(*draft.at, "one of `webhook_url` and `webhook_url_file` is needed");
  }
  return discord;
}

TelegramConfig FinishTelegram(Reader& reader, const TelegramDraft& draft,
                              const GlobalDraft& global) {
  TelegramConfig telegram = draft;
  if (IsMissing(reader, draft)) return telegram;
  telegram.http = HttpOf(draft, global);
  telegram.api_url = draft.api_url_text ? draft.api_url_text->text : global.telegram_api_url;
  telegram.bot_token = draft.bot_token_draft.Finish(reader, "bot_token");
  if (!telegram.bot_token.is_set()) telegram.bot_token = global.telegram_bot_token;
  if (!telegram.bot_token.is_set()) {
    reader.Error(
        *draft.at,
        "there is no `bot_token` or `bot_token_file`, nor `telegram_bot_token` in `global`");
  }
  if (telegram.chat_id == 0 && telegram.chat_id_file.empty()) {
    reader.Error(*draft.at, "one of `chat_id` and `chat_id_file` is needed");
  }
  if (telegram.chat_id != 0 && !telegram.chat_id_file.empty()) {
    reader.Error(*draft.at, "`chat_id` and `chat_id_file` exclude each other");
  }
  constexpr std::array<std::string_view, 4> kModes = {"", "Markdown", "MarkdownV2", "HTML"};
  if (std::ranges::find(kModes, telegram.parse_mode) == kModes.end()) {
    reader.Error(*draft.at, "`parse_mode` is HTML, Markdown, MarkdownV2 or empty");
  }
  return telegram;
}

PagerdutyConfig FinishPagerduty(Reader& reader, const PagerdutyDraft& draft,
                                const GlobalDraft& global) {
  PagerdutyConfig pagerduty = draft;
  if (IsMissing(reader, draft)) return pagerduty;
  pagerduty.http = HttpOf(draft, global);
  pagerduty.routing_key = draft.routing_key_draft.Finish(reader, "routing_key");
  pagerduty.service_key = draft.service_key_draft.Finish(reader, "service_key");
  if (!pagerduty.routing_key.is_set() && !pagerduty.service_key.is_set()) {
    reader.Error(
        *draft.at,
        "one of `routing_key`, `routing_key_file`, `service_key` and `service_key_file` is needed");
  }
  pagerduty.url = draft.url_text ? draft.url_text->text : global.pagerduty_url;
  if (pagerduty.url.empty())
    reader.Error(*draft.at, "there is no `url`, nor `pagerduty_url` in `global`");
  return pagerduty;
}

void FinishSmarthost(Reader& reader, const EmailDraft& draft, const GlobalDraft& global,
                     EmailConfig& email) {
  if (draft.smarthost.empty()) {
    email.smarthost_host = global.smtp_smarthost_host;
    email.smarthost_port = global.smtp_smarthost_port;
    if (email.smarthost_port.empty()) {
      reader.Error(*draft.at, "there is no `smarthost`, nor `smtp_smarthost` in `global`");
    }
    return;
  }
  HostPort address = SplitHostPort(draft.smarthost);
  if (!address.problem.empty()) reader.Error(*draft.at, "smarthost: " + address.problem);
  email.smarthost_host = std::move(address.host);
  email.smarthost_port = std::move(address.port);
}

void CheckThreading(Reader& reader, const EmailDraft& draft) {
  if (!draft.threading.is_enabled) return;
  if (draft.headers.contains("References") || draft.headers.contains("In-Reply-To")) {
    reader.Error(*draft.at, "`threading` sets the headers References and In-Reply-To itself");
  }
  if (draft.thread_by_date != "none" && draft.thread_by_date != "daily") {
    reader.Error(*draft.at, "`thread_by_date` is none or daily");
  }
}

// Where both forms stand, Alertmanager takes the inline one.
Secret InlineFirst(const SecretDraft& draft) {
  if (draft.has_text) return Secret::Inline(draft.text);
  return draft.file.empty() ? Secret() : Secret::File(draft.file);
}

EmailConfig FinishEmail(Reader& reader, const EmailDraft& draft, const GlobalDraft& global) {
  EmailConfig email = draft;
  if (IsMissing(reader, draft)) return email;
  FinishSmarthost(reader, draft, global, email);
  CheckThreading(reader, draft);
  if (email.to.text.empty()) reader.Error(*draft.at, "an e-mail channel needs `to`");
  if (email.from.text.empty()) email.from = global.smtp_from;
  if (email.from.text.empty())
    reader.Error(*draft.at, "there is no `from`, nor `smtp_from` in `global`");
  email.hello = Or(draft.hello_text, global.smtp_hello);
  email.auth_username = Or(draft.username_text, global.smtp_auth_username);
  email.auth_identity = Or(draft.identity_text, global.smtp_auth_identity);
  email.auth_password =
      draft.password_draft.is_set() ? InlineFirst(draft.password_draft) : global.smtp_auth_password;
  email.auth_secret = draft.auth_secret_draft.is_set() ? InlineFirst(draft.auth_secret_draft)
                                                       : global.smtp_auth_secret;
  if (!email.auth_username.empty() && !email.auth_password.is_set() && !email.auth_secret.is_set())
    reader.Notice(
        *draft.at,
        "there is a user name but neither `auth_password` nor `auth_secret`: no mail is sent");
  email.require_tls = draft.tls_required.value_or(global.smtp_require_tls);
  if (!email.force_implicit_tls) email.force_implicit_tls = global.smtp_force_implicit_tls;
  email.tls = draft.tls_config.value_or(global.smtp_tls);
  return email;
}

WebhookConfig FinishWebhook(Reader& reader, const WebhookDraft& draft, const GlobalDraft& global) {
  WebhookConfig webhook = draft;
  if (IsMissing(reader, draft)) return webhook;
  webhook.http = HttpOf(draft, global);
  webhook.url = draft.url_draft.Finish(reader, "url");
  if (!webhook.url.is_set()) reader.Error(*draft.at, "one of `url` and `url_file` is needed");
  webhook.signing_secret = draft.signing_draft.Finish(reader, "signing_secret");
  return webhook;
}

void CheckUnbuilt(Reader& reader, const ReceiverDraft& draft, const GlobalDraft& global,
                  Receiver& receiver) {
  for (const OtherDraft& channel : draft.opsgenie) {
    receiver.unsupported.emplace_back("opsgenie_configs");
    if (!channel.secret.is_set() && !global.opsgenie_api_key.is_set()) {
      reader.Error(*channel.at,
                   "there is no `api_key` or `api_key_file`, nor `opsgenie_api_key` in `global`");
    }
  }
  for (const OtherDraft& channel : draft.msteams) {
    receiver.unsupported.emplace_back("msteams_configs");
    static_cast<void>(IsMissing(reader, channel));
  }
  for (const OtherDraft& channel : draft.msteamsv2) {
    receiver.unsupported.emplace_back("msteamsv2_configs");
    static_cast<void>(IsMissing(reader, channel));
  }
}

}  // namespace

Receiver FinishReceiver(Reader& reader, const ReceiverDraft& draft, const GlobalDraft& global) {
  Receiver receiver;
  receiver.name = draft.name;
  receiver.labels = draft.labels;
  for (const auto& channel : draft.slack)
    receiver.slack.push_back(FinishSlack(reader, channel, global));
  for (const auto& channel : draft.discord)
    receiver.discord.push_back(FinishDiscord(reader, channel, global));
  for (const auto& channel : draft.telegram)
    receiver.telegram.push_back(FinishTelegram(reader, channel, global));
  for (const auto& channel : draft.pagerduty)
    receiver.pagerduty.push_back(FinishPagerduty(reader, channel, global));
  for (const auto& channel : draft.email)
    receiver.email.push_back(FinishEmail(reader, channel, global));
  for (const auto& channel : draft.webhook)
    receiver.webhook.push_back(FinishWebhook(reader, channel, global));
  CheckUnbuilt(reader, draft, global, receiver);
  return receiver;
}

}  // namespace warden

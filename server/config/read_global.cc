// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections.h"
#include "server/config/url.h"

namespace warden {
namespace {

// Keys of channels that Alertmanager has and this program has not.
template <class T>
void SetUnused(T&, Reader& reader, const YamlNode& node) {
  if (!reader.Text(node).value_or("").empty())
    reader.Notice(node, "belongs to a channel that is not built yet: without effect");
}

// The null of a URL takes the default away.
template <auto Member, class T>
void SetUrl(T& out, Reader& reader, const YamlNode& node) {
  (out.*Member).text.clear();
  if (!node.IsNull()) ReadValue(reader, node, out.*Member);
}

constexpr Field<GlobalDraft> kGlobalFields[] = {
    {"resolve_timeout", Set<&GlobalDraft::resolve_timeout>},
    {"http_config", Set<&GlobalDraft::http>},
    {"smtp_from", Set<&GlobalDraft::smtp_from>},
    {"smtp_hello", Set<&GlobalDraft::smtp_hello>},
    {"smtp_smarthost", Set<&GlobalDraft::smarthost>},
    {"smtp_auth_username", Set<&GlobalDraft::smtp_auth_username>},
    {"smtp_auth_password", SetSecret<&GlobalDraft::smtp_password_draft>},
    {"smtp_auth_password_file", SetSecretFile<&GlobalDraft::smtp_password_draft>},
    {"smtp_auth_secret", SetSecret<&GlobalDraft::smtp_secret_draft>},
    {"smtp_auth_secret_file", SetSecretFile<&GlobalDraft::smtp_secret_draft>},
    {"smtp_auth_identity", Set<&GlobalDraft::smtp_auth_identity>},
    {"smtp_require_tls", Set<&GlobalDraft::smtp_require_tls>},
    {"smtp_force_implicit_tls", Set<&GlobalDraft::smtp_force_implicit_tls>},
    {"smtp_tls_config", Set<&GlobalDraft::smtp_tls>},
    {"slack_api_url", SetSecretUrl<&GlobalDraft::slack_api_url_draft>},
    {"slack_api_url_file", SetSecretFile<&GlobalDraft::slack_api_url_draft>},
    {"slack_app_token", SetSecret<&GlobalDraft::slack_app_token_draft>},
    {"slack_app_token_file", SetSecretFile<&GlobalDraft::slack_app_token_draft>},
    {"slack_app_url", SetUrl<&GlobalDraft::slack_app_url_text>},
    {"pagerduty_url", SetUrl<&GlobalDraft::pagerduty_url_text>},
    {"telegram_api_url", SetUrl<&GlobalDraft::telegram_api_url_text>},
    {"telegram_bot_token", SetSecret<&GlobalDraft::telegram_bot_token_draft>},
    {"telegram_bot_token_file", SetSecretFile<&GlobalDraft::telegram_bot_token_draft>},
    {"opsgenie_api_url", SetUrl<&GlobalDraft::opsgenie_api_url_text>},
    {"opsgenie_api_key", SetSecret<&GlobalDraft::opsgenie_api_key_draft>},
    {"opsgenie_api_key_file", SetSecretFile<&GlobalDraft::opsgenie_api_key_draft>},
    {"jira_api_url", SetUnused},
    {"victorops_api_url", SetUnused},
    {"victorops_api_key", SetUnused},
    {"victorops_api_key_file", SetUnused},
    {"webex_api_url", SetUnused},
    {"wechat_api_url", SetUnused},
    {"wechat_api_secret", SetUnused},
    {"wechat_api_secret_file", SetUnused},
    {"wechat_api_corp_id", SetUnused},
    {"rocketchat_api_url", SetUnused},
    {"rocketchat_token", SetUnused},
    {"rocketchat_token_file", SetUnused},
    {"rocketchat_token_id", SetUnused},
    {"rocketchat_token_id_file", SetUnused},
    {"mattermost_webhook_url", SetUnused},
    {"mattermost_webhook_url_file", SetUnused},
};

void FinishSmarthost(Reader& reader, const YamlNode* at, GlobalDraft& out) {
  if (out.smarthost.empty()) return;
  HostPort address = SplitHostPort(out.smarthost);
  if (!address.problem.empty()) return reader.Error(*at, address.problem);
  out.smtp_smarthost_host = std::move(address.host);
  out.smtp_smarthost_port = std::move(address.port);
}

}  // namespace

void ReadValue(Reader& reader, const YamlNode& node, GlobalDraft& out) {
  out = {};
  const SeenKeys seen = ReadSection(reader, node, "global", kGlobalFields, out);
  FinishSmarthost(reader, seen.Find("smtp_smarthost"), out);
  out.smtp_auth_password = out.smtp_password_draft.Finish(reader, "smtp_auth_password");
  out.smtp_auth_secret = out.smtp_secret_draft.Finish(reader, "smtp_auth_secret");
  out.slack_api_url = out.slack_api_url_draft.Finish(reader, "slack_api_url");
  out.slack_app_token = out.slack_app_token_draft.Finish(reader, "slack_app_token");
  out.telegram_bot_token = out.telegram_bot_token_draft.Finish(reader, "telegram_bot_token");
  out.opsgenie_api_key = out.opsgenie_api_key_draft.Finish(reader, "opsgenie_api_key");
  out.slack_app_url = out.slack_app_url_text.text;
  out.pagerduty_url = out.pagerduty_url_text.text;
  out.telegram_api_url = out.telegram_api_url_text.text;
  out.opsgenie_api_url = out.opsgenie_api_url_text.text;
  const bool has_both = out.slack_app_token.is_set() && out.slack_api_url.is_set();
  if (has_both && out.slack_api_url_draft.text != out.slack_app_url) {
    reader.Error(node, "`slack_app_token` and `slack_api_url` exclude each other");
  }
}

void AddGlobalKeys(KnownKeys& known) { AddKnownKeys(known, "global", kGlobalFields); }

}  // namespace warden

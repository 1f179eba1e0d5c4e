// SPDX-License-Identifier: Apache-2.0
// Slack: an incoming webhook, or chat.postMessage with an app token. The headline is the message's
// text (what a phone shows first), the rest an attachment with a coloured edge. As soon as a
// receiver has words of its own for the attachment, it takes Alertmanager's shape instead.
#include <algorithm>
#include <array>

#include "server/channels/expand.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/channels/makers.h"
#include "server/channels/markup.h"
#include "server/channels/message_text.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::size_t kSectionLimit = 3000;  // UTF-16 units of one section's text
constexpr std::string_view kPostStep = "post";
constexpr std::string_view kPost = "chat.postMessage";  // the end of the Web API's address

// Errors that pass by themselves.
bool IsPassing(std::string_view error) {
  static constexpr auto kErrors = std::to_array<std::string_view>(
      {"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error",
       "service_unavailable", "request_timeout", "rollup_error"});
  return std::ranges::find(kErrors, error) != kErrors.end();
}

// Errors about the text; all others are about the place or the token.
bool IsAboutContent(std::string_view error) {
  static constexpr auto kErrors = std::to_array<std::string_view>(
      {"invalid_payload", "no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks",
       "invalid_blocks_format", "invalid_attachments", "too_many_attachments",
       "attachment_payload_limit_exceeded", "invalid_arguments", "invalid_arg_name", "invalid_json",
       "json_not_object", "invalid_form_data", "invalid_post_type", "invalid_charset",
       "missing_post_type", "metadata_too_large", "markdown_text_conflict"});
  return std::ranges::find(kErrors, error) != kErrors.end();
}

class Slack final : public Channel {
 public:
  Slack(const Config& config, const SlackConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  // Whether it speaks to the Web API, which names messages, and not to an incoming webhook.
  [[nodiscard]] bool UsesWebApi() const;
  [[nodiscard]] bool Updates(const ChannelContext& context) const;
  [[nodiscard]] std::string Body(const Message& message, const ChannelContext& context) const;
  void WriteOwnWords(JsonWriter& json, const Message& message, const MessageText& text) const;
  void WriteFields(JsonWriter& json, const Expander& expand) const;
  void WriteActions(JsonWriter& json, const Expander& expand) const;
  [[nodiscard]] bool HasOwnWords(const Expander& expand) const;
  [[nodiscard]] Verdict JudgeError(const ChannelContext& context, const std::string& error,
                                   const ChannelResponse& response, const Secrets& secrets) const;

  const Config& config_;
  const SlackConfig& own_;
};

// A remote id is `channel/ts`.
std::string ChannelOf(std::string_view remote_id) {
  return std::string(remote_id.substr(0, remote_id.find('/')));
}
std::string TimestampOf(std::string_view remote_id) {
  return std::string(remote_id.substr(std::min(remote_id.find('/') + 1, remote_id.size())));
}

bool Slack::UsesWebApi() const {
  if (own_.app_token.is_set()) return true;
  // Written as `api_url`, with the token in `http_config`, as Alertmanager has it.
  const Result<std::string> url = own_.api_url.is_file() ? "" : own_.api_url.Reveal();
  return url && url->ends_with(kPost);
}

bool Slack::Updates(const ChannelContext& context) const {
  return UsesWebApi() && own_.update_message && !context.remote_id.empty() &&
         context.step != kPostStep;
}

Result<ChannelRequest> Slack::Compose(const Message& message, const ChannelContext& context) const {
  Result<std::string> url = own_.api_url.is_set() ? own_.api_url.Reveal() : own_.app_url;
  if (!url) return std::unexpected(url.error());
  if (Updates(context)) {
    const std::size_t at = url->rfind(kPost);
    if (at != std::string::npos) url->replace(at, kPost.size(), "chat.update");
  }
  ChannelHttpRequest request = JsonPost(*std::move(url), Body(message, context), &own_.http,
                                        RequestTimeout(config_, own_.timeout));
  if (UsesWebApi()) request.headers[0].second = "application/json; charset=utf-8";
  if (own_.app_token.is_set()) {
    const Result<std::string> token = own_.app_token.Reveal();
    if (!token) return std::unexpected(token.error());
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  return request;
}

bool Slack::HasOwnWords(const Expander& expand) const {
  const auto fields = {&own_.title,     &own_.title_link, &own_.pretext,
                       &own_.text,      &own_.footer,     &own_.fallback,
                       &own_.image_url, &own_.thumb_url,  &own_.callback_id};
  return !own_.fields.empty() || !own_.actions.empty() ||
         std::ranges::any_of(fields,
                             [&](const TemplateText* field) { return expand.IsOwn(*field); });
}

// The built-in attachment: what does not fit in one section is shortened.
void WriteBlocks(JsonWriter& json, const MessageText& whole, const Message& message) {
  const auto section = [&json](std::string_view text) {
    if (text.empty()) return;
    json.BeginObject().Field("type", "section").Key("text").BeginObject();
    json.Field("type", "mrkdwn").Field("text", text).EndObject().EndObject();
  };
  const auto fits = [](const std::string& text) { return Utf16Length(text) <= kSectionLimit; };
  json.Key("blocks").BeginArray();
  section(RenderToFit(
      whole, [](const MessageText& text) { return RenderBody(text, kSlackMarkup); }, fits));
  if (!message.chart_url.empty()) {  // Slack fetches it: an incoming webhook cannot upload
    json.BeginObject().Field("type", "image").Field("image_url", message.chart_url);
    json.Field("alt_text", Cut(ChartAltText(message), 2000)).EndObject();
  }
  section(RenderToFit(
      whole, [](const MessageText& text) { return RenderEnd(text, kSlackMarkup); }, fits));
  json.EndArray();
}

std::string Slack::Body(const Message& message, const ChannelContext& context) const {
  const MessageText text = BuildMessageText(message, config_);
  const Expander expand(message, config_, DataEscape::kSlack);
  JsonWriter json;
  json.BeginObject();
  const std::string channel = expand.Text(own_.channel, "");
  json.FieldIfAny("channel", Updates(context) ? ChannelOf(context.remote_id) : channel);
  if (Updates(context)) {
    json.Field("ts", TimestampOf(context.remote_id));
  } else if (UsesWebApi() && own_.post_updates_to_thread && !context.remote_id.empty()) {
    json.Field("thread_ts", TimestampOf(context.remote_id));
  }
  json.FieldIfAny("username", expand.Text(own_.username, ""));
  json.FieldIfAny("icon_emoji", expand.Text(own_.icon_emoji, ""));
  json.FieldIfAny("icon_url", expand.Text(own_.icon_url, ""));
  if (own_.link_names) json.Key("link_names").Bool(true);
  json.Key("unfurl_links").Bool(false).Key("unfurl_media").Bool(false);
  const bool has_own_words = !context.plain && HasOwnWords(expand);
  const std::string headline = RenderHeadline(text, kSlackMarkup);
  json.FieldIfAny("text", context.plain
                              ? headline
                              : expand.Text(own_.message_text, has_own_words ? "" : headline));
  if (!context.plain) {
    json.Key("attachments").BeginArray().BeginObject();
    json.Field("color", expand.Text(own_.color, Colour(text.level)));
    if (has_own_words) {
      WriteOwnWords(json, message, text);
    } else {
      json.Field("fallback", EscapeSlack(text.headline));
      WriteBlocks(json, text, message);
    }
    json.EndObject().EndArray();
  }
  json.EndObject();
  return json.Take();
}

void Slack::WriteOwnWords(JsonWriter& json, const Message& message, const MessageText& text) const {
  const Expander expand(message, config_, DataEscape::kSlack);
  const std::string body = RenderToFit(
      text, [](const MessageText& part) { return RenderBody(part, kSlackMarkup); },
      [](const std::string& part) { return Utf16Length(part) <= kSectionLimit; });
  const std::string headline = EscapeSlack(text.headline);
  const std::string title = Cut(expand.Text(own_.title, headline), 1024);
  json.Field("title", title);
  json.FieldIfAny("title_link", expand.Text(own_.title_link, ""));
  json.FieldIfAny("pretext", expand.Text(own_.pretext, ""));
  json.Field("text", Cut(expand.Text(own_.text, body), 8000));
  json.Field("fallback", Cut(expand.Text(own_.fallback, title), 1024));
  json.FieldIfAny("callback_id", expand.Text(own_.callback_id, ""));
  json.FieldIfAny("image_url", expand.Text(own_.image_url, message.chart_url));
  json.FieldIfAny("thumb_url", expand.Text(own_.thumb_url, ""));
  json.FieldIfAny("footer", Cut(expand.Text(own_.footer, ""), 300));
  json.Key("mrkdwn_in").BeginArray();
  if (own_.mrkdwn_in.empty()) json.Text("fallback").Text("pretext").Text("text");
  for (const std::string& name : own_.mrkdwn_in) json.Text(name);
  json.EndArray();
  WriteFields(json, expand);
  WriteActions(json, expand);
}

void Slack::WriteFields(JsonWriter& json, const Expander& expand) const {
  if (own_.fields.empty()) return;
  json.Key("fields").BeginArray();
  for (const SlackField& field : own_.fields) {
    json.BeginObject().Field("title", expand.Text(field.title, ""));
    json.Field("value", expand.Text(field.value, ""));
    json.Key("short").Bool(field.is_short.value_or(own_.short_fields)).EndObject();
  }
  json.EndArray();
}

void Slack::WriteActions(JsonWriter& json, const Expander& expand) const {
  if (own_.actions.empty()) return;
  json.Key("actions").BeginArray();
  for (const SlackAction& action : own_.actions) {
    json.BeginObject().Field("type", expand.Text(action.type, "button"));
    json.Field("text", expand.Text(action.text, ""));
    json.FieldIfAny("url", expand.Text(action.url, ""));
    json.FieldIfAny("style", expand.Text(action.style, ""));
    json.FieldIfAny("name", expand.Text(action.name, ""));
    json.FieldIfAny("value", expand.Text(action.value, ""));
    if (action.confirm) {
      json.Key("confirm").BeginObject().Field("text", expand.Text(action.confirm->text, ""));
      json.FieldIfAny("title", expand.Text(action.confirm->title, ""));
      json.FieldIfAny("ok_text", expand.Text(action.confirm->ok_text, ""));
      json.FieldIfAny("dismiss_text", expand.Text(action.confirm->dismiss_text, "")).EndObject();
    }
    json.EndObject();
  }
  json.EndArray();
}

Verdict Slack::JudgeError(const ChannelContext& context, const std::string& error,
                          const ChannelResponse& response, const Secrets& secrets) const {
  Verdict verdict;
  verdict.reason = AnswerReason(response.status, error, secrets);
  if (IsPassing(error)) {
    verdict.outcome = Outcome::kRetry;
    verdict.retry_after = RetryAfter(response, context.now);
  } else if (Updates(context) && (error == "message_not_found" || error == "cant_update_message" ||
                                  error == "edit_window_closed")) {
    verdict.outcome = Outcome::kContinue;
    verdict.next_step = kPostStep;
  } else {
    verdict.outcome =
        IsAboutContent(error) ? Outcome::kRefusedContent : Outcome::kRefusedDestination;
  }
  return verdict;
}

Verdict Slack::Judge(const Message& /*message*/, const ChannelContext& context,
                     const ChannelResponse& response) const {
  Secrets secrets;
  if (!UsesWebApi()) secrets.AddUrl(own_.api_url);
  secrets.Add(own_.app_token);
  const JsonAnswer answer(response.body);
  const std::string words = CleanLine(std::string_view(response.body).substr(0, 1000));
  const std::string error = answer.Text({"error"});
  if (IsRetryStatus(response.status)) {
    return JudgeStatus(response, context.now, error.empty() ? words : error, secrets);
  }
  if (answer.Bool({"ok"}) == false) return JudgeError(context, error, response, secrets);
  const bool is_success = response.status >= 200 && response.status < 300;
  if (is_success && !answer.is_object() && !words.empty() && words != "ok") {
    return JudgeError(context,
                      IsAboutContent(words) || IsPassing(words) ? words : "answered: " + words,
                      response, secrets);
  }
  Verdict verdict = JudgeStatus(response, context.now, words, secrets);
  const bool names_webhook = response.status == 404 || response.status == 410;
  if (names_webhook && !IsAboutContent(words)) verdict.outcome = Outcome::kRefusedDestination;
  const std::string timestamp = answer.Text({"ts"});
  const std::string thread = context.remote_id;  // the first message stays the root
  if (is_success && !timestamp.empty()) {
    const bool keeps_root = own_.post_updates_to_thread && !own_.update_message && !thread.empty();
    verdict.remote_id = keeps_root ? thread : answer.Text({"channel"}) + "/" + timestamp;
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeSlackChannel(const Config& config, const SlackConfig& own) {
  return std::make_unique<Slack>(config, own);
}

}  // namespace warden

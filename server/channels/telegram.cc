// SPDX-License-Identifier: Apache-2.0
// Telegram: one message of its HTML, or a photo with it as caption where there is a chart. The
// limit counts what the reader sees, without tags and entities; the message is shortened part by
// part until it fits, so no tag is ever cut. A group that became a supergroup has a new id: the
// answer names it, and the message goes there at once.
#include <array>
#include <charconv>

#include "server/channels/expand.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/channels/makers.h"
#include "server/channels/markup.h"
#include "server/channels/message_text.h"
#include "server/channels/multipart.h"
#include "server/channels/text.h"

namespace warden {
namespace {

constexpr std::size_t kTextLimit = 4096;
constexpr std::size_t kCaptionLimit = 1024;
constexpr std::string_view kChatStep = "chat/";

// Descriptions of 400 that are about the chat, not the text.
bool IsAboutChat(std::string_view description) {
  static constexpr auto kSigns = std::to_array<std::string_view>(
      {"chat not found", "not enough rights", "have no rights", "need administrator rights",
       "TOPIC_CLOSED", "TOPIC_DELETED", "thread not found", "PEER_ID_INVALID", "chat_id is empty",
       "CHAT_WRITE_FORBIDDEN", "CHAT_RESTRICTED", "bot was kicked", "bot was blocked",
       "user is deactivated", "group chat was deactivated", "upgraded to a supergroup"});
  for (const std::string_view sign : kSigns) {
    if (description.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

std::string PlainText(const MessageText& whole) {
  return RenderToFit(
      whole, [](const MessageText& text) { return RenderAll(text, kPlainMarkup); },
      [](const std::string& text) { return Utf16Length(text) <= kTextLimit; });
}

struct Words {
  std::string text;
  std::string parse_mode;
  std::size_t shown = 0;  // what stands after Telegram has read the marks, at most
};

Words HtmlText(const MessageText& whole) {
  constexpr std::size_t kMarks = 16;
  const auto render = [](const MessageText& text) {
    return Words{RenderAll(text, kTelegramMarkup), "HTML",
                 Utf16Length(RenderAll(text, kPlainMarkup)) + kMarks};
  };
  return RenderToFit(whole, render, [](const Words& words) { return words.shown <= kTextLimit; });
}

class Telegram final : public Channel {
 public:
  Telegram(const Config& config, const TelegramConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  [[nodiscard]] Result<std::int64_t> ChatId(const ChannelContext& context) const;
  [[nodiscard]] Words WordsOf(const Message& message, bool plain) const;
  [[nodiscard]] std::string TextBody(const Message& message, const Words& words, std::int64_t chat,
                                     bool plain) const;
  [[nodiscard]] MultipartBody PhotoBody(const Message& message, const Words& words,
                                        std::int64_t chat) const;

  const Config& config_;
  const TelegramConfig& own_;
};

Result<std::int64_t> Telegram::ChatId(const ChannelContext& context) const {
  std::string text;
  if (context.step.starts_with(kChatStep)) {
    text = context.step.substr(kChatStep.size());
  } else if (own_.chat_id != 0) {
    return own_.chat_id;
  } else {
    Result<std::string> read = Secret::File(own_.chat_id_file).Reveal();
    if (!read) return std::unexpected(read.error());
    text = CleanLine(*read);
  }
  std::int64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stop != end || id == 0) {
    return Fail(ErrorCode::kInvalid, "no chat id in " + own_.chat_id_file);
  }
  return id;
}

Words Telegram::WordsOf(const Message& message, bool plain) const {
  const MessageText text = BuildMessageText(message, config_);
  if (plain) return {.text = PlainText(text), .parse_mode = {}, .shown = kTextLimit};
  const Expander expand(message, config_,
                        own_.parse_mode == "HTML" ? DataEscape::kHtml : DataEscape::kNone);
  const std::string own = expand.Text(own_.message, "");
  if (CleanText(own).empty()) return HtmlText(text);  // Telegram refuses an empty text
  return {.text = Cut(own, kTextLimit), .parse_mode = own_.parse_mode, .shown = Utf16Length(own)};
}

// A picture that does not fit with its words is shown above them by its address, if it has one.
std::string Telegram::TextBody(const Message& message, const Words& words, std::int64_t chat,
                               bool plain) const {
  JsonWriter json;
  json.BeginObject().Key("chat_id").Integer(chat);
  if (own_.message_thread_id != 0) json.Key("message_thread_id").Integer(own_.message_thread_id);
  json.Field("text", words.text).FieldIfAny("parse_mode", words.parse_mode);
  json.Key("disable_notification").Bool(own_.disable_notifications);
  json.Key("link_preview_options").BeginObject();
  if (!plain && !message.chart_url.empty()) {
    json.Field("url", message.chart_url).Key("prefer_large_media").Bool(true);
    json.Key("show_above_text").Bool(true);
  } else {
    json.Key("is_disabled").Bool(true);
  }
  json.EndObject().EndObject();
  return json.Take();
}

MultipartBody Telegram::PhotoBody(const Message& message, const Words& words,
                                  std::int64_t chat) const {
  const std::string chat_id = std::to_string(chat);
  const std::string thread = std::to_string(own_.message_thread_id);
  std::vector<FormPart> parts = {{"chat_id", "", "", chat_id}, {"caption", "", "", words.text}};
  if (!words.parse_mode.empty()) parts.push_back({"parse_mode", "", "", words.parse_mode});
  if (own_.message_thread_id != 0) parts.push_back({"message_thread_id", "", "", thread});
  if (own_.disable_notifications) parts.push_back({"disable_notification", "", "", "true"});
  parts.push_back({"photo", kChartFile, "image/png", *message.anomaly->chart});
  return Multipart(message.delivery_key, parts);
}

Result<ChannelRequest> Telegram::Compose(const Message& message,
                                         const ChannelContext& context) const {
  Result<std::string> token = own_.bot_token.Reveal();
  if (!token) return std::unexpected(token.error());
  const Result<std::int64_t> chat = ChatId(context);
  if (!chat) return std::unexpected(chat.error());
  std::string url = own_.api_url;
  while (url.ends_with('/')) url.pop_back();
  url += "/bot" + *token;
  const Words words = WordsOf(message, context.plain);
  const bool is_photo = !context.plain && HasChart(message) && words.shown <= kCaptionLimit;
  ChannelHttpRequest request = JsonPost(url + (is_photo ? "/sendPhoto" : "/sendMessage"), "",
                                        &own_.http, RequestTimeout(config_, own_.timeout));
  if (is_photo) {
    MultipartBody form = PhotoBody(message, words, *chat);
    request.headers[0].second = std::move(form.content_type);
    request.body = std::move(form.bytes);
  } else {
    request.body = TextBody(message, words, *chat, context.plain);
  }
  return request;
}

Verdict Telegram::Judge(const Message& /*message*/, const ChannelContext& context,
                        const ChannelResponse& response) const {
  Secrets secrets;
  secrets.Add(own_.bot_token);
  const JsonAnswer answer(response.body);
  // The body's code is the truth: behind a proxy the status may be 200.
  ChannelResponse judged = response;
  const bool is_success = response.status >= 200 && response.status < 300;
  if (answer.Bool({"ok"}) == false && is_success) {
    judged.status = static_cast<int>(answer.Integer({"error_code"}).value_or(400));
  }
  const std::string description = answer.Text({"description"});
  Verdict verdict =
      JudgeStatus(judged, context.now, description.empty() ? response.body : description, secrets);
  const std::string moved_to = answer.Text({"parameters", "migrate_to_chat_id"});
  if (verdict.outcome == Outcome::kDelivered) {
    verdict.remote_id = answer.Text({"result", "message_id"});
    if (!answer.is_object() && !response.body.empty()) {
      verdict.outcome = Outcome::kRetry;
      verdict.reason = AnswerReason(response.status, "not Telegram's answer", secrets);
    }
    if (context.step.starts_with(kChatStep)) {
      verdict.reason +=
          ": the group moved, set chat_id to " + context.step.substr(kChatStep.size());
    }
  } else if (verdict.outcome == Outcome::kRetry) {
    const std::optional<double> seconds = answer.Number({"parameters", "retry_after"});
    if (seconds) verdict.retry_after = RetryAfterSeconds(*seconds);
  } else if (!moved_to.empty() && context.step.empty()) {
    verdict.outcome = Outcome::kContinue;
    verdict.next_step = std::string(kChatStep) + moved_to;
  } else if (description.find("message is not modified") != std::string::npos) {
    verdict.outcome = Outcome::kDelivered;
  } else if (judged.status == 404 || !moved_to.empty() || IsAboutChat(description)) {
    verdict.outcome = Outcome::kRefusedDestination;
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeTelegramChannel(const Config& config, const TelegramConfig& own) {
  return std::make_unique<Telegram>(config, own);
}

}  // namespace warden

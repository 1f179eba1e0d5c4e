// SPDX-License-Identifier: Apache-2.0
// Discord: the headline is the message's content (what a phone shows first), the rest an embed with
// a coloured edge. `wait=true`, because without it Discord answers before it knows. Nobody is ever
// mentioned.
#include <cstdlib>

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

constexpr std::size_t kContentLimit = 2000;
constexpr std::size_t kTitleLimit = 256;
constexpr std::size_t kDescriptionLimit = 4096;
constexpr std::size_t kUsernameLimit = 80;

std::string WithWait(std::string url) {
  if (url.find("wait=true") != std::string::npos) return url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  const bool has_query = url.substr(0, fragment).find('?') != std::string::npos;
  return url.insert(fragment, has_query ? "&wait=true" : "?wait=true");
}

class Discord final : public Channel {
 public:
  Discord(const Config& config, const DiscordConfig& own) : config_(config), own_(own) {}

  Result<ChannelRequest> Compose(const Message& message,
                                 const ChannelContext& context) const override;
  Verdict Judge(const Message& message, const ChannelContext& context,
                const ChannelResponse& response) const override;
  bool Wants(const Message& message) const override {
    return message.status == AlertStatus::kFiring || own_.send_resolved;
  }

 private:
  [[nodiscard]] std::string Body(const Message& message, bool plain) const;

  const Config& config_;
  const DiscordConfig& own_;
};

Result<ChannelRequest> Discord::Compose(const Message& message,
                                        const ChannelContext& context) const {
  Result<std::string> url = own_.webhook_url.Reveal();
  if (!url) return std::unexpected(url.error());
  const std::string body = Body(message, context.plain);
  ChannelHttpRequest request =
      JsonPost(WithWait(*std::move(url)), body, &own_.http, RequestTimeout(config_, {}));
  if (!context.plain && HasChart(message)) {
    MultipartBody form = Multipart(
        message.delivery_key, {{"payload_json", "", "application/json", body},
                               {"files[0]", kChartFile, "image/png", *message.anomaly->chart}});
    request.headers[0].second = std::move(form.content_type);
    request.body = std::move(form.bytes);
  }
  return request;
}

std::string Discord::Body(const Message& message, bool plain) const {
  const MessageText text = BuildMessageText(message, config_);
  const Expander expand(message, config_);
  const std::string headline = RenderHeadline(text, kDiscordMarkup);
  const bool has_own_title = !plain && expand.IsOwn(own_.title);
  JsonWriter json;
  json.BeginObject();
  if (!plain) {  // which may be what was refused
    json.FieldIfAny("username", Cut(expand.Text(own_.username, ""), kUsernameLimit));
    json.FieldIfAny("avatar_url", expand.Text(own_.avatar_url, ""));
  }
  const std::string content = expand.Text(own_.content, has_own_title ? "" : headline);
  json.FieldIfAny("content", plain ? EscapeDiscord(text.headline) : Cut(content, kContentLimit));
  if (!plain) {
    const std::string body = RenderToFit(
        text,
        [](const MessageText& part) {
          const std::string end = RenderEnd(part, kDiscordMarkup);
          return RenderBody(part, kDiscordMarkup) + (end.empty() ? "" : "\n" + end);
        },
        [](const std::string& part) { return Utf16Length(part) <= kDescriptionLimit; });
    json.Key("embeds").BeginArray().BeginObject();
    json.FieldIfAny("title", Cut(expand.Text(own_.title, ""), kTitleLimit));
    json.FieldIfAny("description", Cut(expand.Text(own_.message, body), kDescriptionLimit));
    json.Key("color").Integer(
        std::strtol(std::string(Colour(text.level).substr(1)).c_str(), nullptr, 16));
    if (HasChart(message)) {
      json.Key("image").BeginObject();
      json.Field("url", "attachment://" + std::string(kChartFile)).EndObject();
    }
    json.EndObject().EndArray();
  }
  json.Key("allowed_mentions").BeginObject().Key("parse").BeginArray().EndArray().EndObject();
  json.EndObject();
  return json.Take();
}

Verdict Discord::Judge(const Message& /*message*/, const ChannelContext& context,
                       const ChannelResponse& response) const {
  Secrets secrets;
  secrets.AddUrl(own_.webhook_url);
  const JsonAnswer answer(response.body);
  const std::int64_t code = answer.Integer({"code"}).value_or(0);
  std::string words = answer.Text({"message"});
  if (words.empty()) words = response.body;
  if (code != 0) words += " (code " + std::to_string(code) + ")";
  Verdict verdict = JudgeStatus(response, context.now, words, secrets);
  if (verdict.outcome == Outcome::kRetry) {
    const std::optional<double> seconds = answer.Number({"retry_after"});
    if (seconds) verdict.retry_after = RetryAfterSeconds(*seconds);
  }
  constexpr std::int64_t kUnknownWebhook = 10015;
  constexpr std::int64_t kInvalidToken = 50027;
  constexpr std::int64_t kForumWithoutThread = 220001;
  const bool is_success = verdict.outcome == Outcome::kDelivered;
  const bool has_failed_inside = is_success && code != 0 && answer.Text({"id"}).empty();
  if (code == kUnknownWebhook || code == kInvalidToken || code == kForumWithoutThread ||
      response.status == 404 || response.status == 410) {
    verdict.outcome = Outcome::kRefusedDestination;
  } else if (has_failed_inside) {
    verdict.outcome = Outcome::kRefusedContent;
  }
  if (verdict.outcome == Outcome::kDelivered) {
    verdict.remote_id = answer.Text({"id"});
  } else if (is_success) {
    verdict.reason = AnswerReason(response.status, words, secrets);
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Channel> MakeDiscordChannel(const Config& config, const DiscordConfig& own) {
  return std::make_unique<Discord>(config, own);
}

}  // namespace warden

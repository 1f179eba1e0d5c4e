// SPDX-License-Identifier: Apache-2.0
// Slack, Discord, Telegram: what is particular to each.
#include <gtest/gtest.h>

#include "server/channels/json.h"
#include "server/channels/text.h"
#include "server/config/load.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

class Chat : public testing::Test {
 protected:
  [[nodiscard]] Receiver& receiver() { return config_.receivers[0]; }

  // What is sent, as JSON.
  [[nodiscard]] JsonAnswer Sent(std::string_view kind, const Message& message,
                                const ChannelContext& context) const {
    const auto request = samples::Make(config_, kind)->Compose(message, context);
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return JsonAnswer(request ? samples::Body(*request) : "");
  }
  [[nodiscard]] JsonAnswer Sent(std::string_view kind, const Message& message) const {
    return Sent(kind, message, samples::Context(message));
  }
  [[nodiscard]] ChannelHttpRequest Request(std::string_view kind,
                                           const ChannelContext& context) const {
    const auto request = samples::Make(config_, kind)->Compose(samples::Firing(), context);
    EXPECT_TRUE(request);
    return std::get<ChannelHttpRequest>(*request);
  }
  [[nodiscard]] Verdict Judge(std::string_view kind, int status, std::string body,
                              ChannelContext context = samples::Context(samples::Firing())) const {
    return samples::Make(config_, kind)
        ->Judge(samples::Firing(), context, samples::Answer(status, std::move(body)));
  }
  static TemplateText Own(std::string text) {
    TemplateText field;
    field.text = std::move(text);
    field.is_set = true;
    return field;
  }

  Config config_ = samples::EveryChannel();
};

using SlackTest = Chat;
using DiscordTest = Chat;
using TelegramTest = Chat;

TEST_F(SlackTest, KeepsSectionsWithinTheLimit) {
  for (const auto& sample : {samples::Overlong(), samples::Many(), samples::Hostile()}) {
    const JsonAnswer sent = Sent("slack", sample);
    const JsonAnswer attachment = std::move(sent.Elements({"attachments"}).front());
    ASSERT_EQ(attachment.Elements({"blocks"}).size(), 2U);
    for (const JsonAnswer& block : attachment.Elements({"blocks"})) {
      EXPECT_LE(Utf16Length(block.Text({"text", "text"})), 3000U);
    }
    EXPECT_LE(Utf16Length(sent.Text({"text"})), 4000U);
  }
}

TEST_F(SlackTest, PingsNobody) {
  const auto request = samples::Make(config_, "slack")
                           ->Compose(samples::Hostile(), samples::Context(samples::Hostile()));
  const std::string body = samples::Body(*request);
  for (const char* ping : {"<!", "<@", "<#"}) EXPECT_EQ(body.find(ping), std::string::npos) << ping;
}

TEST_F(SlackTest, ReadsTheBodyOfA200) {
  EXPECT_EQ(Judge("slack", 200, "ok").outcome, Outcome::kDelivered);
  EXPECT_EQ(Judge("slack", 200, "").outcome, Outcome::kDelivered);
  EXPECT_EQ(Judge("slack", 200, R"({"ok":true})").outcome, Outcome::kDelivered);
  EXPECT_EQ(Judge("slack", 200, R"({"ok":false,"error":"ratelimited"})").outcome, Outcome::kRetry);
  EXPECT_EQ(Judge("slack", 200, R"({"ok":false,"error":"invalid_auth"})").outcome,
            Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("slack", 200, R"({"ok":false,"error":"msg_too_long"})").outcome,
            Outcome::kRefusedContent);
  EXPECT_EQ(Judge("slack", 200, "<html>log in</html>").outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("slack", 200, R"({"ok":false,"error":"not_in_channel"})").reason,
            "200 OK: not_in_channel");
}

TEST_F(SlackTest, KnowsWebhookErrors) {
  EXPECT_EQ(Judge("slack", 400, "invalid_payload").outcome, Outcome::kRefusedContent);
  EXPECT_EQ(Judge("slack", 404, "no_service").outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("slack", 410, "channel_is_archived").outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("slack", 403, "action_prohibited").outcome, Outcome::kRefusedDestination);
}

TEST_F(SlackTest, FallsBackOnItsOwnWordsWhenThoseOfTheReceiverAreRefused) {
  receiver().slack[0].message_text = Own(std::string(50'000, 'x'));
  ChannelContext context = samples::Context(samples::Firing());
  context.plain = true;
  const std::string text = Sent("slack", samples::Firing(), context).Text({"text"});
  EXPECT_NE(text.find("HighErrorRate"), std::string::npos) << text.substr(0, 100);
}

TEST_F(SlackTest, SpeaksTheWebApiWithAToken) {
  SlackConfig& slack = receiver().slack[0];
  slack.app_token =
      std::exchange(slack.api_url, Secret()).is_set() ? Secret::Inline("xoxb-1") : Secret();
  slack.app_url = "https://slack.example/api/chat.postMessage";
  ChannelContext context = samples::Context(samples::Firing());
  const ChannelHttpRequest request = Request("slack", context);
  EXPECT_EQ(request.url, "https://slack.example/api/chat.postMessage");
  EXPECT_EQ(request.headers.back(),
            (std::pair<std::string, std::string>("Authorization", "Bearer xoxb-1")));
  const Verdict verdict = Judge("slack", 200, R"({"ok":true,"channel":"C1","ts":"17.0001"})");
  EXPECT_EQ(verdict.remote_id, "C1/17.0001");

  slack.post_updates_to_thread = true;
  context.remote_id = "C1/17.0001";
  EXPECT_EQ(Sent("slack", samples::Firing(), context).Text({"thread_ts"}), "17.0001");
  EXPECT_EQ(Judge("slack", 200, R"({"ok":true,"channel":"C1","ts":"18.0"})", context).remote_id,
            "C1/17.0001");
}

TEST_F(SlackTest, UpdatesItsMessageAndPostsAnewWhenItIsGone) {
  SlackConfig& slack = receiver().slack[0];
  slack.api_url = Secret();
  slack.app_token = Secret::Inline("xoxb-1");
  slack.app_url = "https://slack.example/api/chat.postMessage";
  slack.update_message = true;
  ChannelContext context = samples::Context(samples::Firing());
  context.remote_id = "C1/17.0001";
  EXPECT_EQ(Request("slack", context).url, "https://slack.example/api/chat.update");
  EXPECT_EQ(Sent("slack", samples::Firing(), context).Text({"ts"}), "17.0001");
  EXPECT_EQ(Sent("slack", samples::Firing(), context).Text({"channel"}), "C1");
  const Verdict gone = Judge("slack", 200, R"({"ok":false,"error":"message_not_found"})", context);
  ASSERT_EQ(gone.outcome, Outcome::kContinue);
  context.step = gone.next_step;
  EXPECT_EQ(Request("slack", context).url, "https://slack.example/api/chat.postMessage");
  EXPECT_EQ(Judge("slack", 200, R"({"ok":false,"error":"message_not_found"})", context).outcome,
            Outcome::kRefusedDestination);
}

// As configurations are loaded, where the address of the Web API stands in for that of a webhook.
TEST(Slack, SpeaksTheWebApiAsItIsConfigured) {
  const auto loaded = LoadConfig(
      "route: {receiver: team}\n"
      "receivers:\n"
      "- name: team\n"
      "  slack_configs:\n"
      "  - {app_token: xoxb-1, channel: '#a'}\n"
      "  - {api_url: 'https://slack.com/api/chat.postMessage', channel: '#a', update_message: true,"
      " http_config: {authorization: {credentials: xoxb-2}}}\n"
      "  - {api_url: 'https://slack.com/api/chat.postMessage', channel: '#a',"
      " post_updates_to_thread: true, http_config: {authorization: {credentials: xoxb-3}}}\n",
      "test.yml");
  ASSERT_TRUE(loaded) << Format(loaded.error());
  const auto sent = [&](std::int64_t index, const std::string& remote_id) {
    const auto channel = MakeChannel(loaded->config, {"team", "slack", index});
    ChannelContext context = samples::Context(samples::Firing());
    context.remote_id = remote_id;
    return std::get<ChannelHttpRequest>(*(*channel)->Compose(samples::Firing(), context));
  };
  EXPECT_EQ(sent(0, "").url, "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(*sent(0, "").http->authorization->credentials.Reveal(), "xoxb-1");
  EXPECT_EQ(sent(1, "").url, "https://slack.com/api/chat.postMessage");
  const ChannelHttpRequest update = sent(1, "C1/17.0001");
  EXPECT_EQ(update.url, "https://slack.com/api/chat.update");
  EXPECT_EQ(JsonAnswer(update.body).Text({"ts"}), "17.0001");
  EXPECT_EQ(JsonAnswer(update.body).Text({"channel"}), "C1");
  const ChannelHttpRequest answer = sent(2, "C1/17.0001");
  EXPECT_EQ(answer.url, "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(JsonAnswer(answer.body).Text({"thread_ts"}), "17.0001");
}

TEST_F(SlackTest, TakesAlertmanagersShapeForOwnWords) {
  SlackConfig& slack = receiver().slack[0];
  slack.title = Own("Our title");
  slack.fields = {{Own("Team"), Own("x"), true}};
  SlackAction& action = slack.actions.emplace_back();
  action.text = Own("Go");
  action.url = Own("https://x");
  const JsonAnswer sent = Sent("slack", samples::Firing());
  EXPECT_EQ(sent.Text({"text"}), "");
  const JsonAnswer attachment = std::move(sent.Elements({"attachments"}).front());
  EXPECT_EQ(attachment.Text({"title"}), "Our title");
  EXPECT_EQ(attachment.Text({"fallback"}), "Our title");
  EXPECT_TRUE(attachment.Text({"text"}).starts_with("*5% of checkout requests fail")) << "built in";
  EXPECT_EQ(attachment.Text({"color"}), "#D92D20");
  EXPECT_EQ(attachment.Elements({"fields"}).front().Bool({"short"}), true);
  EXPECT_EQ(attachment.Elements({"actions"}).front().Text({"text"}), "Go");
}

TEST_F(DiscordTest, StaysWithinTheLimits) {
  for (const auto& sample : {samples::Overlong(), samples::Many(), samples::Hostile()}) {
    const JsonAnswer sent = Sent("discord", sample);
    EXPECT_LE(Utf16Length(sent.Text({"content"})), 2000U);
    ASSERT_EQ(sent.Elements({"embeds"}).size(), 1U);
    const std::string description = sent.Elements({"embeds"}).front().Text({"description"});
    EXPECT_LE(Utf16Length(description), 4096U);
    EXPECT_FALSE(description.empty());
    EXPECT_TRUE(sent.Elements({"allowed_mentions", "parse"}).empty());
  }
}

TEST_F(DiscordTest, ComesUnderNoNameThatMayHaveBeenRefused) {
  receiver().discord[0].username = Own("clyde");
  receiver().discord[0].avatar_url = Own("not an address");
  EXPECT_EQ(Sent("discord", samples::Firing()).Text({"username"}), "clyde");
  ChannelContext context = samples::Context(samples::Firing());
  context.plain = true;
  const JsonAnswer sent = Sent("discord", samples::Firing(), context);
  EXPECT_EQ(sent.Text({"username"}), "");
  EXPECT_EQ(sent.Text({"avatar_url"}), "");
  EXPECT_NE(sent.Text({"content"}), "");
}

TEST_F(DiscordTest, WaitsForTheTruth) {
  const auto url_of = [this](std::string url) {
    receiver().discord[0].webhook_url = Secret::Inline(std::move(url));
    return Request("discord", samples::Context(samples::Firing())).url;
  };
  EXPECT_EQ(url_of("https://d/w/1/t"), "https://d/w/1/t?wait=true");
  EXPECT_EQ(url_of("https://d/w/1/t?thread_id=5"), "https://d/w/1/t?thread_id=5&wait=true");
  EXPECT_EQ(url_of("https://d/w/1/t?wait=true"), "https://d/w/1/t?wait=true");
}

TEST_F(DiscordTest, ReadsTheBody) {
  const Verdict busy =
      Judge("discord", 429, R"({"message":"You are being rate limited.","retry_after":1.25})");
  EXPECT_EQ(busy.outcome, Outcome::kRetry);
  EXPECT_EQ(busy.retry_after, std::chrono::milliseconds(1250));
  const Verdict gone = Judge("discord", 404, R"({"message":"Unknown Webhook","code":10015})");
  EXPECT_EQ(gone.outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(gone.reason, "404 Not Found: Unknown Webhook (code 10015)");
  EXPECT_EQ(Judge("discord", 400, R"({"code":50035})").outcome, Outcome::kRefusedContent);
  EXPECT_EQ(Judge("discord", 400, R"({"code":220001})").outcome, Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("discord", 200, R"({"message":"blocked","code":240000})").outcome,
            Outcome::kRefusedContent);
  EXPECT_EQ(Judge("discord", 204, "").outcome, Outcome::kDelivered);
  EXPECT_EQ(Judge("discord", 200, R"({"id":"77"})").remote_id, "77");
}

TEST_F(DiscordTest, UsesOwnTitleAndText) {
  receiver().discord[0].title = Own("T");
  receiver().discord[0].message = Own("M");
  const JsonAnswer sent = Sent("discord", samples::Firing());
  EXPECT_EQ(sent.Text({"content"}), "");
  EXPECT_EQ(sent.Elements({"embeds"}).front().Text({"title"}), "T");
  EXPECT_EQ(sent.Elements({"embeds"}).front().Text({"description"}), "M");
}

// Tags closed in the order they were opened, entities whole.
void ExpectWholeHtml(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '&') {
      const std::size_t end = html.find(';', i);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LE(end - i, 6U) << html.substr(i, 10);
    } else if (html[i] == '<') {
      const std::size_t end = html.find('>', i);
      ASSERT_NE(end, std::string::npos);
      const std::string tag = html.substr(i + 1, end - i - 1);
      if (tag.starts_with("/")) {
        ASSERT_FALSE(open.empty());
        EXPECT_EQ(open.back(), tag.substr(1));
        open.pop_back();
      } else {
        open.push_back(tag.substr(0, tag.find(' ')));
        EXPECT_TRUE(open.back() == "b" || open.back() == "a") << tag;
      }
      i = end;
    }
  }
  EXPECT_TRUE(open.empty());
}

std::string Shown(const std::string& html) {
  std::string text;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '<') {
      i = html.find('>', i);
    } else if (html[i] == '&') {
      text += 'x';
      i = html.find(';', i);
    } else {
      text += html[i];
    }
  }
  return text;
}

TEST_F(TelegramTest, CountsWhatIsShownAndCutsNoTag) {
  for (const auto& sample : {samples::Overlong(), samples::Many(), samples::Hostile()}) {
    const JsonAnswer sent = Sent("telegram", sample);
    const std::string html = sent.Text({"text"});
    ExpectWholeHtml(html);
    EXPECT_LE(Utf16Length(Shown(html)), 4096U);
    EXPECT_EQ(sent.Text({"parse_mode"}), "HTML");
    EXPECT_EQ(sent.Bool({"link_preview_options", "is_disabled"}), true);
  }
}

TEST_F(TelegramTest, SendsPlainTextAfterAParseError) {
  const Verdict verdict = Judge(
      "telegram", 400,
      R"({"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: …"})");
  EXPECT_EQ(verdict.outcome, Outcome::kRefusedContent);
  ChannelContext context = samples::Context(samples::Hostile());
  context.plain = true;
  const JsonAnswer sent = Sent("telegram", samples::Hostile(), context);
  EXPECT_EQ(sent.Text({"parse_mode"}), "");
  EXPECT_NE(sent.Text({"text"}).find("<!channel>"), std::string::npos) << "nothing to escape";
}

TEST_F(TelegramTest, FollowsAGroupThatMoved) {
  const std::string moved =
      R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded",
    "parameters":{"migrate_to_chat_id":-1009}})";
  ChannelContext context = samples::Context(samples::Firing());
  const Verdict first = Judge("telegram", 400, moved, context);
  ASSERT_EQ(first.outcome, Outcome::kContinue);
  context.step = first.next_step;
  EXPECT_EQ(Sent("telegram", samples::Firing(), context).Integer({"chat_id"}), -1009);
  const Verdict second =
      Judge("telegram", 200, R"({"ok":true,"result":{"message_id":5}})", context);
  EXPECT_EQ(second.outcome, Outcome::kDelivered);
  EXPECT_NE(second.reason.find("set chat_id to -1009"), std::string::npos);
  EXPECT_EQ(Judge("telegram", 400, moved, context).outcome, Outcome::kRefusedDestination)
      << "not in circles";
}

TEST_F(TelegramTest, ReadsTheBody) {
  const Verdict busy = Judge("telegram", 429,
                             R"({"ok":false,"error_code":429,"description":"Too Many Requests",
                             "parameters":{"retry_after":37}})");
  EXPECT_EQ(busy.retry_after, std::chrono::seconds(37));
  EXPECT_EQ(Judge("telegram", 200, R"({"ok":false,"error_code":403})").outcome,
            Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("telegram", 404, R"({"ok":false,"description":"Not Found"})").outcome,
            Outcome::kRefusedDestination);
  EXPECT_EQ(
      Judge("telegram", 400, R"({"ok":false,"description":"Bad Request: chat not found"})").outcome,
      Outcome::kRefusedDestination);
  EXPECT_EQ(Judge("telegram", 200, "<html>").outcome, Outcome::kRetry);
}

TEST_F(TelegramTest, ReadsTheChatFromItsFile) {
  receiver().telegram[0].chat_id = 0;
  receiver().telegram[0].chat_id_file = "/nonexistent/chat";
  const auto request = samples::Make(config_, "telegram")
                           ->Compose(samples::Firing(), samples::Context(samples::Firing()));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kUnavailable);
}

TEST_F(TelegramTest, KeepsTopicAndSilence) {
  receiver().telegram[0].message_thread_id = 12;
  receiver().telegram[0].disable_notifications = true;
  const JsonAnswer sent = Sent("telegram", samples::Firing());
  EXPECT_EQ(sent.Integer({"message_thread_id"}), 12);
  EXPECT_EQ(sent.Bool({"disable_notification"}), true);
}

TEST_F(TelegramTest, UsesOwnMessageWithItsParseMode) {
  receiver().telegram[0].message = Own("*own*");
  receiver().telegram[0].parse_mode = "MarkdownV2";
  const JsonAnswer sent = Sent("telegram", samples::Firing());
  EXPECT_EQ(sent.Text({"text"}), "*own*");
  EXPECT_EQ(sent.Text({"parse_mode"}), "MarkdownV2");
}

}  // namespace
}  // namespace warden

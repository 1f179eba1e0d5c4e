// SPDX-License-Identifier: Apache-2.0
// What every row of channels.def promises, whatever it talks to.
#include <gtest/gtest.h>

#include <set>

#include "server/alert/text.h"
#include "server/channels/json.h"
#include "server/channels/judge.h"
#include "server/config/destinations.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Status codes that mean the same to a web and to a mail server.
struct Codes {
  std::vector<int> later, wrong_place, wrong_content;
};

class ChannelContract : public testing::TestWithParam<Destination> {
 protected:
  [[nodiscard]] const std::string& kind() const { return GetParam().kind; }
  [[nodiscard]] bool is_mail() const { return kind() == "email"; }
  [[nodiscard]] Codes codes() const {
    if (is_mail()) return {{421, 450, 451, 452}, {530, 535, 553}, {552, 554}};
    return {{408, 425, 429, 500, 502, 503, 504, 599}, {401, 403}, {400, 413, 422}};
  }
  // The exchange that carries the message (Grafana looks for the place first).
  [[nodiscard]] ChannelContext Sending(const Message& message) const {
    ChannelContext context = samples::Context(message);
    if (kind() == "grafana") context.step = "create|||";
    return context;
  }
  [[nodiscard]] Verdict Judge(ChannelResponse response) const {
    const Message message = samples::Firing();
    return channel_->Judge(message, Sending(message), response);
  }

  Config config_ = samples::EveryChannel();
  std::unique_ptr<Channel> channel_ = samples::Make(config_, kind());
};

TEST_P(ChannelContract, DeliversOnSuccess) {
  const Message message = samples::Firing();
  const ChannelContext context = Sending(message);
  const auto request = channel_->Compose(message, context);
  ASSERT_TRUE(request) << request.error().message;
  const Verdict verdict = channel_->Judge(message, context, samples::Success(kind(), *request));
  EXPECT_EQ(verdict.outcome, Outcome::kDelivered) << verdict.reason;
  const bool has_id = kind() != "slack" && kind() != "webhook";
  EXPECT_EQ(!verdict.remote_id.empty(), has_id) << verdict.remote_id;
}

TEST_P(ChannelContract, ComesAgainWhenTheOtherSideIsBusy) {
  for (const int status : codes().later) {
    const Verdict verdict = Judge(samples::Answer(status, "busy"));
    EXPECT_EQ(verdict.outcome, Outcome::kRetry) << status;
    EXPECT_NE(verdict.reason.find(std::to_string(status)), std::string::npos) << verdict.reason;
  }
}

TEST_P(ChannelContract, HonoursRetryAfterWithinFifteenMinutes) {
  if (is_mail()) GTEST_SKIP() << "mail has no Retry-After";
  const Instant now = Sending(samples::Firing()).now;
  EXPECT_EQ(now, samples::At("2026-11-21T03:01:51.5Z"));
  const std::vector<std::pair<std::string, Duration>> cases = {
      {"42", seconds(42)},
      {"0", seconds(0)},
      {"3600", minutes(15)},
      {"99999999999999999999", minutes(15)},
      {"Sat, 21 Nov 2026 03:02:00 GMT", std::chrono::milliseconds(8500)},
      {"Sat, 21 Nov 2026 03:00:00 GMT", seconds(0)},
      {"Sun, 22 Nov 2026 03:00:00 GMT", minutes(15)}};
  for (const auto& [header, pause] : cases) {
    ChannelResponse response = samples::Answer(429);
    response.headers = {{"retry-after", header}};
    const Verdict verdict = Judge(response);
    EXPECT_EQ(verdict.outcome, Outcome::kRetry) << header;
    ASSERT_TRUE(verdict.retry_after) << header;
    EXPECT_EQ(*verdict.retry_after, pause) << header;
  }
}

TEST_P(ChannelContract, RefusesForGoodWhatWillNeverWork) {
  for (const int status : codes().wrong_place) {
    EXPECT_EQ(Judge(samples::Answer(status, "no")).outcome, Outcome::kRefusedDestination) << status;
  }
  for (const int status : codes().wrong_content) {
    EXPECT_EQ(Judge(samples::Answer(status, "no")).outcome, Outcome::kRefusedContent) << status;
  }
}

TEST_P(ChannelContract, RefusesRedirects) {
  if (is_mail()) GTEST_SKIP() << "mail has no redirects";
  EXPECT_EQ(Judge(samples::Answer(302)).outcome, Outcome::kRefusedDestination);
}

TEST_P(ChannelContract, NeverTellsSecrets) {
  const Message message = samples::Firing();
  const auto request = channel_->Compose(message, Sending(message));
  ASSERT_TRUE(request);
  const bool is_sent = samples::Dump(*request).find(samples::kCanary) != std::string::npos;
  EXPECT_EQ(is_sent, !is_mail()) << "the test means nothing when the secret is not in use";
  // The secret itself, as the other side may repeat it.
  const std::vector<std::pair<std::string, std::string>> secrets = {
      {"slack", "/services/T000/B000/s"},
      {"discord", "/api/webhooks/4711/d"},
      {"telegram", "4242:t"},
      {"pagerduty", "p"},
      {"email", "e"},
      {"webhook", "/in?token=w"},
      {"grafana", "g"}};
  for (const auto& [name, before] : secrets) {
    if (name != kind()) continue;
    const std::string secret = before + std::string(samples::kCanary);
    for (const int status : {302, 400, 401, 403, 404, 410, 421, 429, 500, 535, 550, 554}) {
      const std::string body = R"({"ok":false,"message":")" + secret + R"(","description":")" +
                               secret + R"(","error":")" + secret + R"(","errors":[")" + secret +
                               R"("]})";
      for (const std::string& words : {body, secret}) {
        const Verdict verdict = Judge(samples::Answer(status, words));
        EXPECT_EQ(verdict.reason.find(samples::kCanary), std::string::npos) << verdict.reason;
        EXPECT_EQ(verdict.next_step.find(samples::kCanary), std::string::npos);
      }
    }
  }
}

TEST_P(ChannelContract, CutsOverlongTextBetweenCharacters) {
  for (const bool plain : {false, true}) {
    const Message message = samples::Overlong();
    ChannelContext context = Sending(message);
    context.plain = plain;
    const auto request = channel_->Compose(message, context);
    ASSERT_TRUE(request) << request.error().message;
    const std::string body = samples::Body(*request);
    EXPECT_TRUE(ToValidUtf8(body) == body);
    EXPECT_EQ(body.find("\xEF\xBF\xBD"), std::string::npos);
    EXPECT_TRUE(is_mail() || JsonAnswer(body).is_object());
    EXPECT_TRUE(kind() == "webhook" || body.size() < 520'000U) << body.size();
  }
}

TEST_P(ChannelContract, SendsHostileTextHarmlessly) {
  const Message message = samples::Hostile();
  const ChannelContext context = Sending(message);
  const auto request = channel_->Compose(message, context);
  ASSERT_TRUE(request) << request.error().message;
  const std::string body = samples::Body(*request);
  EXPECT_TRUE(ToValidUtf8(body) == body);
  EXPECT_EQ(body.find('\x1B'), std::string::npos);
  EXPECT_EQ(body.find("\r\nBcc:"), std::string::npos);
  const bool echoes = kind() == "webhook";  // the alerts stand there as they came
  EXPECT_EQ(body.find("avascript:") != std::string::npos, echoes);
  EXPECT_EQ(body.find("onmouseover") != std::string::npos, echoes);
  EXPECT_EQ(body.find("\xE2\x80\xAE") != std::string::npos, echoes);
  if (const auto* http = std::get_if<ChannelHttpRequest>(&*request)) {
    EXPECT_TRUE(JsonAnswer(http->body).is_object());
    for (const auto& [name, value] : http->headers) {
      EXPECT_EQ((name + value).find_first_of("\r\n"), std::string::npos);
    }
  }
}

TEST_P(ChannelContract, ComposesTheSameBytesAgain) {
  const Message message = samples::Many();
  const auto first = channel_->Compose(message, Sending(message));
  const auto second = channel_->Compose(message, Sending(message));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(samples::Dump(*first), samples::Dump(*second));
}

TEST_P(ChannelContract, SurvivesAnyAnswer) {
  const Message message = samples::Firing();
  const std::string deep = std::string(100'000, '[');
  for (const int status : {0, 100, 200, 204, 299, 300, 400, 418, 550, 999}) {
    for (const std::string& body :
         {std::string(), std::string("null"), std::string("[]"), std::string("[{}]"),
          std::string("{\"id\":{}}"), std::string("\xFF\xFE\x00z", 4), deep,
          std::string(R"({"ok":"x","retry_after":"y","parameters":7,"errors":{"a":[1]}})")}) {
      for (const char* step : {"", "create|||", "find", "patch|1|", "search|", "|||||", "chat/x"}) {
        ChannelContext context = samples::Context(message);
        context.step = step;
        EXPECT_LE(channel_->Judge(message, context, samples::Answer(status, body)).reason.size(),
                  1500U);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChannelContract, testing::ValuesIn(samples::Destinations()),
                         [](const auto& test) { return test.param.kind; });

TEST(Channels, AreAllInTheTable) {
  std::set<std::string> kinds;
  for (const Destination& destination : samples::Destinations()) kinds.insert(destination.kind);
  std::set<std::string> table;
#define RECEIVER_CHANNEL(kind, Type, Make) table.insert(#kind);
#define CONFIG_CHANNEL(kind, Type, Make) table.insert(#kind);
#include "server/channels/channels.def"
#undef RECEIVER_CHANNEL
#undef CONFIG_CHANNEL
  EXPECT_EQ(kinds, table);
}

TEST(Channels, RefuseDestinationsThatAreNotThere) {
  const Config config = samples::EveryChannel();
  for (const Destination& destination :
       {Destination{"nobody", "slack", 0}, Destination{"team.x", "slack", 1},
        Destination{"team.x", "slack", -1}, Destination{"team.x", "pigeon", 0}}) {
    const auto channel = MakeChannel(config, destination);
    ASSERT_FALSE(channel) << Text(destination);
    EXPECT_EQ(channel.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(MakeChannel(Config{}, {"", "grafana", 0}));
}

TEST(Channels, SkipResolvedMessagesWhereAsked) {
  Config config = samples::EveryChannel();
  Receiver& receiver = config.receivers[0];
  for (const bool send : {false, true}) {
    receiver.slack[0].send_resolved = send;
    receiver.discord[0].send_resolved = send;
    receiver.telegram[0].send_resolved = send;
    receiver.pagerduty[0].send_resolved = send;
    receiver.email[0].send_resolved = send;
    receiver.webhook[0].send_resolved = send;
    for (const auto& [destination, sends] : IntegrationsOf(config, "team.x")) {
      const auto channel = samples::Make(config, destination.kind);
      EXPECT_TRUE(channel->Wants(samples::Firing())) << destination.kind;
      EXPECT_EQ(channel->Wants(samples::Resolved()), send) << destination.kind;
      EXPECT_EQ(sends, send) << destination.kind;
    }
  }
}

TEST(Channels, SayWhichSecretFileCannotBeRead) {
  Config config = samples::EveryChannel();
  Receiver& receiver = config.receivers[0];
  const Secret missing = Secret::File("/nonexistent/secret");
  receiver.slack[0].api_url = missing;
  receiver.discord[0].webhook_url = missing;
  receiver.telegram[0].bot_token = missing;
  receiver.pagerduty[0].routing_key = missing;
  receiver.webhook[0].url = missing;
  config.grafana.token = missing;
  for (const char* kind : {"slack", "discord", "telegram", "pagerduty", "webhook", "grafana"}) {
    const auto channel = samples::Make(config, kind);
    const auto request = channel->Compose(samples::Firing(), samples::Context(samples::Firing()));
    ASSERT_FALSE(request) << kind;
    EXPECT_EQ(request.error().code, ErrorCode::kUnavailable) << kind;
    EXPECT_NE(request.error().message.find("/nonexistent/secret"), std::string::npos) << kind;
  }
}

}  // namespace
}  // namespace warden

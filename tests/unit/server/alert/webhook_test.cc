// SPDX-License-Identifier: Apache-2.0
#include "server/alert/webhook.h"

#include <gtest/gtest.h>

#include <string>

namespace warden {
namespace {

const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

std::string Body(const std::string& alerts, const std::string& more = "") {
  return R"({"receiver":"web\\.hook","status":"firing","groupKey":"{}:{}","externalURL":"http://am",)" +
         more + R"("alerts":[)" + alerts + "]}";
}

const std::string kRoot =
    R"({"status":"firing","labels":{"alertname":"Root","dc":"1"},"startsAt":"2026-03-01T10:00:00.5+02:00","endsAt":"0001-01-01T00:00:00Z"})";

TEST(Webhook, ReadsWhatAlertmanagerSends) {
  const auto message =
      ParseWebhook(Body(kRoot, R"("truncatedAlerts":3,"unheard_of":{"a":[1]},)"), kNow);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->receiver, "web.hook") << "the quoting is undone";
  EXPECT_EQ(message->truncated_alerts, 3U);
  ASSERT_EQ(message->alerts.size(), 1U);
  const auto& alert = message->alerts[0];
  EXPECT_EQ(promql::FingerprintText(alert.fingerprint), "2eda310e800710aa");
  EXPECT_EQ(FormatRfc3339(alert.starts_at), "2026-03-01T08:00:00.5Z");
  EXPECT_FALSE(alert.ends_at) << "year 1 is unset";
}

TEST(Webhook, AResolvedAlertWithoutAnEndEndsNow) {
  const auto message = ParseWebhook(
      Body(R"({"status":"resolved","labels":{"a":"b"},"startsAt":"2026-01-01T00:00:00Z"})"), kNow);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->alerts.at(0).ends_at, kNow);
}

TEST(Webhook, AMissingOrUnreadableStartIsNow) {
  const auto message =
      ParseWebhook(Body(R"({"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"})"), kNow);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->alerts.at(0).starts_at, kNow);
}

TEST(Webhook, AnUnusableAlertDoesNotCostItsNeighbours) {
  for (const char* bad :
       {"7", "{}", R"({"status":"firing"})", R"({"status":"firing","labels":{}})",
        R"({"status":"odd","labels":{"a":"b"}})", R"({"status":"firing","labels":{"a":1}})",
        R"({"status":"firing","labels":["a"]})"}) {
    const auto message = ParseWebhook(Body(std::string(bad) + "," + kRoot), kNow);
    ASSERT_TRUE(message) << bad;
    EXPECT_EQ(message->alerts.size(), 1U) << bad;
    EXPECT_EQ(message->unusable_alerts, 1U) << bad;
  }
}

TEST(Webhook, TellsBrokenBytesFromUnusableJson) {
  for (const char* broken :
       {"", "{", "nothing", R"({"alerts":[NaN]})", R"({"alerts":[]} x)", R"({"a":"\ud800"})"}) {
    const auto message = ParseWebhook(broken, kNow);
    ASSERT_FALSE(message) << broken;
    EXPECT_EQ(message.error().code, ErrorCode::kInvalid) << broken;
  }
  for (const char* unusable :
       {"[]", "null", "\"text\"", "{}", R"({"alerts":{}})", R"({"alerts":[1,2]})"}) {
    const auto message = ParseWebhook(unusable, kNow);
    ASSERT_FALSE(message) << unusable;
    EXPECT_EQ(message.error().code, ErrorCode::kCorrupt) << unusable;
  }
  EXPECT_TRUE(ParseWebhook(R"({"alerts":[]})", kNow));
}

TEST(Webhook, BearsAnyDepthAndSaysWhatTheLimitIs) {
  const auto deep = ParseWebhook(std::string(1'000'000, '['), kNow);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "body is nested deeper than 32 levels");
  EXPECT_TRUE(
      ParseWebhook(Body("", R"("x":)" + std::string(30, '[') + std::string(30, ']') + ","), kNow));
  EXPECT_TRUE(
      ParseWebhook(Body("", R"("x":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",)"), kNow))
      << "brackets in text are text";
}

TEST(Webhook, ReplacesInvalidUtf8AndKeepsTheRest) {
  const auto message = ParseWebhook(
      Body("{\"status\":\"firing\",\"labels\":{\"a\":\"x\xff\xc0y\xF0\x9F\x94\xA5\"}}"), kNow);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->alerts.at(0).labels.Get("a"), "x\xEF\xBF\xBD\xEF\xBF\xBDy\xF0\x9F\x94\xA5");
}

TEST(Webhook, OfDuplicateKeysTheLastCounts) {
  const auto message = ParseWebhook(
      Body(R"({"status":"resolved","status":"firing","labels":{"a":"1","a":"2"}})"), kNow);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->alerts.at(0).status, AlertStatus::kFiring);
  EXPECT_EQ(message->alerts.at(0).labels.Get("a"), "2");
}

TEST(Webhook, ReadsABodyWithAByteOrderMark) {
  EXPECT_TRUE(ParseWebhook("\xEF\xBB\xBF" + Body(kRoot), kNow));
}

TEST(Webhook, CutsLongTextOnACharacter) {
  WebhookLimits limits;
  limits.text_bytes = 4;
  const auto message = ParseWebhook(
      Body("{\"status\":\"firing\",\"labels\":{\"a\":\"abc\xC3\xA9\"}}"), kNow, limits);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->alerts.at(0).labels.Get("a"), "abc");
}

TEST(Webhook, OfTooManyAlertsThoseThatFireAreTakenFirst) {
  WebhookLimits limits;
  limits.alerts = 2;
  const std::string over = R"({"status":"resolved","labels":{"a":"over"}})";
  const std::string first = R"({"status":"firing","labels":{"a":"1"}})";
  const std::string second = R"({"status":"firing","labels":{"a":"2"}})";
  const auto message = ParseWebhook(
      Body(over + "," + first + "," + second + ",7", R"("truncatedAlerts":3,)"), kNow, limits);
  ASSERT_TRUE(message) << message.error().message;
  ASSERT_EQ(message->alerts.size(), 2U);
  EXPECT_EQ(message->alerts[0].labels.Get("a"), "1");
  EXPECT_EQ(message->alerts[1].labels.Get("a"), "2");
  EXPECT_EQ(message->excess_alerts, 2U);
  EXPECT_EQ(message->truncated_alerts, 5U) << "nothing is concluded from the absence of the rest";
  EXPECT_EQ(message->unusable_alerts, 0U);
  EXPECT_EQ(ParseWebhook(Body(over + "," + first), kNow, limits)->excess_alerts, 0U);
}

TEST(Webhook, LabelsComeBackFromTheirEncoding) {
  const promql::LabelSet labels{{"a", "\"\\\n\t\x01"},
                                {"b", std::string("\0x", 2)},
                                {"c", ""},
                                {"\xC3\xA9", "\xF0\x9F\x94\xA5"}};
  EXPECT_EQ(DecodeLabels(EncodeLabels(labels)), labels);
  EXPECT_TRUE(DecodeLabels("[1").empty());
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/api/api_fixture.h"

namespace warden::api {
namespace {

using WebhookTest = ApiTest;

constexpr const char* kMessage =
    R"({"groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"a"}},)"
    R"({"status":"firing","labels":{"alertname":"b"}},)"
    R"({"status":"resolved","labels":{"alertname":"c"}}]})";

TEST_F(WebhookTest, CountsTheAlertsOfEveryMessageRepeatsToo) {
  Open();
  const httplib::Headers json{{"Content-Type", "application/json"}};
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(Ask("POST", "/api/v1/webhook", kMessage, json).status, 200);
    EXPECT_EQ(metrics_.alerts_received.Value({"firing"}), 2 * i);
    EXPECT_EQ(metrics_.alerts_received.Value({"resolved"}), i);
  }
  EXPECT_EQ(metrics_.webhook_messages.Value({"default", "duplicate"}), 1);
}

TEST_F(WebhookTest, TakesJsonUnderItsNameInAnyLetters) {
  Open();
  const auto status = [this](const char* type) {
    return Ask("POST", "/webhook", kMessage, {{"Content-Type", type}}).status;
  };
  EXPECT_EQ(status("Application/JSON; charset=utf-8"), 200);
  EXPECT_EQ(status("application/json"), 200);
  EXPECT_EQ(status("text/plain"), 415);
  EXPECT_EQ(status("app"), 415);
}

}  // namespace
}  // namespace warden::api

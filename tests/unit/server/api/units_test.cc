// SPDX-License-Identifier: Apache-2.0
// /anomaly/… in the shapes of the system before.
#include "api_fixture.h"
#include "server/api/request_limiter.h"
#include "server/api/unit_state.h"

namespace warden::api {
namespace {

using UnitsTest = ApiTest;

TEST_F(UnitsTest, DetectJudgesAndLearns) {
  Open();
  const auto answer = Ask("POST", "/anomaly/detect",
                          R"({"cost_per_post": 0.025, "viral_coefficient": 0.6,
                              "pattern_usage_count": 15, "pattern_name": "hook",
                              "engagement_rate": 0.08})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"anomalies_detected":2,"anomalies":[)"
            R"({"metric_name":"cost_per_post","current_value":0.025,"baseline":0.02,)"
            R"("severity":"warning","confidence":0.7,)"
            R"("context":{"persona_id":"system","percent_increase":25.0}},)"
            R"({"metric_name":"viral_coefficient","current_value":0.6,"baseline":1.5,)"
            R"("severity":"critical","confidence":0.9,)"
            R"("context":{"persona_id":"system","current_percent":40.0}}],"models_updated":true})"
            "\n");
  EXPECT_EQ(
      Ask("GET", "/anomaly/models/stats").body,
      R"({"statistical_model":{"data_points":1,"window_size":100,"current_mean":0.025,)"
      R"("current_std":0.0},"trend_model":{"hourly_averages":{"0":0.08},"lookback_hours":24},)"
      R"("seasonal_model":{"pattern_count":1,"period_hours":168},)"
      R"("fatigue_model":{"tracked_patterns":1,"decay_factor":0.95}})"
      "\n");
}

TEST_F(UnitsTest, AWornPatternIsTold) {
  Open();
  const auto answer = Ask("POST", "/anomaly/detect",
                          R"({"pattern_name":"hook","pattern_usage_count":47,"persona_id":"p"})");
  ASSERT_EQ(answer.json["anomalies_detected"].GetInt(), 1);
  const auto& found = answer.json["anomalies"][0];
  EXPECT_STREQ(found["metric_name"].GetString(), "pattern_fatigue");
  EXPECT_STREQ(found["severity"].GetString(), "critical");
  EXPECT_STREQ(found["context"]["pattern_name"].GetString(), "hook");
  EXPECT_STREQ(found["context"]["persona_id"].GetString(), "p");
}

TEST_F(UnitsTest, BadBodiesAreNamed) {
  Open();
  struct Case {
    const char* body;
    const char* error;
  };
  for (const Case& c : std::vector<Case>{
           {"", "the body is not JSON, at byte 1: The document is empty."},
           {"{", "the body is not JSON, at byte 2: Missing a name for object member."},
           {"[1]", "the body must be a JSON object"},
           {"{}",
            "nothing to judge: cost_per_post, viral_coefficient, engagement_rate and pattern_name "
            "are all missing"},
           {R"({"cost_per_post":"x"})", "`cost_per_post` must be a number from 0 to 1e12"},
           {R"({"cost_per_post":-1})", "`cost_per_post` must be a number from 0 to 1e12"},
           {R"({"cost_per_post":1e300})", "`cost_per_post` must be a number from 0 to 1e12"},
           {R"({"pattern_name":7})", "`pattern_name` must be a text"},
           {R"({"pattern_name":""})", "`pattern_name` must have 1 to 200 bytes"},
           {R"({"pattern_name":"p","pattern_usage_count":1.5})",
            "`pattern_usage_count` must be a whole number that is not negative"},
       }) {
    const auto answer = Ask("POST", "/anomaly/detect", c.body);
    EXPECT_EQ(answer.status, 400) << c.body;
    EXPECT_STREQ(answer.json["error"].GetString(), c.error);
  }
  EXPECT_EQ(Ask("POST", "/anomaly/detect", std::string(60'000, '[')).status, 400);
  EXPECT_EQ(Ask("POST", "/anomaly/detect", std::string(70'000, ' ')).status, 413);
  EXPECT_EQ(Ask("GET", "/anomaly/models/stats").json["statistical_model"]["data_points"].GetInt(),
            0);
}

TEST_F(UnitsTest, ThresholdsAreSetByParametersOrByBody) {
  Open();
  EXPECT_EQ(
      Ask("GET", "/anomaly/thresholds").body,
      R"({"cost_per_post":{"target":0.02,"warning_threshold":25.0,"critical_multiplier":2.0},)"
      R"("viral_coefficient":{"baseline":1.5,"drop_threshold":0.7,"critical_drop":0.5},)"
      R"("pattern_fatigue":{"warning_threshold":0.8,"critical_threshold":0.9}})"
      "\n");
  const auto set = Ask("PUT", "/anomaly/thresholds?cost_baseline=0.03&cost_threshold=0.5",
                       R"({"fatigue_threshold":75})");
  EXPECT_EQ(set.json["cost_per_post"]["target"].GetDouble(), 0.03);
  EXPECT_EQ(set.json["cost_per_post"]["warning_threshold"].GetDouble(), 50);
  EXPECT_EQ(set.json["pattern_fatigue"]["warning_threshold"].GetDouble(), 0.75);
  EXPECT_EQ(Ask("POST", "/anomaly/detect", R"({"cost_per_post":0.044})")
                .json["anomalies_detected"]
                .GetInt(),
            0);
}

TEST_F(UnitsTest, AWrongThresholdChangesNothing) {
  Open();
  for (const char* query :
       {"cost_baseline=0.5&fatigue_threshold=nan", "cost_baseline=0.5&cost=1",
        "cost_baseline=0.5&viral_drop_threshold=101", "cost_baseline=0", "cost_baseline=-1",
        "cost_baseline=1e-300", "cost_baseline=inf", "cost_baseline=1x", "cost_baseline="}) {
    EXPECT_EQ(Ask("PUT", std::string("/anomaly/thresholds?") + query).status, 400) << query;
  }
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds", "[]").status, 400);
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds", R"({"cost_baseline":"1"})").status, 400);
  EXPECT_EQ(Ask("GET", "/anomaly/thresholds").json["cost_per_post"]["target"].GetDouble(), 0.02);
}

TEST_F(UnitsTest, WhatWasSetAndLearntOutlivesARestart) {
  Open();
  Ask("PUT", "/anomaly/thresholds?cost_baseline=0.5");
  Ask("POST", "/anomaly/detect",
      R"({"cost_per_post":0.1,"viral_coefficient":1.25,"engagement_rate":0.5,"pattern_name":"a\"b"})");
  const auto before = Ask("GET", "/anomaly/models/stats").body;
  Close();
  Open();
  EXPECT_EQ(Ask("GET", "/anomaly/thresholds").json["cost_per_post"]["target"].GetDouble(), 0.5);
  EXPECT_EQ(Ask("GET", "/anomaly/models/stats").body, before);
}

TEST_F(UnitsTest, WhatCannotBeReadIsNotWrittenOver) {
  Open();
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?cost_baseline=5").status, 200);
  Close();
  store_->is_unreadable = true;
  Open();
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?viral_baseline=2").status, 503);
  EXPECT_EQ(Ask("POST", "/anomaly/detect", R"({"cost_per_post":1})").status, 503);
  store_->is_unreadable = false;
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?viral_baseline=2").status, 200);
  const auto answer = Ask("GET", "/anomaly/thresholds");
  EXPECT_EQ(answer.json["cost_per_post"]["target"].GetDouble(), 5);
  EXPECT_EQ(answer.json["viral_coefficient"]["baseline"].GetDouble(), 2);
}

TEST_F(UnitsTest, ModelsAreResetByNameOrAllAtOnce) {
  Open();
  const auto points = [this] {
    const auto stats = Ask("GET", "/anomaly/models/stats");
    return std::vector{stats.json["statistical_model"]["data_points"].GetInt(),
                       static_cast<int>(stats.json["trend_model"]["hourly_averages"].MemberCount()),
                       stats.json["seasonal_model"]["pattern_count"].GetInt(),
                       stats.json["fatigue_model"]["tracked_patterns"].GetInt()};
  };
  Ask("POST", "/anomaly/detect",
      R"({"cost_per_post":1,"viral_coefficient":2,"engagement_rate":1,"pattern_name":"p"})");
  ASSERT_EQ(points(), (std::vector{1, 1, 1, 1}));
  EXPECT_EQ(Ask("POST", "/anomaly/models/reset", R"({"models":["statistical","trend"]})").body,
            R"({"models_reset":{"statistical":"reset","trend":"reset"},)"
            R"("timestamp":"2026-03-02T00:00:00Z"})"
            "\n");
  EXPECT_EQ(points(), (std::vector{0, 0, 1, 1}));
  EXPECT_EQ(Ask("POST", "/anomaly/models/reset", R"(["trend","trend"])")
                .json["models_reset"]
                .MemberCount(),
            1U);
  EXPECT_EQ(Ask("POST", "/anomaly/models/reset", R"(["nonsense"])").status, 400);
  EXPECT_EQ(Ask("POST", "/anomaly/models/reset", R"({"models":"all"})").status, 400);
  EXPECT_EQ(Ask("POST", "/anomaly/models/reset").json["models_reset"].MemberCount(), 4U);
  EXPECT_EQ(points(), (std::vector{0, 0, 0, 0}));
}

TEST_F(UnitsTest, AnAlertTakesTheWayOfAllAlerts) {
  Open();
  const std::string alert = R"({"alert_data":{"title":"Cost Anomaly","message":"too dear",
      "severity":"critical","cost_per_post":0.025,"persona id":"p1"},
      "channels":["slack","telegram","webhook"]})";
  EXPECT_EQ(Ask("POST", "/anomaly/alert", alert).body,
            R"({"alerts_sent":2,"channel_results":{"slack":{"status":"success"},)"
            R"("telegram":{"status":"skipped","reason":"no route leads there"},)"
            R"("webhook":{"status":"success"}}})"
            "\n");
  const auto incidents = store_->ListIncidents({});
  ASSERT_EQ(incidents->rows.size(), 1U);
  const auto& kept = incidents->rows.at(0).alerts.at(0).alert;
  EXPECT_EQ(kept.labels,
            (promql::LabelSet{
                {"alertname", "Cost Anomaly"}, {"persona_id", "p1"}, {"severity", "critical"}}));
  EXPECT_EQ(kept.annotations,
            (promql::LabelSet{{"cost_per_post", "0.025"}, {"summary", "too dear"}}));
  EXPECT_EQ(Ask("POST", "/anomaly/alert", alert).json["alerts_sent"].GetInt(), 0) << "told already";
  std::string over = alert;
  over.replace(over.find("\"message\""), 9, "\"status\":\"resolved\",\"message\"");
  EXPECT_EQ(Ask("POST", "/anomaly/alert", over).json["alerts_sent"].GetInt(), 1)
      << "Slack does not want ends unless told so";
}

TEST_F(UnitsTest, FieldsOfAnAlertBecomeLabelsThatCanBeNamed) {
  Open();
  EXPECT_EQ(Ask("POST", "/anomaly/alert",
                R"({"alert_data":{"title":"x","":"nameless","9 lives":"cat","empty":""}})")
                .status,
            200);
  EXPECT_EQ(
      store_->ListIncidents({})->rows.at(0).alerts.at(0).alert.labels,
      (promql::LabelSet{
          {"_", "nameless"}, {"_9_lives", "cat"}, {"alertname", "x"}, {"severity", "warning"}}));
}

TEST_F(UnitsTest, AnAlertWithoutWordsIsRefused) {
  Open();
  for (const char* body :
       {"{}", "[]", R"({"alert_data":7})", R"({"alert_data":{}})", R"({"alert_data":{"title":""}})",
        R"({"alert_data":{"title":"x","status":"maybe"}})",
        R"({"alert_data":{"title":"x","timestamp":"yesterday"}})",
        R"({"alert_data":{"title":"x"},"channels":"slack"})",
        R"({"alert_data":{"title":"x"},"channels":[1]})"}) {
    EXPECT_EQ(Ask("POST", "/anomaly/alert", body).status, 400) << body;
  }
  EXPECT_TRUE(store_->ListIncidents({})->rows.empty());
}

TEST_F(UnitsTest, WhoChangesSomethingShowsCredentials) {
  Open("intake: {auth: {bearer_token: secret}}\n");
  EXPECT_EQ(Ask("GET", "/anomaly/thresholds").status, 200);
  for (const char* path : {"/anomaly/detect", "/anomaly/alert", "/anomaly/models/reset"})
    EXPECT_EQ(Ask("POST", path, "{}").status, 401) << path;
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?cost_baseline=1").status, 401);
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?cost_baseline=1", "", {{"X-API-Key", "wrong"}}).status,
            401);
  EXPECT_EQ(Ask("PUT", "/anomaly/thresholds?cost_baseline=1", "", {{"X-API-Key", "secret"}}).status,
            200);
  EXPECT_EQ(
      Ask("PUT", "/anomaly/thresholds?cost_baseline=1", "", {{"Authorization", "Bearer secret"}})
          .status,
      200);
}

TEST_F(UnitsTest, EachKeyHasItsOwnLimit) {
  Open("api: {requests_per_minute: 3}\n");
  const auto ask = [this](const char* key) {
    return Ask("GET", "/anomaly/thresholds", "", {{"X-API-Key", key}});
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("a").status, 200);
  const auto refused = ask("a");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.retry_after, "20");
  EXPECT_EQ(Ask("GET", "/anomaly/models/stats", "", {{"X-API-Key", "a"}}).status, 429);
  EXPECT_EQ(ask("b").status, 200);
  EXPECT_EQ(Ask("GET", "/anomaly/thresholds").status, 200) << "without a key, by address";
  EXPECT_EQ(Ask("GET", "/health", "", {{"X-API-Key", "a"}}).status, 200) << "has no limit";
  clock_.Advance(std::chrono::seconds{20});
  EXPECT_EQ(ask("a").status, 200);
  EXPECT_EQ(ask("a").status, 429);
}

TEST_F(UnitsTest, AKeyForEachRequestIsNoWayRoundTheLimit) {
  Open("api: {requests_per_minute: 1}\n");
  const auto ask = [this](std::size_t key) {
    return Ask("GET", "/anomaly/thresholds", "", {{"X-API-Key", std::to_string(key)}}).status;
  };
  for (std::size_t key = 0; key < RequestLimiter::kMostOfAnAddress; ++key)
    EXPECT_EQ(ask(key), 200) << key;
  EXPECT_EQ(ask(RequestLimiter::kMostOfAnAddress), 429);
  EXPECT_EQ(Ask("GET", "/anomaly/thresholds").status, 200) << "without a key, as before";
  clock_.Advance(std::chrono::seconds{3});
  EXPECT_EQ(ask(RequestLimiter::kMostOfAnAddress + 1), 200);
}

TEST(RequestLimiter, RemembersABoundedNumberOfKeys) {
  RequestLimiter limiter;
  const Instant now{std::chrono::hours{1}};
  EXPECT_FALSE(limiter.Refuse("a", 1, now));
  EXPECT_TRUE(limiter.Refuse("a", 1, now));
  for (std::size_t i = 0; i < RequestLimiter::kMostKeys; ++i)
    EXPECT_FALSE(limiter.Refuse("k" + std::to_string(i), 1, now));
  EXPECT_FALSE(limiter.Refuse("a", 1, now)) << "too many: all begin again";
  EXPECT_FALSE(limiter.Refuse("b", 0, now));
  EXPECT_FALSE(limiter.Refuse("b", 0, now)) << "no limit";
}

TEST(UnitState, DamagedTextIsNotRead) {
  for (const char* text : {"", "{", "[]", "{}", R"({"costs":[1],"engagement":{},"growth":{}})",
                           R"({"costs":["x"],"engagement":{},"growth":{},"patterns":{}})",
                           R"({"costs":[],"engagement":{"x":[1,1]},"growth":{},"patterns":{}})",
                           R"({"costs":[],"engagement":{},"growth":{},"patterns":{"p":[1]}})"}) {
    EXPECT_FALSE(DecodeModels(text)) << text;
  }
  EXPECT_FALSE(DecodeThresholds("[]"));
  EXPECT_FALSE(DecodeThresholds(R"({"cost_target":"x"})"));
}

}  // namespace
}  // namespace warden::api

// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.h"

namespace warden::api {
namespace {

using std::chrono::minutes;

class WatchesTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    Open();
    auto report = std::make_shared<WatchReport>();
    report->watch.name = "Latency";
    report->watch.query = "latency";
    report->state = WatchState::kFiring;
    report->last_run = clock_.Now();
    report->open_alerts = 1;
    report->alerts_per_day = 0.5;
    report->skipped[Skipped::kNotFinite] = 3;
    report->warnings = {"partial"};
    anomaly::Verdict verdict;
    verdict.at = clock_.Now();
    verdict.state = anomaly::State::kFiring;
    verdict.kind = anomaly::Kind::kSpike;
    verdict.severity = anomaly::Severity::kHigh;
    verdict.observed = 9;
    verdict.expected = 1;
    verdict.lower = 0.5;
    verdict.score = 0.75;
    for (const char* job : {"a", "b"})
      report->series.push_back({{{"job", job}}, verdict, minutes{2}});
    report->anomalies = {
        {{{"job", "a"}}, clock_.Now(), std::nullopt, verdict},
        {{{"job", "b"}}, clock_.Now() - minutes{30}, clock_.Now() - minutes{20}, verdict}};
    watches_.push_back({"Latency", clock_.Now() + minutes{5}, false, std::move(report)});
    auto other = std::make_shared<WatchReport>();
    other->anomalies = {{{}, clock_.Now() - minutes{10}, std::nullopt, verdict}};
    watches_.push_back({"Other", clock_.Now(), true, std::move(other)});
  }
  // `watch/started_at` of each.
  std::vector<std::string> Anomalies(const std::string& query) {
    const auto answer = Ask("GET", "/api/v1/anomalies" + query);
    std::vector<std::string> found;
    if (answer.status != 200) return {std::to_string(answer.status)};
    for (const auto& each : answer.json["data"].GetArray())
      found.push_back(std::string(each["watch"].GetString()) + "/" +
                      std::string(each["started_at"].GetString()).substr(11, 5));
    return found;
  }
};

TEST_F(WatchesTest, AreListedWithTheirState) {
  const auto answer = Ask("GET", "/api/v1/watches");
  ASSERT_EQ(answer.status, 200);
  ASSERT_EQ(answer.json["data"].Size(), 2U);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"status":"success","data":[{"name":"Latency","query":"latency","detector":"auto",)"
      R"("state":"firing","error":"","running":false,"last_run":"2026-03-02T00:00:00Z",)"
      R"("last_success":null,"next_run":"2026-03-02T00:05:00Z","series":2,"left_out":0,)"
      R"("open_alerts":1,"points":0,"alerts_per_day":0.5,"skipped":{"missing":0,"not_finite":3,)"
      R"("histogram":0,"duplicate":0,"off_grid":0,"maintenance":0,"max_series":0},)"
      R"("warnings":["partial"]},{"name":"Other")"))
      << answer.body;
}

TEST_F(WatchesTest, ShowTheirSeries) {
  const auto answer = Ask("GET", "/api/v1/watches/Latency/series?limit=1");
  EXPECT_EQ(answer.body,
            R"({"status":"success","data":[{"labels":{"job":"a"},"at":"2026-03-02T00:00:00Z",)"
            R"("state":"firing","kind":"spike","severity":"high","detector":"auto","observed":9.0,)"
            R"("expected":1.0,"lower":0.5,"upper":null,"score":0.75,"z":0.0,"deviation":0.0,)"
            R"("confidence":0.0,"reason":"","learning_left_seconds":120.0}]})"
            "\n");
  EXPECT_EQ(Ask("GET", "/api/v1/watches/Latency/series").json["data"].Size(), 2U);
  EXPECT_EQ(Ask("GET", "/api/v1/watches/None/series").status, 404);
  EXPECT_EQ(Ask("GET", "/api/v1/watches/Latency/series?limit=0").status, 400);
}

TEST_F(WatchesTest, TellWhatWasUnusualTheNewestFirst) {
  using Found = std::vector<std::string>;
  EXPECT_EQ(Anomalies(""), (Found{"Latency/00:00", "Other/23:50", "Latency/23:30"}));
  EXPECT_EQ(Anomalies("?state=open"), (Found{"Latency/00:00", "Other/23:50"}));
  EXPECT_EQ(Anomalies("?state=closed"), (Found{"Latency/23:30"}));
  EXPECT_EQ(Anomalies("?watch=Latency"), (Found{"Latency/00:00", "Latency/23:30"}));
  EXPECT_EQ(Anomalies("?watch=None"), Found{});
  EXPECT_EQ(Anomalies("?limit=1"), (Found{"Latency/00:00"}));
  EXPECT_EQ(Anomalies("?state=maybe"), (Found{"400"}));
}

TEST_F(WatchesTest, HaveTheLimitOfTheirKey) {
  Close();
  Open("api: {requests_per_minute: 1}\n");
  EXPECT_EQ(Ask("GET", "/api/v1/watches").status, 200);
  EXPECT_EQ(Ask("GET", "/api/v1/anomalies").status, 429);
  EXPECT_EQ(Ask("GET", "/api/v1/watches/Latency/series").status, 429);
}

}  // namespace
}  // namespace warden::api

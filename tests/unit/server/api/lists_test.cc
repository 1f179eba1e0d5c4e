// SPDX-License-Identifier: Apache-2.0
// Lists end where a page does, go on from there, and hold nobody up.
#include <algorithm>
#include <future>
#include <set>
#include <vector>

#include "tests/unit/server/api/api_fixture.h"

namespace warden::api {
namespace {

constexpr std::size_t kMostOfAnAnswer = std::size_t{3} << 19;

class ListsTest : public ApiTest {
 protected:
  // Open incidents with so many alerts each, and each of those with a text of so many bytes.
  void Fill(int incidents, int alerts, std::size_t bytes) {
    ASSERT_TRUE(store_->Transact([&](Transaction& transaction) -> Result<void> {
      for (int i = 1; i <= incidents; ++i) {
        Incident incident;
        incident.id = IncidentId{i};
        incident.uid = "uid" + std::to_string(i);
        incident.receiver = "team";
        incident.opened_at = clock_.Now();
        incident.timeline_entries = alerts;
        if (auto put = transaction.PutIncident(incident); !put) return put;
        for (int j = 1; j <= alerts; ++j) {
          AlertRecord record;
          record.id = AlertId{i * 10'000 + j};
          record.alert.status = AlertStatus::kFiring;
          record.changed_at = record.seen_at = clock_.Now();
          record.alert.labels = {{"alertname", "A" + std::to_string(record.id.value)}};
          record.alert.annotations = {{"summary", std::string(bytes, 'x')}};
          record.alert.fingerprint = record.alert.labels.Fingerprint();
          auto put = transaction.PutAlert(record);
          if (put) put = transaction.PutMember(incident.id, record.id, {});
          if (put) {
            put = transaction.AddTimeline({incident.id, j, clock_.Now(), TimelineKind::kJoined,
                                           "number " + std::to_string(j)});
          }
          if (!put) return put;
        }
      }
      return {};
    }));
  }

  // All of a list by its `next`, told by a text of each row. Each page is bounded.
  std::vector<std::string> Walk(const std::string& path, const std::string& place,
                                const char* key) {
    std::vector<std::string> seen;
    std::string next;
    for (pages_ = 1; pages_ < 100; ++pages_) {
      const auto answer = Ask("GET", path + (next.empty() ? "" : "&" + place + "=" + next));
      EXPECT_EQ(answer.status, 200) << answer.body;
      EXPECT_LT(answer.body.size(), kMostOfAnAnswer);
      if (answer.status != 200) break;
      for (const auto& row : answer.json["data"].GetArray())
        seen.emplace_back(row[key].GetString());
      if (answer.json["next"].IsNull()) break;
      next = answer.json["next"].GetString();
    }
    return seen;
  }

  int pages_ = 0;
};

TEST_F(ListsTest, OfIncidentsEndAtAPageAndGoOn) {
  Fill(30, 12, 10'000);
  Open();
  const auto seen = Walk("/api/v1/incidents?state=all&limit=10000", "before", "uid");
  EXPECT_EQ(seen.size(), 30U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 30U);
  EXPECT_GT(pages_, 2);
  const auto answer = Ask("GET", "/api/v1/incidents?limit=1&alerts=3");
  const auto& row = answer.json["data"][0];
  EXPECT_EQ(row["alert_count"].GetInt(), 12);
  EXPECT_EQ(row["alerts"].Size(), 3U);
  EXPECT_STREQ(answer.json["next"].GetString(), "30");
}

TEST_F(ListsTest, AnIncidentShowsTheFirstOfItsAlertsAndTheRestByPages) {
  Fill(1, 3000, 1000);
  Open();
  const auto shown = Ask("GET", "/api/v1/incidents/uid1");
  ASSERT_EQ(shown.status, 200);
  EXPECT_LT(shown.body.size(), kMostOfAnAnswer);
  const auto& data = shown.json["data"];
  EXPECT_EQ(data["alerts"].Size(), 100U);
  EXPECT_EQ(data["alert_count"].GetInt(), 3000);
  EXPECT_EQ(data["timeline_count"].GetInt(), 3000);
  ASSERT_EQ(data["timeline"].Size(), 500U);
  EXPECT_STREQ(data["timeline"][499]["reason"].GetString(), "number 3000") << "the newest";

  const auto alerts = Walk("/api/v1/incidents/uid1/alerts?limit=10000", "after", "fingerprint");
  EXPECT_EQ(alerts.size(), 3000U);
  EXPECT_EQ(std::set<std::string>(alerts.begin(), alerts.end()).size(), 3000U);
  EXPECT_GT(pages_, 2);
  const auto timeline = Walk("/api/v1/incidents/uid1/timeline?limit=900", "before", "reason");
  ASSERT_EQ(timeline.size(), 3000U);
  EXPECT_EQ(timeline.back(), "number 1");

  const auto page = Ask("GET", "/incidents/uid1");
  EXPECT_LT(page.body.size(), kMostOfAnAnswer);
  EXPECT_NE(page.body.find("/api/v1/incidents/uid1/alerts\">2800 more"), std::string::npos);
}

TEST_F(ListsTest, OfQuarantineAreBoundedTooAndSayHowLongBodiesAre) {
  ASSERT_TRUE(store_->Transact([](Transaction& transaction) -> Result<void> {
    for (int i = 0; i < 50; ++i) {
      auto put = transaction.AddQuarantine(
          {0, Instant{}, "default", "r" + std::to_string(i), std::string(100'000, 'x')});
      if (!put) return put;
    }
    return {};
  }));
  Open();
  EXPECT_EQ(Walk("/api/v1/quarantine?limit=10000", "before", "reason").size(), 50U);
  const auto answer = Ask("GET", "/api/v1/quarantine?limit=1");
  EXPECT_EQ(answer.json["data"][0]["bytes"].GetInt(), 100'000);
  EXPECT_EQ(answer.json["data"][0]["body"].GetStringLength(), 65'536U);
}

TEST_F(ListsTest, RefuseWhatTheyDidNotSay) {
  Fill(1, 1, 1);
  Open();
  for (const char* query :
       {"/api/v1/incidents?before=x", "/api/v1/incidents?state=closed&before=7",
        "/api/v1/incidents?before=7.8",
        "/api/v1/incidents?before=", "/api/v1/incidents?alerts=1001",
        "/api/v1/incidents/uid1/alerts?after=-1", "/api/v1/quarantine?before=1e3"}) {
    EXPECT_EQ(Ask("GET", query).status, 400) << query;
  }
  for (const char* path : {"/api/v1/incidents/no/alerts", "/api/v1/incidents/no/timeline",
                           "/api/v1/deliveries?incident=no"}) {
    EXPECT_EQ(Ask("GET", path).status, 404) << path;
  }
}

TEST_F(ListsTest, HoldUpNeitherMetricsNorWebhooks) {
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<bool> is_listing{false};
  store_->on_list = [&] {
    is_listing = true;
    open.wait();
  };
  Open();
  std::vector<std::future<int>> lists;
  for (int i = 0; i < 3; ++i) {
    lists.push_back(std::async(std::launch::async, [this] {
      httplib::Client client("127.0.0.1", server_->port());
      client.set_read_timeout(60);
      const auto answer = client.Get("/api/v1/incidents");
      return answer ? answer->status : 0;
    }));
  }
  while (!is_listing) std::this_thread::yield();
  for (const char* path : {"/metrics", "/-/healthy", "/-/ready", "/stats"})
    EXPECT_EQ(Ask("GET", path).status, 200) << path;
  const std::string message = R"({"groupKey":"g","alerts":[{"status":"firing","labels":)"
                              R"({"alertname":"a"},"annotations":{"summary":")" +
                              std::string(500'000, 'x') + "\"}}]}";
  EXPECT_EQ(Ask("POST", "/api/v1/webhook", message, {{"Content-Type", "application/json"}}).status,
            200)
      << "its body is parsed on a worker";
  gate.set_value();
  for (auto& list : lists) EXPECT_EQ(list.get(), 200);
}

}  // namespace
}  // namespace warden::api

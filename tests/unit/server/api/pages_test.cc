// SPDX-License-Identifier: Apache-2.0
// The pages for people: what is open stands on the first one, and leads to the page of each.
#include "tests/unit/server/api/api_fixture.h"

namespace warden::api {
namespace {

class PagesTest : public ApiTest {
 protected:
  // An incident of one alert.
  void Fire(const std::string& labels, const std::string& annotations = "") {
    const auto answer =
        Ask("POST", "/api/v1/webhook",
            R"({"groupKey":"g","alerts":[{"status":"firing","startsAt":"2026-03-01T23:59:00Z",)"
            R"("generatorURL":"http://prom/graph?a=1&b=2","labels":{)" +
                labels + R"(},"annotations":{)" + annotations + "}}]}",
            {{"Content-Type", "application/json"}});
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  std::string UidOfNewest() {
    const auto answer = Ask("GET", "/api/v1/incidents");
    return answer.json["data"][0]["uid"].GetString();
  }
};

bool Has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST_F(PagesTest, TheFirstPageSaysThatNothingIsOpen) {
  Open();
  const auto page = Ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page.body, "No incident is open.")) << page.body;
}

TEST_F(PagesTest, TheFirstPageListsWhatIsOpenAndLeadsToIt) {
  Open();
  Fire(R"("alertname":"Disk<full>","severity":"critical")");
  const auto page = Ask("GET", "/").body;
  EXPECT_TRUE(Has(page, "<a href=\"/incidents/" + UidOfNewest() + "\">Disk&lt;full&gt;</a>"))
      << page;
  EXPECT_TRUE(Has(page, "<td>critical</td>")) << page;
  EXPECT_TRUE(Has(page, "<td>2026-03-02 00:00:00</td>")) << page;
}

TEST_F(PagesTest, TheFirstPageStaysWhenTheStoreCannotBeRead) {
  Open();
  store_->is_unreadable = true;
  const auto page = Ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page.body, "Open incidents cannot be read")) << page.body;
}

TEST_F(PagesTest, AnIncidentsPageIsHeadedByItsAlertsAndLeadsToRunbookAndGraph) {
  Open();
  Fire(R"("alertname":"DiskFull")",
       R"("summary":"No room","runbook_url":"https://wiki.example/disk","dashboard":"x")");
  const auto page = Ask("GET", "/incidents/" + UidOfNewest()).body;
  EXPECT_TRUE(Has(page, "<h1>DiskFull</h1>")) << page;
  EXPECT_TRUE(Has(page, "<a href=\"https://wiki.example/disk\">Runbook</a>")) << page;
  EXPECT_TRUE(Has(page, "<a href=\"http://prom/graph?a=1&amp;b=2\">Graph</a>")) << page;
  EXPECT_TRUE(Has(page, "<td>2026-03-01 23:59:00</td>")) << page;
}

TEST_F(PagesTest, NoAddressThatIsNoWebAddressBecomesALink) {
  Open();
  Fire(R"("alertname":"Odd")", R"("runbook_url":"javascript:x")");
  EXPECT_FALSE(Has(Ask("GET", "/incidents/" + UidOfNewest()).body, "javascript:"));
}

TEST_F(PagesTest, UnderAPrefixTheFirstPageIsThereWithAndWithoutSlash) {
  prefix_ = "/pw";
  Open();
  for (const char* path : {"/pw", "/pw/"}) {
    const auto page = Ask("GET", path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_TRUE(Has(page.body, "<a href=\"/pw/metrics\">")) << page.body;
  }
}

}  // namespace
}  // namespace warden::api

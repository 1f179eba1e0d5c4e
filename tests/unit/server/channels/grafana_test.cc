// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "server/channels/grafana_place.h"
#include "server/channels/json.h"
#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

class GrafanaTest : public testing::Test {
 protected:
  using Answers = std::vector<std::pair<std::string, ChannelResponse>>;

  // Runs the exchanges of one attempt. Each answer is for a request that begins with its text; what
  // nobody answers is a success. Notes `METHOD path` of each request.
  Verdict Run(const Message& message, ChannelContext context, const Answers& answers = {}) {
    const auto channel = samples::Make(config_, "grafana");
    requests_.clear();
    for (int i = 0; i < 10; ++i) {
      const auto request = channel->Compose(message, context);
      EXPECT_TRUE(request);
      const auto& http = std::get<ChannelHttpRequest>(*request);
      const std::string line = http.method + " " + http.url.substr(config_.grafana.url.size());
      requests_.push_back(line.substr(0, line.find('?')));
      last_ = http;
      ChannelResponse response = samples::Success("grafana", *request);
      for (const auto& [begin, answer] : answers) {
        if (line.starts_with(begin)) response = answer;
      }
      const Verdict verdict = channel->Judge(message, context, response);
      if (verdict.outcome != Outcome::kContinue) return verdict;
      context.step = verdict.next_step;
    }
    ADD_FAILURE() << "never settles";
    return {};
  }
  Verdict Run(const Message& message, const Answers& answers = {}) {
    return Run(message, samples::Context(message), answers);
  }
  [[nodiscard]] JsonAnswer Sent() const { return JsonAnswer(last_.body); }
  [[nodiscard]] std::vector<std::string> Tags() const {
    std::vector<std::string> tags;
    for (const JsonAnswer& tag : Sent().Elements({"tags"})) tags.push_back(tag.Text({}));
    return tags;
  }
  [[nodiscard]] bool HasTag(const std::string& tag) const {
    const auto tags = Tags();
    return std::ranges::find(tags, tag) != tags.end();
  }

  Config config_ = samples::EveryChannel();
  std::vector<std::string> requests_;
  ChannelHttpRequest last_;
};

using Lines = std::vector<std::string>;

TEST_F(GrafanaTest, OpensOnThePanelThatTheMappingNames) {
  const Verdict verdict = Run(samples::Firing());
  EXPECT_EQ(verdict.outcome, Outcome::kDelivered);
  EXPECT_EQ(verdict.remote_id, "31");
  EXPECT_EQ(requests_,
            (Lines{"GET /api/search", "GET /api/dashboards/uid/svc", "POST /api/annotations"}));
  EXPECT_EQ(Sent().Text({"dashboardUID"}), "svc");
  EXPECT_EQ(Sent().Integer({"panelId"}), 5) << "inside a collapsed row";
  EXPECT_EQ(Sent().Integer({"time"}), ToMillis(samples::At("2026-11-21T02:57:13.25Z")));
  EXPECT_EQ(last_.body.find("timeEnd"), std::string::npos);
  EXPECT_EQ(last_.body.find("null"), std::string::npos) << "absent is not null";
}

TEST_F(GrafanaTest, ClosesByPatchWithWhatItKnows) {
  ChannelContext context = samples::Context(samples::Resolved());
  context.remote_id = "31";
  const Verdict verdict = Run(samples::Resolved(), context);
  EXPECT_EQ(verdict.remote_id, "31");
  EXPECT_EQ(requests_, (Lines{"PATCH /api/annotations/31"}));
  EXPECT_EQ(Sent().Integer({"timeEnd"}), ToMillis(samples::At("2026-11-21T03:20:13Z")));
  EXPECT_NE(Sent().Text({"text"}).find("[RESOLVED]"), std::string::npos);
  EXPECT_EQ(last_.body.find("\"tags\""), std::string::npos) << "tags stay as they are";
}

TEST_F(GrafanaTest, NeverEndsInTheFuture) {
  Message message = samples::Resolved();
  message.alerts[0].ends_at = message.at + std::chrono::hours(2);
  ChannelContext context = samples::Context(message);
  context.remote_id = "31";
  context.now = message.at - std::chrono::seconds(5);  // our clock went back
  (void)Run(message, context);
  EXPECT_LE(*Sent().Integer({"timeEnd"}), ToMillis(context.now));
}

TEST_F(GrafanaTest, LooksBeforeItCreatesAgain) {
  ChannelContext context = samples::Context(samples::Firing());
  context.outcome_unknown = true;
  const Verdict verdict = Run(samples::Firing(), context,
                              {{"GET /api/annotations", samples::Answer(200, R"([{"id":12}])")}});
  EXPECT_EQ(verdict.outcome, Outcome::kDelivered);
  EXPECT_EQ(verdict.remote_id, "12");
  EXPECT_EQ(requests_, (Lines{"GET /api/annotations"}));
  EXPECT_NE(last_.url.find("tags=aid%3A7Q2M4T8ZK1B3C"), std::string::npos) << last_.url;

  (void)Run(samples::Firing(), context);
  EXPECT_EQ(requests_.back(), "POST /api/annotations") << "nothing found: created";
}

TEST_F(GrafanaTest, FindsTheBeginningItForgot) {
  (void)Run(samples::Resolved(),
            {{"GET /api/annotations", samples::Answer(200, R"([{"id":12}])")}});
  EXPECT_EQ(requests_, (Lines{"GET /api/annotations", "PATCH /api/annotations/12"}));
  (void)Run(samples::Resolved());
  EXPECT_EQ(requests_.back(), "POST /api/annotations");
  EXPECT_TRUE(Sent().Integer({"timeEnd"}));
}

TEST_F(GrafanaTest, MakesAVanishedRegionAnewButOnce) {
  ChannelContext context = samples::Context(samples::Resolved());
  context.remote_id = "31";
  for (const int status : {404, 403}) {
    const Verdict verdict =
        Run(samples::Resolved(), context, {{"PATCH", samples::Answer(status, "{}")}});
    EXPECT_EQ(verdict.outcome, Outcome::kDelivered);
    EXPECT_EQ(requests_.front(), "PATCH /api/annotations/31");
    EXPECT_EQ(requests_.back(), "POST /api/annotations");
  }
  const Verdict refused = Run(samples::Resolved(), context,
                              {{"PATCH", samples::Answer(403)}, {"POST", samples::Answer(403)}});
  EXPECT_EQ(refused.outcome, Outcome::kRefusedDestination);
}

TEST_F(GrafanaTest, HonoursTheAnnotationsOfTheAlert) {
  for (const char* name : {"dashboard_uid", "__dashboardUid__"}) {
    Message message = samples::Firing();
    message.alerts[0].annotations.Set(name, "svc");
    message.alerts[0].annotations.Set(
        name == std::string("dashboard_uid") ? "panel_id" : "__panelId__", "1");
    (void)Run(message);
    EXPECT_EQ(requests_, (Lines{"GET /api/dashboards/uid/svc", "POST /api/annotations"}));
    EXPECT_EQ(Sent().Integer({"panelId"}), 1);
  }
}

TEST_F(GrafanaTest, TakesATitleThatLooksLikeAUid) {
  config_.grafana.dashboards = {{"HighErrorRate", "", "Overview", ""}};
  const ChannelResponse found = samples::Answer(200, R"([{"uid":"x1","title":"Overview"}])");
  (void)Run(samples::Firing(), {{"GET /api/search", found}});
  EXPECT_EQ(requests_, (Lines{"GET /api/dashboards/uid/Overview", "GET /api/search",
                              "POST /api/annotations"}));
  EXPECT_EQ(Sent().Text({"dashboardUID"}), "x1");
}

TEST_F(GrafanaTest, FallsBackToTheOrganisationAndSaysSo) {
  const std::vector<std::pair<Answers, std::string>> cases = {
      {{{"GET /api/search", samples::Answer(200, "[]")}},
       "no dashboard has the title \"Service Overview\""},
      {{{"GET /api/search", samples::Answer(200, R"([{"uid":"a","title":"Service Overview"},
                                  {"uid":"b","title":"Service Overview"}])")}},
       "several dashboards have the title \"Service Overview\""},
      {{{"GET /api/search", samples::Answer(403)}},
       "dashboards may not be searched for \"Service Overview\""},
      {{{"GET /api/dashboards", samples::Answer(406)}},
       "dashboard \"Service Overview\" may not be read"}};
  for (const auto& [answers, problem] : cases) {
    const Verdict verdict = Run(samples::Firing(), answers);
    EXPECT_EQ(verdict.outcome, Outcome::kDelivered);
    EXPECT_EQ(verdict.reason, "200: " + problem);
    EXPECT_EQ(last_.body.find("dashboardUID"), std::string::npos);
    EXPECT_TRUE(HasTag("dashboard_unresolved"));
  }
}

TEST_F(GrafanaTest, StaysOnTheDashboardWithoutThePanel) {
  config_.grafana.dashboards = {{"HighErrorRate", "", "Service Overview", "Gone"}};
  const Verdict verdict = Run(samples::Firing());
  EXPECT_EQ(verdict.reason, "200: dashboard \"Service Overview\" has no panel \"Gone\"");
  EXPECT_EQ(Sent().Text({"dashboardUID"}), "svc");
  EXPECT_FALSE(Sent().Integer({"panelId"}));
}

TEST_F(GrafanaTest, GoesOrganisationWideWithoutTheRightToTheDashboard) {
  const auto channel = samples::Make(config_, "grafana");
  ChannelContext context = samples::Context(samples::Firing());
  context.step = "create|svc|5|";
  const Verdict verdict = channel->Judge(samples::Firing(), context, samples::Answer(403, "{}"));
  ASSERT_EQ(verdict.outcome, Outcome::kContinue);
  context.step = verdict.next_step;
  const auto request = channel->Compose(samples::Firing(), context);
  EXPECT_EQ(samples::Body(*request).find("dashboardUID"), std::string::npos);
}

TEST_F(GrafanaTest, WaitsWhenGrafanaIsAway) {
  for (const char* path : {"GET /api/search", "GET /api/dashboards", "POST"}) {
    EXPECT_EQ(Run(samples::Firing(), {{path, samples::Answer(503)}}).outcome, Outcome::kRetry);
    EXPECT_EQ(Run(samples::Firing(), {{path, samples::Answer(401)}}).outcome,
              Outcome::kRefusedDestination);
  }
}

TEST_F(GrafanaTest, WritesTagsThatGrafanaKeeps) {
  config_.grafana.tags = {"url:https://x:1/y",           "team:x", "team:y", " ", "alertname:mine",
                          "long:" + std::string(90, 'z')};
  (void)Run(samples::Anomalous());
  std::set<std::string> keys;
  std::size_t bytes = 0;
  for (const std::string& tag : Tags()) {
    bytes += tag.size() + 3;
    EXPECT_TRUE(keys.insert(tag.substr(0, tag.find(':'))).second) << tag;
    EXPECT_LE(std::ranges::count(tag, ':'), 1);
    EXPECT_LE(tag.size(), 97U);
  }
  EXPECT_LE(keys.size(), 8U);
  EXPECT_LE(bytes, 490U);
  EXPECT_TRUE(HasTag("aid:7Q2M4T8ZK1B3C"));
  EXPECT_TRUE(HasTag("url:https_//x_1/y"));
  EXPECT_TRUE(HasTag("team:x"));
  EXPECT_TRUE(HasTag("alertname:HighErrorRate"));
}

TEST_F(GrafanaTest, EscapesTextAndKeepsItShort) {
  (void)Run(samples::Hostile());
  const std::string text = Sent().Text({"text"});
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("<img"), std::string::npos);
  (void)Run(samples::Overlong());
  EXPECT_LE(Sent().Text({"text"}).size(), 4096U);
}

TEST_F(GrafanaTest, WantsOnlyWhatChangesTheRegion) {
  const auto channel = samples::Make(config_, "grafana");
  Message message = samples::Firing();
  EXPECT_TRUE(channel->Wants(message));
  message.reason = NotifyReason::kRepeat;
  EXPECT_FALSE(channel->Wants(message));
  message.reason = NotifyReason::kSomeResolved;
  EXPECT_FALSE(channel->Wants(message));
  EXPECT_TRUE(channel->Wants(samples::Resolved()));
  config_.grafana.matchers = *promql::ParseMatchers("severity=\"warning\"");
  EXPECT_FALSE(samples::Make(config_, "grafana")->Wants(samples::Firing()));
  EXPECT_TRUE(samples::Make(config_, "grafana")->Wants(samples::Resolved()))
      << "what was drawn is ended, whichever alert ends last";
}

TEST_F(GrafanaTest, NamesTheOrganisationWhenAsked) {
  config_.grafana.org_id = 7;
  (void)Run(samples::Firing());
  EXPECT_NE(std::ranges::find(last_.headers,
                              std::pair<std::string, std::string>("X-Grafana-Org-Id", "7")),
            last_.headers.end());
}

TEST(GrafanaPlace, FindsPanelsOfTheSecondSchema) {
  const JsonAnswer answer(R"({"dashboard":{"elements":{"panel-1":{"kind":"Panel",
    "spec":{"id":3,"title":"Rate"}}}}})");
  EXPECT_EQ(FindPanel(answer, "Rate"), 3);
  EXPECT_EQ(FindPanel(answer, "3"), 3);
  EXPECT_EQ(FindPanel(answer, "x"), std::nullopt);
}

// Somebody who may save dashboards writes the answer.
TEST(GrafanaPlace, BearsAnyNesting) {
  constexpr std::size_t kDeep = 60'000;
  std::string body = R"({"dashboard":)";
  for (std::size_t i = 0; i < kDeep; ++i) body += R"({"panels":[)";
  for (std::size_t i = 0; i < kDeep; ++i) body += "]}";
  EXPECT_EQ(FindPanel(JsonAnswer(body + "}"), "Rate"), std::nullopt);
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <future>

#include "server/delivery/prometheus_enricher.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_client.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

Alert MakeAlert(const std::string& name, AlertStatus status = AlertStatus::kFiring) {
  Alert alert;
  alert.status = status;
  alert.labels.Set("alertname", name);
  alert.labels.Set("instance", "a");
  return alert;
}

AnomalyConfig WithQuery(const std::string& matcher, const std::string& query) {
  AnomalyConfig config;
  AnomalyQuery entry;
  entry.matchers.push_back(*promql::Matcher::Make("alertname", promql::MatchOp::kEqual, matcher));
  entry.query = query;
  entry.step = 1min;
  config.queries.push_back(entry);
  return config;
}

TEST(Question, PrefersTheAlertsAnnotation) {
  Message message;
  message.alerts = {MakeAlert("Slow")};
  message.alerts[0].annotations.Set("promwarden_query", "latency");
  const auto question = QuestionOf(message, WithQuery("Slow", "configured"));
  ASSERT_TRUE(question);
  EXPECT_EQ(question->query, "latency");
  EXPECT_EQ(question->step, 5min);
}

TEST(Question, AnAlertOfAWatchIsJudgedAsTheWatchDoes) {
  Message message;
  message.alerts = {MakeAlert("Slow")};
  message.alerts[0].annotations.Set("promwarden_query", "latency");
  message.alerts[0].labels.Set("promwarden_watch", "w");
  std::vector<WatchConfig> watches(1);
  watches[0].name = "w";
  watches[0].query = "latency";
  watches[0].step = 1min;
  watches[0].history = 30 * 24h;
  watches[0].tolerance.min_deviation = 7;
  const auto question = QuestionOf(message, {}, watches);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->step, 1min);
  EXPECT_EQ(question->tolerance.min_deviation, 7);
  EXPECT_EQ(question->history, 7 * 24h) << "no more than for other alerts";
  watches[0].labels.Set("instance", "all");
  EXPECT_EQ(QuestionOf(message, {}, watches)->alert.Get("instance"), "")
      << "the series has its own";
  watches[0].query = "another";
  EXPECT_EQ(QuestionOf(message, {}, watches)->step, 5min);
}

TEST(Question, OfAWatchThatLooksAheadHasItsThreshold) {
  Message message;
  message.alerts = {MakeAlert("Full")};
  message.alerts[0].annotations.Set("promwarden_query", "used");
  message.alerts[0].labels.Set("promwarden_watch", "w");
  std::vector<WatchConfig> watches(1);
  watches[0].name = "w";
  watches[0].query = "used";
  watches[0].maintenance = "cleaning";
  EXPECT_FALSE(QuestionOf(message, {}, watches)->ahead);
  watches[0].kind = WatchKind::kForecast;
  watches[0].threshold = 0.9;
  watches[0].horizon = 2h;
  const auto question = QuestionOf(message, {}, watches);
  ASSERT_TRUE(question && question->ahead);
  EXPECT_EQ(question->ahead->threshold, 0.9);
  EXPECT_EQ(question->ahead->horizon, 2h);
  EXPECT_EQ(question->maintenance, "cleaning");
}

TEST(Question, ADomainCheckKeepsItsWeeksInFewerPoints) {
  Message message;
  message.alerts = {MakeAlert("Slow")};
  message.alerts[0].annotations.Set("promwarden_query", "cost");
  message.alerts[0].labels.Set("promwarden_watch", "w");
  std::vector<WatchConfig> watches(1);
  watches[0].name = "w";
  watches[0].query = "cost";
  watches[0].detector.domain = &kDomainCheckNames[0];
  watches[0].detector.min_points = DomainPoints(watches[0].step);
  watches[0].history = kDomainHistory;
  const auto question = QuestionOf(message, {}, watches);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->history, kDomainHistory);
  EXPECT_EQ(question->step, 20min);
  EXPECT_EQ(question->detector.min_points, DomainPoints(20min));
}

TEST(Question, SaysALimitInWords) {
  anomaly::Verdict verdict;
  verdict.state = anomaly::State::kFiring;
  verdict.severity = anomaly::Severity::kHigh;
  verdict.check = "cost_increase";
  verdict.observed = 162;
  verdict.expected = 100;
  verdict.upper = 125;
  verdict.reason = "162 is 1.62 times what is normal here (100), limit 1.5";
  EXPECT_EQ(Describe("cost", verdict).summary, verdict.reason);
  EXPECT_EQ(Describe("cost", verdict).detector, "cost_increase");
  verdict.state = anomaly::State::kOk;
  verdict.observed = 110;
  verdict.reason = "";
  EXPECT_EQ(Describe("cost", verdict).summary,
            "110 is within the normal range of at most 125 (expected 100)");
}

TEST(Question, FallsBackToTheFirstEntryThatMatches) {
  Message message;
  message.alerts = {MakeAlert("Other"), MakeAlert("Slow")};
  const auto question = QuestionOf(message, WithQuery("Slow", "configured"));
  ASSERT_TRUE(question);
  EXPECT_EQ(question->query, "configured");
  EXPECT_EQ(question->step, 1min);
  EXPECT_EQ(question->alert.Get("alertname"), "Slow");
}

TEST(Question, IsNotAskedForWhatIsOverOrUnknown) {
  Message message;
  message.alerts = {MakeAlert("Slow", AlertStatus::kResolved), MakeAlert("Other")};
  EXPECT_FALSE(QuestionOf(message, WithQuery("Slow", "configured")));
}

Alert WithLink(Alert alert, const std::string& url) {
  alert.generator_url = url;
  return alert;
}

TEST(Question, TakesTheRulesExpressionWhereNoQueryIsNamed) {
  Message message;
  message.alerts = {WithLink(MakeAlert("Other"), "http://p/graph?g0.expr=a+%3E+1"),
                    MakeAlert("Slow")};
  AnomalyConfig config;
  const auto question = QuestionOf(message, config);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->query, "");
  EXPECT_EQ(question->expression, "a > 1");
  EXPECT_EQ(question->alert.Get("alertname"), "Other");
  // A query that somebody named is better, even for a later alert.
  EXPECT_EQ(QuestionOf(message, WithQuery("Slow", "configured"))->query, "configured");
  config.uses_expressions = false;
  EXPECT_FALSE(QuestionOf(message, config));
}

TEST(Question, TakesTheSeriesThatShareMostWithTheAlert) {
  const auto series = [](std::initializer_list<std::pair<std::string, std::string>> labels) {
    promapi::TimeSeries one;
    for (const auto& [name, value] : labels) one.labels.Set(name, value);
    return one;
  };
  promql::LabelSet alert;
  alert.Set("job", "api");
  alert.Set("instance", "a");
  const std::vector<promapi::TimeSeries> all{
      series({{"job", "api"}}), series({{"job", "api"}, {"instance", "b"}}),
      series({{"job", "api"}, {"instance", "a"}, {"path", "/"}}),
      series({{"job", "api"}, {"instance", "a"}, {"path", "/x"}})};
  EXPECT_EQ(OwnSeries(alert, all, 4), (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(OwnSeries(alert, all, 1), (std::vector<std::size_t>{2}));
  EXPECT_EQ(OwnSeries({}, all, 4).size(), 4U);
  EXPECT_TRUE(OwnSeries(alert, {series({{"job", "db"}})}, 4).empty());
}

TEST(Question, SaysVerdictsInASentence) {
  anomaly::Verdict verdict;
  verdict.state = anomaly::State::kFiring;
  verdict.severity = anomaly::Severity::kHigh;
  verdict.observed = 84.25;
  verdict.expected = 20;
  verdict.lower = 12;
  verdict.upper = 30.5;
  verdict.deviation = 6.14;
  EXPECT_EQ(Describe("q", verdict).summary,
            "84.25 is above the normal range of 12 to 30.5 (expected 20), 6.1 deviations away, "
            "severity high");
  EXPECT_TRUE(Describe("q", verdict).anomalous);
  verdict.state = anomaly::State::kOk;
  verdict.observed = 21;
  verdict.lower = -INFINITY;
  EXPECT_EQ(Describe("q", verdict).summary,
            "21 is within the normal range of at most 30.5 (expected 20)");
  verdict.state = anomaly::State::kLearning;
  verdict.reason = "12 points of 100";
  EXPECT_EQ(Describe("q", verdict).summary, "cannot tell yet what is normal: 12 points of 100");
  EXPECT_EQ(Describe("q", verdict).detector, "");
}

// To `sum by (instance) (rate(x[5m])) > 0.5`.
constexpr const char* kLink =
    "http://p/graph?g0.expr=sum+by+%28instance%29+%28rate%28x%5B5m%5D%29%29+%3E+0.5";

class EnricherTest : public testing::Test {
 protected:
  EnricherTest() {
    config_->prometheus.url = "http://prometheus:9090";
    config_->anomaly = WithQuery("Slow", "latency");
    config_->anomaly.queries[0].history = 200min;
    config_->anomaly.queries[0].detector.kind = DetectorKind::kZscore;
  }
  void Start() {
    enricher_ = std::make_unique<PrometheusEnricher>(
        EnricherParts{.clock = clock_,
                      .client =
                          [this](const std::shared_ptr<const Config>& config) {
                            HttpRequest base;
                            base.url = config->prometheus.url;
                            return promapi::PrometheusClient(http_, [base] { return base; });
                          }},
        config_);
  }
  // What the alert's rule compares is all that can be checked.
  void NameNoQuery() {
    config_->anomaly = AnomalyConfig();
    config_->anomaly.history = 200min;
    config_->anomaly.step = 1min;
    config_->anomaly.detector.kind = DetectorKind::kZscore;
  }
  // A steady rhythm around 10, and `last` now.
  std::string Matrix(double last) {
    std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)"
                       R"({"metric":{"instance":"a"},"values":[)";
    const auto now = ToMillis(clock_.Now()) / 1000;
    for (int i = 200; i >= 0; --i) {
      const double value = i == 0 ? last : 10 + std::sin(i);
      body += "[" + std::to_string(now - i * 60) + ",\"" + std::to_string(value) + "\"]";
      body += i == 0 ? "" : ",";
    }
    return body + "]}]}}";
  }
  std::optional<AnomalyVerdict> Ask(Duration budget = 2s) {
    Message message;
    message.alerts = {WithLink(MakeAlert("Slow"), link_)};
    std::promise<std::optional<AnomalyVerdict>> answer;
    enricher_->Enrich(message, clock_.Now() + budget,
                      [&](std::optional<AnomalyVerdict> verdict) { answer.set_value(verdict); });
    return answer.get_future().get();
  }

  std::string link_;
  fakes::FakeClock clock_{Instant{1'700'000'040s}};
  fakes::FakeHttpClient http_;
  std::shared_ptr<Config> config_ = std::make_shared<Config>();
  std::unique_ptr<PrometheusEnricher> enricher_;
};

TEST_F(EnricherTest, SaysWhatIsUnusual) {
  Start();
  http_.Answer(200, Matrix(50));
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->anomalous);
  EXPECT_EQ(verdict->detector, "zscore");
  EXPECT_EQ(verdict->observed, 50);
  EXPECT_NEAR(verdict->expected, 10, 1);
  EXPECT_EQ(verdict->summary.substr(0, 12), "50 is above ");
}

TEST_F(EnricherTest, DrawsWhatItSaw) {
  Start();
  http_.Answer(200, Matrix(50));
  const auto verdict = Ask();
  ASSERT_TRUE(verdict && verdict->chart);
  EXPECT_TRUE(verdict->chart->starts_with("\x89PNG"));
  EXPECT_LE(verdict->chart->size(), 40U * 1024);
}

TEST_F(EnricherTest, DrawsNothingWhenTimeIsShortOrNobodyWantsIt) {
  Start();
  http_.Answer(200, Matrix(50));
  const auto late = Ask(299ms);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->chart, nullptr);
  auto plain = std::make_shared<Config>(*config_);
  plain->anomaly.chart = ChartStyle::kNone;
  enricher_->SetConfig(plain);
  http_.Answer(200, Matrix(50));
  const auto unwanted = Ask();
  ASSERT_TRUE(unwanted);
  EXPECT_EQ(unwanted->chart, nullptr);
}

TEST_F(EnricherTest, SaysWhatIsNormal) {
  Start();
  http_.Answer(200, Matrix(10.2));
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->anomalous);
  EXPECT_EQ(verdict->summary.substr(0, 15), "10.2 is within ");
}

TEST_F(EnricherTest, ChecksWhatTheRuleComparesAndNamesTheThreshold) {
  NameNoQuery();
  link_ = kLink;
  Start();
  http_.Answer(200, Matrix(50));
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->query, R"(sum by (instance) (rate(x{instance=~"a|"}[5m])))");
  EXPECT_EQ(verdict->threshold, (AlertThreshold{">", 0.5}));
  EXPECT_TRUE(verdict->anomalous);
}

TEST_F(EnricherTest, LooksAtTheOtherSeriesOfTheRule) {
  NameNoQuery();
  link_ = kLink;
  Start();
  http_.Answer(200, Matrix(50));
  std::string others = Matrix(40);
  others.replace(others.find("\"a\""), 3, "\"b\"");
  http_.Answer(200, others);
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->siblings, 1U);
  ASSERT_EQ(verdict->deviating.size(), 1U);
  EXPECT_EQ(verdict->deviating[0].labels.Get("instance"), "b");
  ASSERT_TRUE(verdict->course);
  EXPECT_EQ(verdict->course->began_at, clock_.Now());
  ASSERT_EQ(http_.requests().size(), 2U);
  EXPECT_NE(http_.requests()[1].url.find("sum%20by%20%28instance%29%20%28rate%28x%5B5m%5D%29%29&"),
            std::string::npos)
      << http_.requests()[1].url;
  EXPECT_NE(http_.requests()[1].url.find("&limit=51"), std::string::npos);
}

TEST_F(EnricherTest, AsksWhatWasDeployed) {
  config_->anomaly.max_siblings = 0;
  config_->anomaly.deployments = "changes(build_info[5m])";
  Start();
  http_.Answer(200, Matrix(50));
  http_.Answer(500, "deployments are no reason to say nothing");
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->chart);
  ASSERT_EQ(http_.requests().size(), 2U);
  EXPECT_NE(http_.requests()[1].url.find("changes%28build_info%5B5m%5D%29&"), std::string::npos)
      << http_.requests()[1].url;
}

TEST_F(EnricherTest, AsksForNoOtherSeriesWhenNobodyWantsThem) {
  NameNoQuery();
  config_->anomaly.max_siblings = 0;
  link_ = "http://p/graph?g0.expr=x+%3E+0.5";
  Start();
  http_.Answer(200, Matrix(50));
  ASSERT_TRUE(Ask());
  EXPECT_EQ(http_.requests().size(), 1U);
}

TEST_F(EnricherTest, IsSilentWhereNobodyAskedAndNothingIsFound) {
  config_->anomaly = AnomalyConfig();
  link_ = "http://p/graph?g0.expr=x+%3E+1";
  Start();
  http_.Answer(200, R"({"status":"success","data":{"resultType":"matrix","result":[]}})");
  EXPECT_FALSE(Ask());
  link_ = "http://p/graph?g0.expr=absent%28x%29";
  EXPECT_FALSE(Ask());
  link_ = "http://p/graph?g0.expr=x+%3E+";
  EXPECT_FALSE(Ask());
  EXPECT_EQ(http_.requests().size(), 1U);
}

TEST_F(EnricherTest, NamesTheThresholdOfANamedQueryThatTheRuleCompares) {
  link_ = "http://p/graph?g0.expr=2+%3C+%28latency%29";
  Start();
  http_.Answer(200, Matrix(50));
  EXPECT_EQ(Ask()->threshold, (AlertThreshold{">", 2}));
  link_ = "http://p/graph?g0.expr=latency+*+2+%3E+2";
  http_.Answer(200, Matrix(50));
  EXPECT_EQ(Ask()->threshold, std::nullopt);
}

TEST_F(EnricherTest, SaysNothingWhenPrometheusFails) {
  Start();
  for (int i = 0; i < 2; ++i) http_.Fail(SendFault::kConnect);
  EXPECT_FALSE(Ask());
  http_.Answer(422, R"({"status":"error","errorType":"execution","error":"boom"})");
  EXPECT_FALSE(Ask());
  http_.Answer(200, Matrix(50));
  EXPECT_TRUE(Ask());
}

TEST_F(EnricherTest, SaysThatAQueryFindsNothing) {
  Start();
  http_.Answer(200, R"({"status":"success","data":{"resultType":"matrix","result":[]}})");
  const auto verdict = Ask();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->detector, "");
  EXPECT_EQ(verdict->summary, "the query returns no series of this alert");
  EXPECT_TRUE(std::isnan(verdict->observed) && std::isnan(verdict->upper));
}

TEST_F(EnricherTest, AsksNothingWithoutBudgetOrPrometheus) {
  Start();
  EXPECT_FALSE(Ask(0s));
  auto changed = std::make_shared<Config>(*config_);
  changed->prometheus.url.clear();
  enricher_->SetConfig(changed);
  EXPECT_FALSE(Ask());
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(EnricherTest, AnswersEverythingBeforeItEnds) {
  config_->prometheus.max_concurrent_queries = 1;
  Start();
  http_.Hold();
  Message message;
  message.alerts = {MakeAlert("Slow")};
  std::atomic<int> answers{0};
  for (int i = 0; i < 3; ++i) {
    enricher_->Enrich(message, clock_.Now() + 20s,
                      [&](std::optional<AnomalyVerdict>) { ++answers; });
  }
  while (http_.waiting() == 0) std::this_thread::yield();
  std::thread release([this] { http_.StopHolding(); });
  enricher_.reset();
  release.join();
  EXPECT_EQ(answers, 3);
}

}  // namespace
}  // namespace warden

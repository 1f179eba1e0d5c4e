// SPDX-License-Identifier: Apache-2.0
#include "server/telemetry/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

namespace warden {
namespace {

bool Has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// Every family has something to show.
void UseAll(Metrics& metrics) {
  metrics.http_requests.Add({"/api/v1/webhook", "POST", "200"});
  metrics.http_request_duration.Observe({"/api/v1/webhook"}, 0.0007);
  metrics.webhook_last_message.Set({"default"}, 1.7e9);
  metrics.delivery_queue_length.Set({"ops/slack/0"}, 3);
  metrics.delivery_oldest_age.Set({"ops/slack/0"}, 1.5);
  metrics.delivery_circuit_state.Set({"ops/slack/0"}, 2);
  metrics.dependency_up.Set({"prometheus"}, 1);
  metrics.watch_runs.Add({"latency", "normal"});
  metrics.watch_last_run.Set({"latency"}, 1.7e9);
  for (Gauges* gauge : {&metrics.watch_value, &metrics.watch_expected, &metrics.watch_lower,
                        &metrics.watch_upper, &metrics.watch_score, &metrics.watch_anomalous}) {
    gauge->Set({"latency", R"({job="a\b"})"}, 0.25);
  }
}

TEST(Metrics, ArePlainTextOfPrometheus) {
  Metrics metrics({"1.2.3", "abc"});
  UseAll(metrics);
  const std::string text = metrics.Text();
  EXPECT_TRUE(Has(text, "# TYPE promwarden_http_requests_total counter"));
  EXPECT_TRUE(Has(
      text,
      R"(promwarden_http_requests_total{code="200",handler="/api/v1/webhook",method="POST"} 1)"));
  EXPECT_TRUE(Has(text, R"(promwarden_watch_value{series="{job=\"a\\b\"}",watch="latency"} 0.25)"));
  EXPECT_NE(text.find(R"(revision="abc",version="1.2.3"} 1)"), std::string::npos);
}

TEST(Metrics, StartAtZeroWhereLabelsAreKnown) {
  Metrics metrics({"1", "a"});
  const std::string text = metrics.Text();
  for (const char* line : {
           "promwarden_deliveries_dead_total 0",
           "promwarden_deliveries_pending 0",
           R"(promwarden_delivery_attempts_total{kind="slack",result="retry"} 0)",
           R"(promwarden_delivery_latency_seconds_count{kind="email"} 0)",
           R"(promwarden_notifications_total{reason="first"} 0)",
           R"(promwarden_webhook_messages_total{result="accepted",source="default"} 0)",
           "promwarden_store_healthy 1",
       }) {
    EXPECT_TRUE(Has(text, line)) << line;
  }
}

TEST(Metrics, AllHaveHelpAndOneFamilyEach) {
  Metrics metrics({"1", "a"});
  UseAll(metrics);
  std::istringstream lines(metrics.Text());
  std::set<std::string> helped;
  std::set<std::string> typed;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string keyword;
    std::string name;
    words >> mark >> keyword >> name;
    if (mark != "#") continue;
    EXPECT_TRUE((keyword == "HELP" ? helped : typed).insert(name).second) << name;
    if (keyword == "HELP") {
      EXPECT_GT(line.size(), mark.size() + keyword.size() + name.size() + 10) << line;
    }
  }
  EXPECT_EQ(helped, typed);
  EXPECT_GT(helped.size(), 50U);
}

TEST(Metrics, AreCleanUnderPromtool) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "no promtool here";
  Metrics metrics({"1.2.3", "abc"});
  UseAll(metrics);
  const std::string path = testing::TempDir() + "metrics_test.txt";
  std::ofstream(path) << metrics.Text();
  const std::string said = path + ".out";
  const int status =
      std::system(("promtool check metrics < " + path + " > " + said + " 2>&1").c_str());
  std::ifstream file(said);
  const std::string words{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(status, 0) << words;
  EXPECT_EQ(words, "");
}

TEST(Metrics, KnowTheProcess) {
  Metrics metrics({"1", "a"});
  [[maybe_unused]] const std::string text = metrics.Text();
  EXPECT_GT(metrics.process_resident_memory_bytes.Value(), 1e6);
  EXPECT_GE(metrics.process_open_fds.Value(), 3);
  EXPECT_GE(metrics.process_max_fds.Value(), metrics.process_open_fds.Value());
  EXPECT_GE(metrics.process_threads.Value(), 1);
  EXPECT_GT(metrics.process_start_time_seconds.Value(), 1.6e9);
  EXPECT_EQ(std::fmod(metrics.process_virtual_memory_bytes.Value(), 4096), 0);
}

TEST(Metrics, ConfigHashIsExact) {
  Metrics metrics({"1", "a"});
  metrics.SetConfigHash(0xfedc'ba98'7654'3211U);
  EXPECT_EQ(static_cast<std::uint64_t>(metrics.config_hash.Value()), 0xba98'7654'3211U);
}

TEST(Series, ReplaceForgetsWhatIsNotNamed) {
  Registry registry;
  Gauges gauges(registry, {"queue", "Some", {"to"}});
  gauges.Set({"a"}, 1);
  gauges.Set({"b"}, 2);
  gauges.Replace({{{"b"}, 3}, {{"c"}, 4}});
  EXPECT_EQ(registry.Text(),
            "# HELP queue Some\n# TYPE queue gauge\nqueue{to=\"b\"} 3\nqueue{to=\"c\"} 4\n");
}

TEST(Series, WhoScrapesWhileSeriesAreReplacedMissesNoneThatStays) {
  Registry registry;
  Gauges gauges(registry, {"watch", "Some", {"watch", "series"}});
  gauges.Set({"b", "1"}, 1);
  const std::vector<LabelledValue> series{{{"a", "1"}, 1}, {{"a", "2"}, 2}, {{"a", "3"}, 3}};
  gauges.ReplaceUnder("a", series);
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    while (!is_over) gauges.ReplaceUnder("a", series);
  });
  for (int i = 0; i < 300; ++i) {
    const std::string text = registry.Text();
    EXPECT_EQ(std::ranges::count(text, '\n'), 2 + 4) << text;
  }
  is_over = true;
  writer.join();
  gauges.ReplaceUnder("a", {{{"a", "2"}, 5}});
  EXPECT_EQ(registry.Text(),
            "# HELP watch Some\n# TYPE watch gauge\nwatch{series=\"1\",watch=\"b\"} 1\n"
            "watch{series=\"2\",watch=\"a\"} 5\n");
}

TEST(Series, RemoveForgetsAWatch) {
  Registry registry;
  Gauges gauges(registry, {"watch", "Some", {"watch", "series"}});
  gauges.Set({"a", "1"}, 1);
  gauges.Set({"a", "2"}, 1);
  gauges.Set({"b", "1"}, 1);
  gauges.Remove("a");
  EXPECT_EQ(registry.Text(),
            "# HELP watch Some\n# TYPE watch gauge\nwatch{series=\"1\",watch=\"b\"} 1\n");
}

TEST(Series, AdvanceToNeverGoesBack) {
  Registry registry;
  Counters counters(registry, {"made_total", "Some"});
  counters.AdvanceTo(5);
  counters.AdvanceTo(3);
  EXPECT_EQ(counters.Value(), 5);
  counters.AdvanceTo(7);
  EXPECT_EQ(counters.Value(), 7);
}

TEST(Series, AreSafeFromAnyThread) {
  Registry registry;
  Counters counters(registry, {"made_total", "Some", {"by"}});
  Gauges gauges(registry, {"queue", "Some", {"to"}});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string label = std::to_string(i % 7);
        counters.Add({label});
        gauges.Replace({{{label}, static_cast<double>(t)}});
        if (i % 50 == 0) {
          EXPECT_FALSE(registry.Text().empty());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  double sum = 0;
  for (int i = 0; i < 7; ++i) sum += counters.Value({std::to_string(i)});
  EXPECT_EQ(sum, 2000);
}

}  // namespace
}  // namespace warden

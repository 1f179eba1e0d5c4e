// SPDX-License-Identifier: Apache-2.0
#include "server/config/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace warden {
namespace {

Config Loaded(const std::string& yaml) {
  auto loaded = LoadConfig(yaml, "/etc/promwarden/test.yml");
  EXPECT_TRUE(loaded) << Format(loaded.error()) << yaml;
  return loaded ? std::move(loaded->config) : Config{};
}

const std::string kLeast = "route: {receiver: a}\nreceivers: [{name: a}]\n";

// Cases of tests/data/config/check.golden: a file, a line `>>>`, what check-config says of it;
// `===` between cases.
TEST(CheckConfig, SaysWhatIsWrongAndWhere) {
  const char* root = std::getenv("PROMWARDEN_SOURCE");
  const std::string path =
      std::string(root != nullptr ? root : "..") + "/tests/data/config/check.golden";
  std::ifstream file(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(golden.empty()) << path;
  std::string updated;
  for (std::size_t begin = 0; begin < golden.size();) {
    std::size_t end = golden.find("===\n", begin);
    if (end == std::string::npos) end = golden.size();
    const std::string text = golden.substr(begin, end - begin);
    const std::size_t cut = text.find(">>>\n");
    ASSERT_NE(cut, std::string::npos) << text;
    const std::string yaml = text.substr(0, cut);
    const std::string temporary = testing::TempDir() + "promwarden.yml";
    std::ofstream(temporary, std::ios::binary) << yaml;
    std::string said = CheckConfigFile(temporary).text;
    for (std::size_t at = said.find(temporary); at != std::string::npos;
         at = said.find(temporary)) {
      said.replace(at, temporary.size(), "promwarden.yml");
    }
    EXPECT_EQ(said, text.substr(cut + 4)) << yaml;
    updated += (updated.empty() ? "" : "===\n") + yaml + ">>>\n" + said;
    begin = end + 4;
  }
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << updated;
}

TEST(CheckConfig, ShowsNoMoreMistakesThanAnybodyReads) {
  std::string yaml = kLeast;
  for (int i = 0; i < 5000; ++i) yaml += "unknown" + std::to_string(i) + ": 1\n";
  const auto loaded = LoadConfig(yaml, "a.yml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().size(), 5000U);
  const std::string text = Format(loaded.error());
  EXPECT_LT(text.size(), 20'000U);
  EXPECT_TRUE(text.ends_with("… and 4900 more\n")) << text.substr(text.size() - 100);
}

TEST(LoadConfig, MissingFileIsOneError) {
  const auto loaded = LoadConfigFile("/nowhere/promwarden.yml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(Format(loaded.error()),
            "/nowhere/promwarden.yml: cannot read the file: No such file or directory\n");
  const auto folder = LoadConfigFile(testing::TempDir());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error()[0].message, "cannot read the file: Is a directory");
}

TEST(LoadConfig, ReceiversInheritFromGlobal) {
  const Config config = Loaded(R"(
global:
  smtp_smarthost: mail.example.org:587
  smtp_from: a@example.org
  smtp_auth_password_file: /run/secrets/smtp
  slack_api_url: https://hooks.example.org/x
  http_config: {follow_redirects: false, bearer_token_file: token}
route: {receiver: r}
receivers:
  - name: r
    slack_configs: [{channel: '#a', timeout: 1.5s}]
    email_configs: [{to: b@example.org, headers: {subject: Hello}}]
    webhook_configs: [{url: 'http://h/', http_config: {}, payload: {a: [1, 'b']}}]
)");
  const Receiver& receiver = config.receivers.at(0);
  EXPECT_EQ(*receiver.slack.at(0).api_url.Reveal(), "https://hooks.example.org/x");
  EXPECT_FALSE(receiver.slack[0].http.follow_redirects);
  EXPECT_EQ(receiver.slack[0].http.authorization->credentials.path(), "/etc/promwarden/token");
  EXPECT_EQ(receiver.slack[0].timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(receiver.email.at(0).smarthost_host, "mail.example.org");
  EXPECT_EQ(receiver.email[0].auth_password.path(), "/run/secrets/smtp");
  EXPECT_TRUE(receiver.email[0].headers.contains("Subject"));
  EXPECT_TRUE(receiver.webhook.at(0).http.follow_redirects);
  EXPECT_EQ(receiver.webhook[0].payload, R"({"a":[1,"b"]})");
}

TEST(LoadConfig, RoutesInherit) {
  const Config config = Loaded(R"(
route:
  receiver: a
  group_by: [b, a]
  group_wait: 0s
  labels: {x: '1'}
  routes:
    - matchers: ['t="1"']
      labels: {y: '2'}
      routes: [{group_by: [], match_re: {u: 'v.*'}}, {group_by: ['...']}]
receivers: [{name: a}]
)");
  const Route& child = config.route.routes.at(0);
  EXPECT_EQ(child.group_by.labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(child.group_wait.count(), 0);
  EXPECT_EQ(child.labels.Get("x"), "1");
  EXPECT_EQ(child.index, 1U);
  EXPECT_EQ(child.routes.at(0).route_key, R"({}/{t="1"}/{u=~"^(?:v.*)$"})");
  EXPECT_TRUE(child.routes[0].group_by.labels.empty());
  EXPECT_EQ(child.routes.at(1).route_id, R"({}/{t="1"}/0/{}/1)");
  EXPECT_TRUE(child.routes[1].group_by.is_all);
}

TEST(LoadConfig, ReadsWhatIsOurs) {
  const Config config = Loaded(kLeast + R"(
prometheus: {url: 'http://p:9090/', timeout: 3s}
grafana:
  url: http://g
  token_file: grafana.token
  dashboards:
    request_rate: Overview
    "request_rate:critical": "Service Overview:Request Rate"
    Disk: {dashboard: "K8s: Nodes", panel: Disk}
anomaly:
  budget: 1s
  queries: [{matchers: [alertname=X], query: up, detector: ewma}]
watches:
  - {name: w, query: up, detector: {type: zscore, threshold: 3, direction: above}, severity: {low: info}}
storage: {retention: 30d}
intake: {auth: {basic_auth: {username: u, password: p}}, sources: [{name: dc1}]}
delivery: {retry: {max: 1m}}
)");
  EXPECT_EQ(config.prometheus.url, "http://p:9090");
  EXPECT_EQ(config.grafana.token.path(), "/etc/promwarden/grafana.token");
  ASSERT_EQ(config.grafana.dashboards.size(), 3U);
  EXPECT_EQ(config.grafana.dashboards[0].severity, "critical");
  EXPECT_EQ(config.grafana.dashboards[0].panel, "Request Rate");
  EXPECT_EQ(config.grafana.dashboards[2].dashboard, "K8s: Nodes");
  EXPECT_EQ(config.anomaly.queries.at(0).detector.kind, DetectorKind::kEwma);
  EXPECT_EQ(config.watches.at(0).detector.direction, Direction::kAbove);
  EXPECT_EQ(config.watches[0].severity.low, "info");
  EXPECT_EQ(config.watches[0].severity.critical, "critical");
  EXPECT_TRUE(config.intake.auth.is_required());
  EXPECT_NE(config.FindSource("dc1"), nullptr);
  EXPECT_EQ(config.delivery.retry.max, std::chrono::minutes(1));
}

TEST(LoadConfig, ADomainCheckIsNamedWhereADetectorIs) {
  const Config config = Loaded(kLeast + R"(
prometheus: {url: 'http://p'}
anomaly:
  detector: cost_spike
  queries: [{matchers: [alertname=X], query: up, detector: roi}]
watches:
  - {name: a, query: up, detector: cost_increase}
  - {name: b, query: up, detector: {type: drop, min_points: 30}}
  - {name: c, query: up, detector: seasonal}
  - {name: d, query: up, detector: fatigue}
  - {name: e, query: up, detector: cost_increase, step: 1d, history: 60d}
  - {name: f, query: up, detector: budget_use}
)");
  EXPECT_EQ(config.anomaly.detector.name(), "cost_spike");
  EXPECT_EQ(config.anomaly.queries.at(0).detector.name(), "roi");
  const DetectorConfig& increase = config.watches.at(0).detector;
  EXPECT_EQ(increase.name(), "cost_increase");
  EXPECT_FALSE(increase.is_auto());
  EXPECT_EQ(increase.min_points, 4032U) << "two weeks of five minutes";
  EXPECT_EQ(config.watches[0].history, std::chrono::days(28));
  EXPECT_EQ(config.watches.at(1).detector.name(), "drop");
  EXPECT_EQ(config.watches.at(1).detector.min_points, 30U);
  EXPECT_EQ(config.watches.at(4).detector.min_points, 14U);
  EXPECT_EQ(config.watches.at(4).history, std::chrono::days(60));
  EXPECT_EQ(config.watches.at(5).history, WatchConfig{}.history) << "knows without a baseline";
  EXPECT_EQ(config.watches.at(2).detector.domain, nullptr);
  EXPECT_EQ(config.watches.at(2).detector.min_points, DetectorConfig{}.min_points);
  EXPECT_EQ(config.watches.at(3).detector.domain, nullptr) << "a detector of its own";
}

TEST(LoadConfig, AWatchHasOneKnobAndItsLimits) {
  const Config config = Loaded(kLeast + R"(
prometheus: {url: 'http://p'}
anomaly: {sensitivity: low, time_zone: Europe/Berlin}
watches:
  - name: w
    query: up
    alert_budget: 2/7d
    alert_budget_per: watch
    direction: below
    min_deviation: 0.5
    min_relative_deviation: 0.1
    data_range: [0, null]
    for: 10m
    time_zone: America/New_York
    holidays: [2026-12-26, 2026-12-25, 2026-12-25]
    maintenance: changes(build_info[30m])
    max_series: 50
  - {name: v, query: up}
)");
  const WatchConfig& watch = config.watches.at(0);
  EXPECT_DOUBLE_EQ(watch.tolerance.alerts_per_day, 2.0 / 7);
  EXPECT_TRUE(watch.shares_budget);
  EXPECT_EQ(watch.tolerance.direction, Direction::kBelow);
  EXPECT_EQ(watch.tolerance.min_deviation, 0.5);
  EXPECT_EQ(watch.tolerance.min_relative_deviation, 0.1);
  EXPECT_EQ(watch.tolerance.range_min, 0);
  EXPECT_TRUE(std::isinf(watch.tolerance.range_max));
  EXPECT_EQ(watch.pending_for, std::chrono::minutes(10));
  EXPECT_NE(watch.calendar.zone, nullptr);
  EXPECT_EQ(watch.calendar.holidays.size(), 2U);
  EXPECT_EQ(watch.max_series, 50U);
  EXPECT_EQ(watch.maintenance, "changes(build_info[30m])");
  EXPECT_EQ(config.watches.at(1).detector.kind, DetectorKind::kAuto);
  EXPECT_DOUBLE_EQ(config.anomaly.tolerance.alerts_per_day, 1.0 / 90);
  EXPECT_EQ(config.anomaly.calendar.time_zone, "Europe/Berlin");
}

TEST(LoadConfig, AWatchMayForecast) {
  const Config config = Loaded(kLeast + R"(
alertmanager_url: http://am
prometheus: {url: 'http://p'}
watches:
  - {name: w, query: up, kind: forecast, threshold: 0.9, horizon: 2d, direction: below, raise_in: alertmanager}
)");
  const WatchConfig& watch = config.watches.at(0);
  EXPECT_EQ(watch.kind, WatchKind::kForecast);
  EXPECT_EQ(watch.threshold, 0.9);
  EXPECT_EQ(watch.horizon, std::chrono::hours(48));
  EXPECT_EQ(watch.raise_in, RaiseIn::kAlertmanager);
}

TEST(LoadConfig, HolidaysComeFromAFileBesideIt) {
  std::ofstream(testing::TempDir() + "days.ics", std::ios::binary)
      << "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261003\nEND:VEVENT\nEND:VCALENDAR\n";
  const auto loaded = LoadConfig(kLeast + "anomaly: {holidays: [days.ics, 2026-01-01]}\n",
                                 testing::TempDir() + "promwarden.yml");
  ASSERT_TRUE(loaded) << Format(loaded.error());
  EXPECT_EQ(loaded->config.anomaly.calendar.holidays.size(), 2U);
}

TEST(LoadConfig, MergeKeysAndAnchorsWork) {
  const Config config = Loaded(R"(
route: {receiver: a, routes: [&r {group_wait: 1s, matchers: [a=b]}, {<<: *r, group_wait: 2s}, *r]}
receivers: [{name: a}]
)");
  ASSERT_EQ(config.route.routes.size(), 3U);
  EXPECT_EQ(config.route.routes[1].group_wait, std::chrono::seconds(2));
  EXPECT_EQ(config.route.routes[1].matchers.size(), 1U);
}

TEST(LoadConfig, HostileYamlIsAnError) {
  std::string bomb = "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*x" + std::to_string(i - 1) + (j < 9 ? ", " : "]\n");
  }
  for (const std::string& yaml : {bomb, std::string(100'000, '['), std::string("a: &a [*a]\n"),
                                  std::string("a\0b", 3), std::string("\xff\xfe\xfd"),
                                  std::string("route: {<<: [1]}\n"), std::string("? [a]\n: b\n")}) {
    EXPECT_FALSE(LoadConfig(yaml, "hostile.yml")) << yaml.substr(0, 40);
  }
}

TEST(LoadConfig, ErrorsHoldNoSecret) {
  const auto loaded = LoadConfig(
      "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{api_url: "
      "'hooks/s3cret'}]}]\nglobal: {x: 1}\n",
      "f.yml");
  ASSERT_FALSE(loaded);
  for (const ConfigDiagnostic& diagnostic : loaded.error()) {
    EXPECT_EQ(diagnostic.message.find("s3cret"), std::string::npos) << diagnostic.message;
  }
}

// The line of a mistake is shown without the secrets of its neighbours, or not at all.
TEST(LoadConfig, LinesOfErrorsHoldNoSecret) {
  struct Case {
    const char* line;
    const char* shown;
  };
  const Case cases[] = {
      {"prometheus: {url: 'http://me:s3cret@prom:1', x: 1}", ""},
      {"prometheus: {url: 'http://prom:1', http_config: {bearer_token: s3cret, "
       "proxy_url: 'http://me:s3cret2@proxy:1'}, x: 1}",
       ""},
      {"global: {slack_api_url: 'https://a/s3cret', slack_api_url: 'https://a/s3cret2'}", ""},
      {"grafana: {x: 1, token: s3cret}", "grafana: {x: 1, token: <secret>}"},
      {"delivery: {timeout: 5s, x: 1}", "delivery: {timeout: 5s, x: 1}"},
  };
  for (const auto& [line, shown] : cases) {
    const auto loaded = LoadConfig(std::string(line) + "\n", "f.yml");
    ASSERT_FALSE(loaded) << line;
    for (const ConfigDiagnostic& diagnostic : loaded.error()) {
      EXPECT_EQ(diagnostic.source_line.find("s3cret"), std::string::npos) << diagnostic.message;
    }
    const auto about_x = std::ranges::find_if(
        loaded.error(), [](const auto& diagnostic) { return diagnostic.message.contains("`x`"); });
    if (about_x != loaded.error().end()) {
      EXPECT_EQ(about_x->source_line, shown);
    }
  }
}

}  // namespace
}  // namespace warden

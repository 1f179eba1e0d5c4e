// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/config_reader.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace promql::lint {
namespace {

constexpr std::string_view kIds[] = {"promql/irate", "promql/never-true", "alert/for-policy"};

std::string Source(const std::string& path) {
  const char* const root = std::getenv("PROMWARDEN_SOURCE");
  std::ifstream file(std::string(root != nullptr ? root : "..") + path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Config Loaded(std::string_view yaml) {
  auto config = ReadConfig(yaml, ".promwarden-lint.yaml", kIds);
  if (config) return std::move(*config);
  for (const ConfigProblem& problem : config.error()) ADD_FAILURE() << Format(problem);
  return {};
}

std::string Told(std::string_view yaml) {
  const auto config = ReadConfig(yaml, "lint.yaml", kIds);
  if (config) return "good\n";
  std::string told;
  for (const ConfigProblem& problem : config.error()) told += Format(problem);
  return told;
}

// Cases of config.golden: a file, a line `>>>`, what is said of it; `===` between cases.
TEST(ReadConfig, SaysEverythingThatIsWrongAndWhere) {
  const std::string golden = Source("/tests/data/promql/lint/config.golden");
  std::string updated;
  std::size_t cases = 0;
  for (std::size_t begin = 0; begin < golden.size(); ++cases) {
    const std::size_t end = std::min(golden.find("===\n", begin), golden.size());
    const std::string text = golden.substr(begin, end - begin);
    const std::size_t cut = text.find(">>>\n");
    ASSERT_NE(cut, std::string::npos) << text;
    const std::string yaml = text.substr(0, cut);
    EXPECT_EQ(Told(yaml), text.substr(cut + 4)) << yaml;
    updated += (updated.empty() ? "" : "===\n") + yaml + ">>>\n" + Told(yaml);
    begin = end + 4;
  }
  EXPECT_GT(cases, 15U);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(
        std::string(std::getenv("PROMWARDEN_SOURCE")) + "/tests/data/promql/lint/config.golden",
        std::ios::binary)
        << updated;
  }
}

TEST(ReadConfig, ReadsTheEnvironment) {
  const Config config = Loaded(
      "target: {prometheus: 2.53, features: [promql-experimental-functions], names: legacy}\n"
      "environment:\n"
      "  scrape_interval: 30s\n"
      "  scrape_interval_by_job: {billing: 5m}\n"
      "  retention: 30d\n"
      "  external_labels: {cluster: eu, replica: }\n"
      "  metric_types: {jobs_done: counter}\n");
  const Environment& environment = config.environment;
  EXPECT_EQ(environment.target, Version(2, 53));
  EXPECT_TRUE(environment.features.experimental_functions);
  EXPECT_TRUE(environment.legacy_names);
  EXPECT_EQ(environment.scrape_interval, std::chrono::seconds(30));
  EXPECT_EQ(environment.scrape_interval_by_job.at("billing"), std::chrono::minutes(5));
  EXPECT_EQ(environment.retention, std::chrono::days(30));
  EXPECT_FALSE(environment.evaluation_interval);
  ASSERT_TRUE(environment.external_labels);
  EXPECT_EQ(environment.external_labels->at("cluster"), "eu");
  EXPECT_EQ(environment.external_labels->at("replica"), std::nullopt);
  EXPECT_EQ(environment.metric_types.at("jobs_done"), MetricType::kCounter);
}

TEST(ReadConfig, TellsNoExternalLabelsFromUnknownOnes) {
  EXPECT_FALSE(Loaded("").environment.external_labels);
  const auto none = Loaded("environment: {external_labels: []}").environment.external_labels;
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST(ReadConfig, ReadsPoliciesWithTheirScope) {
  const Config config = Loaded(
      "policy:\n"
      "  labels:\n"
      "    - {name: severity, required: true, match: {kind: alert, labels: {team: db|web}},\n"
      "       values: [warning, critical], comment: ask us, severity: error}\n"
      "  for: {min: 1m, max: 1h}\n"
      "  severities: [warning, critical]\n"
      "  alert_name: '[A-Z].*'\n");
  ASSERT_EQ(config.policy.labels.size(), 1U);
  const FieldPolicy& label = config.policy.labels[0];
  EXPECT_TRUE(label.is_required);
  EXPECT_EQ(label.scope.kinds, RuleKinds::kAlerts);
  EXPECT_TRUE(label.scope.labels.at("team").regex.Matches("web"));
  EXPECT_FALSE(label.scope.labels.at("team").regex.Matches("webx")) << "anchored";
  EXPECT_EQ(label.severity, Severity::kError);
  EXPECT_EQ(config.policy.for_.max, std::chrono::hours(1));
  EXPECT_EQ(config.policy.severities, (std::vector<std::string>{"warning", "critical"}));
  EXPECT_EQ(config.policy.severity_label, "severity");
}

TEST(ReadConfig, ReadsLevelsAndOverridesInOrder) {
  const Config config = Loaded(
      "checks: {promql/irate: off, 'alert/*': hint, promql/never-true: default}\n"
      "overrides: [{match: {paths: lab/**}, checks: {promql/irate: error}}, {at_most: warning}]\n"
      "vendor: [vendor/**]\n");
  EXPECT_TRUE(config.checks.at("promql/irate").is_off);
  EXPECT_EQ(config.checks.at("alert/*").severity, Severity::kHint);
  EXPECT_EQ(config.checks.at("promql/never-true").severity, std::nullopt);
  ASSERT_EQ(config.overrides.size(), 3U);
  EXPECT_EQ(config.overrides[0].at_most, Severity::kInfo);
  EXPECT_EQ(config.overrides[0].scope.paths, std::vector<std::string>{"vendor/**"});
  EXPECT_EQ(config.overrides[1].checks.at("promql/irate").severity, Severity::kError);
}

TEST(ReadConfig, RefusesWhatWouldTakeForever) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [*" + before;
    for (int i = 0; i < 9; ++i) bomb += ", *" + before;
    bomb += "]\n";
  }
  EXPECT_NE(Told(bomb).find("aliases make the file too large"), std::string::npos);
  EXPECT_NE(Told(std::string(60, '[')).find("lint.yaml:"), std::string::npos);
  EXPECT_NE(Told(std::string(200'000, '[')).find("lint.yaml:"), std::string::npos);
  EXPECT_NE(Told(std::string(2 << 20, '#')).find("larger than 1 MiB"), std::string::npos);
  EXPECT_NE(Told("a: \xff").find("no valid UTF-8"), std::string::npos);
}

TEST(ParseVersion, TakesReleasesAndNothingElse) {
  EXPECT_EQ(ParseVersion("3.5"), Version(3, 5));
  EXPECT_EQ(ParseVersion("v2.53.1"), Version(2, 53));
  for (const char* text : {"", "3", "3.", "3.5.", "3.5.1.2", "a.b", "-3.5", "3.500", "v"}) {
    EXPECT_EQ(ParseVersion(text), std::nullopt) << text;
  }
}

// --- reader, schema and CONFIG.md know the same keys

std::set<std::string> Keys(const rapidjson::Value& section) {
  std::set<std::string> keys;
  for (const auto& property : section["properties"].GetObject()) {
    keys.insert(property.name.GetString());
  }
  return keys;
}

std::set<std::string> AsSet(const std::vector<std::string_view>& keys) {
  return {keys.begin(), keys.end()};
}

TEST(ConfigSchema, HasTheKeysThatTheReaderKnows) {
  rapidjson::Document schema;
  schema.Parse(std::string(ConfigSchema()));
  ASSERT_FALSE(schema.HasParseError());
  std::set<std::string> sections;
  for (const auto& [section, keys] : KnownConfigKeys()) {
    const auto& described = section == "the file" ? schema : schema["$defs"][section];
    EXPECT_EQ(Keys(described), AsSet(keys)) << section;
    EXPECT_FALSE(described["additionalProperties"].GetBool()) << section;
    sections.insert(section);
  }
  for (const auto& definition : schema["$defs"].GetObject()) {
    if (definition.value.HasMember("properties")) {
      EXPECT_TRUE(sections.contains(definition.name.GetString())) << definition.name.GetString();
    }
  }
}

// The rows of the table below each heading.
KnownKeys DocumentedKeys(const std::string& document) {
  KnownKeys keys;
  std::string section;
  for (std::string_view rest = document; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("## ")) {
      section = line.substr(3);
      std::erase(section, '`');
      if (section == "The file") section = "the file";
    } else if (line.starts_with("| `")) {
      line.remove_prefix(3);
      keys[section].push_back(line.substr(0, line.find('`')));
    }
  }
  return keys;
}

TEST(ConfigDocument, HasTheKeysThatTheReaderKnowsInTheSameOrder) {
  const std::string document = Source("/promql/lint/CONFIG.md");
  EXPECT_EQ(DocumentedKeys(document), KnownConfigKeys());
}

TEST(ConfigDocument, ShowsExamplesThatAreRead) {
  const std::string document = Source("/promql/lint/CONFIG.md");
  const std::size_t begin = document.find("```yaml\n") + 8;
  EXPECT_EQ(Told(document.substr(begin, document.find("```\n", begin) - begin)), "good\n");
}

}  // namespace
}  // namespace promql::lint

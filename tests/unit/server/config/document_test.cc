// SPDX-License-Identifier: Apache-2.0
// CONFIG.md and the parser agree: the same keys in the same sections, examples that are valid,
// defaults that are true.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/load.h"
#include "server/config/sections.h"

namespace warden {
namespace {

struct Row {
  std::string key;
  std::string default_text;  // empty: none
};

struct Document {
  std::map<std::string, std::vector<Row>> sections;
  std::vector<std::string> examples;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The text between the first two backquotes; empty when there are none.
std::string Quoted(std::string_view text) {
  const std::size_t begin = text.find('`');
  const std::size_t end = begin == std::string_view::npos ? begin : text.find('`', begin + 1);
  return end == std::string_view::npos ? "" : std::string(text.substr(begin + 1, end - begin - 1));
}

std::vector<std::string_view> Cells(std::string_view line) {
  std::vector<std::string_view> cells;
  std::size_t begin = 1;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] != '|' || line[i - 1] == '\\') continue;
    cells.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return cells;
}

Document ReadDocument() {
  const char* root = std::getenv("PROMWARDEN_SOURCE");
  const std::string text =
      ReadFile(std::string(root != nullptr ? root : "..") + "/server/config/CONFIG.md");
  Document document;
  std::string section;
  std::string* example = nullptr;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.starts_with("```")) {
      example = line == "```yaml" ? &document.examples.emplace_back() : nullptr;
    } else if (example != nullptr) {
      *example += line;
      *example += '\n';
    } else if (line.starts_with("## ")) {
      section = Quoted(line);
    } else if (line.starts_with("| `") && !section.empty()) {
      const auto cells = Cells(line);
      document.sections[section].push_back({Quoted(cells.at(0)), Quoted(cells.at(1))});
    }
  }
  return document;
}

TEST(ConfigDocument, HasTheKeysOfTheParserAndNoOthers) {
  const Document document = ReadDocument();
  ASSERT_FALSE(document.sections.empty()) << "CONFIG.md is not where PROMWARDEN_SOURCE says";
  const KnownKeys known = AllKnownKeys();
  for (const auto& [section, keys] : known) {
    const auto found = document.sections.find(section);
    ASSERT_NE(found, document.sections.end()) << "section `" << section << "` is not documented";
    std::set<std::string> documented;
    for (const Row& row : found->second) {
      EXPECT_TRUE(documented.insert(row.key).second)
          << section << "." << row.key << " is documented twice";
    }
    const std::set<std::string> parsed(keys.begin(), keys.end());
    EXPECT_EQ(documented, parsed) << "in section `" << section << "`";
  }
  for (const auto& [section, rows] : document.sections) {
    EXPECT_TRUE(known.contains(section))
        << "section `" << section << "` is documented but unknown to the parser";
  }
}

TEST(ConfigDocument, ExamplesAreValid) {
  const Document document = ReadDocument();
  ASSERT_FALSE(document.examples.empty());
  for (const std::string& example : document.examples) {
    const auto loaded = LoadConfig(example, "CONFIG.md");
    EXPECT_TRUE(loaded) << (loaded ? "" : Format(loaded.error()));
  }
}

// A section with every documented default written out is the section with nothing written.
template <class T>
void ExpectTrueDefaults(const Document& document, const std::string& section,
                        const std::string& needed = "") {
  const auto found = document.sections.find(section);
  ASSERT_NE(found, document.sections.end()) << section;
  std::string yaml = needed;
  for (const Row& row : found->second) {
    if (!row.default_text.empty()) yaml += row.key + ": " + row.default_text + "\n";
  }
  const auto read = [](const std::string& text) {
    Reader reader("defaults.yml", text);
    const auto parsed = YamlDocument::Parse(text);
    EXPECT_TRUE(parsed) << text;
    T value{};
    if (parsed && parsed->root() != nullptr) ReadValue(reader, *parsed->root(), value);
    EXPECT_TRUE(reader.errors().empty()) << Format(reader.errors()) << text;
    return value;
  };
  EXPECT_TRUE(read(yaml) == read(needed.empty() ? "{}" : needed)) << section << " with:\n" << yaml;
}

TEST(ConfigDocument, DefaultsAreTrue) {
  const Document document = ReadDocument();
  ExpectTrueDefaults<StorageConfig>(document, "storage");
  ExpectTrueDefaults<IntakeConfig>(document, "intake");
  ExpectTrueDefaults<DeliveryConfig>(document, "delivery");
  ExpectTrueDefaults<ApiConfig>(document, "api");
  ExpectTrueDefaults<RetryConfig>(document, "retry");
  ExpectTrueDefaults<RateLimitConfig>(document, "rate_limit");
  ExpectTrueDefaults<CircuitBreakerConfig>(document, "circuit_breaker");
  ExpectTrueDefaults<PrometheusConfig>(document, "prometheus", "url: http://localhost\n");
  ExpectTrueDefaults<AnomalyConfig>(document, "anomaly");
  ExpectTrueDefaults<WatchConfig>(document, "watches", "name: a\nquery: b\n");
  ExpectTrueDefaults<HttpConfig>(document, "http_config");
  ExpectTrueDefaults<TlsConfig>(document, "tls_config");
}

}  // namespace
}  // namespace warden

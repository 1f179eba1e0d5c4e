// SPDX-License-Identifier: Apache-2.0
// Which files Prometheus refuses: small files at the edges of YAML and of the rule format, with the
// verdict of 3.15; and the same asked of the promtool that is installed.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "promql/model/go_text.h"
#include "promql/rulefile/read.h"

namespace promql::rulefile {
namespace {

struct EdgeCase {
  std::string file;
  bool is_accepted = false;
  bool is_accepted_by_2_42 = false;
};

std::vector<EdgeCase> EdgeCases() {
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string path =
      std::string(source != nullptr ? source : "..") + "/tests/data/promql/rulefile/verdicts.jsonl";
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::vector<EdgeCase> cases;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document row;
    row.Parse(line.data(), line.size());
    EdgeCase& one = cases.emplace_back();
    one.file.assign(row["file"].GetString(), row["file"].GetStringLength());
    one.is_accepted = row["accepted"].GetBool();
    const bool differs = row.HasMember("promtool_2_42");
    one.is_accepted_by_2_42 = differs ? row["promtool_2_42"].GetBool() : one.is_accepted;
  }
  return cases;
}

TEST(Verdict, IsThatOfPrometheusAtTheEdges) {
  const std::vector<EdgeCase> cases = EdgeCases();
  EXPECT_GT(cases.size(), 700U);
  for (const EdgeCase& one : cases) {
    const RuleFile file = ReadRuleFile("a.yml", one.file);
    EXPECT_EQ(!file.is_refused(), one.is_accepted)
        << one.file << (file.problems.empty() ? "" : file.problems.front().message);
  }
}

std::string OutputOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    out.append(buffer.data(), size);
  return out;
}

TEST(Verdict, IsWhatTheInstalledPromtoolSays) {
  const std::string version = OutputOf("promtool --version 2>/dev/null");
  if (version.find("version 2.42") == std::string::npos)
    GTEST_SKIP() << "no promtool 2.42 is installed";
  const std::vector<EdgeCase> cases = EdgeCases();
  std::string folder = (std::filesystem::temp_directory_path() / "edges-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::string command = "cd " + folder + " && promtool check rules --lint=none";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string name = std::to_string(i) + ".yml";
    std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << cases[i].file;
    command += " " + name;
  }
  std::istringstream lines(OutputOf(command + " 2>/dev/null"));
  std::set<std::string> accepted;
  std::string checking;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Checking ")) checking = line.substr(9);
    if (line.find("SUCCESS") != std::string::npos) accepted.insert(checking);
  }
  EXPECT_GT(accepted.size(), 100U);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(accepted.contains(std::to_string(i) + ".yml"), cases[i].is_accepted_by_2_42)
        << cases[i].file;
  }
  std::filesystem::remove_all(folder);
}

// Bytes that no text file can hold.
TEST(Verdict, KnowsEncodings) {
  struct Case {
    std::string_view what;
    std::string file;
    bool is_accepted;
  };
  using namespace std::string_literals;
  for (const Case& one : {
           Case{"empty", "", true},
           Case{"a byte order mark alone", "\xEF\xBB\xBF", true},
           Case{"a byte order mark", "\xEF\xBB\xBFgroups: []", true},
           Case{"a byte order mark inside", "groups: []\n\xEF\xBB\xBF# c\n", false},
           Case{"UTF-16, little end first", "\xFF\xFEg\0r\0o\0u\0p\0s\0:\0 \0[\0]\0"s, true},
           Case{"UTF-16, big end first", "\xFE\xFF\0g\0r\0o\0u\0p\0s\0:\0 \0[\0]"s, true},
           Case{"a stray byte", "groups: []\xFF\n", false},
           Case{"half a character", "groups: [] # \xC3", false},
           Case{"a surrogate", "groups: [] # \xED\xA0\x80", false},
           Case{"a zero byte", "groups: []\0\n"s, false},
           Case{"a control character", "# \x01\ngroups: []", false},
       }) {
    EXPECT_EQ(!ReadRuleFile("a.yml", one.file).is_refused(), one.is_accepted) << one.what;
  }
}

}  // namespace
}  // namespace promql::rulefile

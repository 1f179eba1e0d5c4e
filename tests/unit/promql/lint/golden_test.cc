// SPDX-License-Identifier: Apache-2.0
// tests/data/lint/GROUP/NAME.golden holds cases of check GROUP/NAME and what it says of them:
//
//   === what the case is about
//   - alert: A            # a list of rules, or a whole file
//     expr: up
//   ==> config            # optional: .promwarden-lint.yaml
//   ==> tests             # optional: unit tests in promtool's format
//   ==> alertmanager      # optional: a configuration with routes
//   ==> removed           # optional: a metric that is recorded no longer
//   ==>
//   5:9 warning likely: message …
//
// Only that check runs (all of them for comment/…, which look at what the others found).
// UPDATE_GOLDEN=1 rewrites what is expected. Every check has such a file, and it holds at least one
// finding and two cases without one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/linter.h"
#include "tests/unit/promql/lint/lint_text.h"

namespace promql::lint {
namespace {

const std::filesystem::path kFolder = "data/lint";

struct Case {
  std::string title;
  std::string input;
  std::string config;
  std::string tests;
  std::string alertmanager;
  std::string removed;
  std::string expected;
};

std::vector<Case> ReadCases(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Case> cases;
  std::string* part = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back({line.substr(4), "", "", "", "", "", ""});
      part = &cases.back().input;
    } else if (line == "==> config") {
      part = &cases.back().config;
    } else if (line == "==> tests") {
      part = &cases.back().tests;
    } else if (line == "==> alertmanager") {
      part = &cases.back().alertmanager;
    } else if (line == "==> removed") {
      part = &cases.back().removed;
    } else if (line == "==>") {
      part = &cases.back().expected;
    } else if (part != nullptr) {
      *part += line + '\n';
    }
  }
  return cases;
}

void WriteCases(const std::filesystem::path& file, const std::vector<Case>& cases) {
  std::ofstream out(file);
  for (const Case& one : cases) {
    out << "=== " << one.title << '\n' << one.input;
    if (!one.config.empty()) out << "==> config\n" << one.config;
    if (!one.tests.empty()) out << "==> tests\n" << one.tests;
    if (!one.alertmanager.empty()) out << "==> alertmanager\n" << one.alertmanager;
    if (!one.removed.empty()) out << "==> removed\n" << one.removed;
    out << "==>\n" << one.expected;
  }
}

class GoldenTest : public testing::TestWithParam<std::string_view> {};

TEST_P(GoldenTest, SaysWhatItsFileExpects) {
  const std::string id(GetParam());
  const std::filesystem::path file = kFolder / (id + ".golden");
  std::vector<Case> cases = ReadCases(file);
  std::size_t silent = 0;
  std::size_t speaking = 0;
  for (Case& one : cases) {
    const std::string said = SaidOf(one.input, one.config, id, {one.tests, one.alertmanager, one.removed});
    (said.empty() ? silent : speaking) += 1;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) one.expected = said;
    EXPECT_EQ(said, one.expected) << file << ": " << one.title;
  }
  if (std::getenv("UPDATE_GOLDEN") != nullptr && !cases.empty()) WriteCases(file, cases);
  EXPECT_GE(speaking, 1U) << file << " needs a case with a finding";
  EXPECT_GE(silent, 2U) << file << " needs two cases that come near, without a finding";
}

TEST_P(GoldenTest, IsDocumented) {
  const std::string_view text = DocumentationOf(GetParam());
  EXPECT_GT(text.size(), 80U) << "CHECKS.md needs '### " << GetParam() << "' and a paragraph";
}

std::vector<std::string_view> Ids() {
  std::vector<std::string_view> ids;
  for (const CheckInfo& check : AllChecks()) ids.push_back(check.id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Checks, GoldenTest, testing::ValuesIn(Ids()), [](const auto& tested) {
  std::string name(tested.param);
  std::ranges::replace_if(name, [](char c) { return c == '/' || c == '-'; }, '_');
  return name;
});

TEST(Checks, HaveNoDocumentationOrGoldenFileWithoutAWayToBeFound) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".golden") continue;
    const std::string id =
        std::filesystem::relative(entry.path(), kFolder).replace_extension().generic_string();
    EXPECT_NE(FindCheck(id), nullptr) << entry.path() << " is of no check";
  }
  std::ifstream in("../promql/lint/CHECKS.md");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### ")) {
      EXPECT_NE(FindCheck(line.substr(4)), nullptr) << line << " is no check";
    }
  }
}

}  // namespace
}  // namespace promql::lint

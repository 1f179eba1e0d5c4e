// SPDX-License-Identifier: Apache-2.0
// Golden files: cases separated by lines of `---8<---`, each an input and, behind a line of `=>`,
// what comes out. UPDATE_GOLDEN=1 writes the outcome back.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace promql::rulefile {

struct GoldenCase {
  std::string input;
  std::string output;
};

inline std::vector<GoldenCase> ReadGolden(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::vector<GoldenCase> cases(1);
  bool in_output = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "---8<---") {
      cases.emplace_back();
      in_output = false;
    } else if (line == "=>") {
      in_output = true;
    } else {
      (in_output ? cases.back().output : cases.back().input).append(line).append("\n");
    }
  }
  return cases;
}

// `run` turns an input into its output, which ends with a line feed.
inline void CheckGolden(const std::string& name,
                        const std::function<std::string(const std::string&)>& run) {
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string path =
      std::string(source != nullptr ? source : "..") + "/tests/data/promql/rulefile/" + name;
  std::vector<GoldenCase> cases = ReadGolden(path);
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  std::ostringstream all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string output = run(cases[i].input);
    if (!update) {
      EXPECT_EQ(output, cases[i].output) << "case " << i + 1 << ": " << cases[i].input;
    }
    all << (i == 0 ? "" : "---8<---\n") << cases[i].input << "=>\n" << output;
  }
  EXPECT_GT(cases.size(), 3U);
  if (update) std::ofstream(path, std::ios::binary) << all.str();
}

}  // namespace promql::rulefile

// SPDX-License-Identifier: Apache-2.0
// Golden files in tests/data/promql: cases separated by lines of `---`, each an input and, behind a
// line of `=>`, what comes out. UPDATE_GOLDEN=1 writes the outcome back.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace promql {

struct GoldenCase {
  std::string input;
  std::string output;
};

// How a file differs from the others.
struct GoldenFormat {
  std::string_view separator = "---";  // another one where inputs hold such lines
  bool input_ends_its_line = false;    // the line feed in front of `=>` belongs to the input
};

inline std::vector<GoldenCase> ReadGolden(const std::string& path, const GoldenFormat& format) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::vector<GoldenCase> cases(1);
  bool in_output = false;
  for (std::string line; std::getline(file, line);) {
    if (line == format.separator) {
      cases.emplace_back();
      in_output = false;
    } else if (line == "=>") {
      in_output = true;
    } else {
      (in_output ? cases.back().output : cases.back().input).append(line).append("\n");
    }
  }
  for (GoldenCase& one : cases) {
    if (!format.input_ends_its_line && !one.input.empty()) one.input.pop_back();
  }
  return cases;
}

// `name` is `room/file`; `run` turns an input into its output, which ends with a line feed.
inline void CheckGolden(const std::string& name,
                        const std::function<std::string(const std::string&)>& run,
                        const GoldenFormat& format = {}) {
  const char* const source = std::getenv("PROMWARDEN_SOURCE");
  const std::string path =
      std::string(source != nullptr ? source : "..") + "/tests/data/promql/" + name;
  const std::vector<GoldenCase> cases = ReadGolden(path, format);
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  std::ostringstream all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string output = run(cases[i].input);
    if (!update) {
      EXPECT_EQ(output, cases[i].output) << "case " << i + 1 << ": " << cases[i].input;
    }
    if (i > 0) all << format.separator << '\n';
    all << cases[i].input << (format.input_ends_its_line ? "=>\n" : "\n=>\n") << output;
  }
  EXPECT_GT(cases.size(), 3U);
  if (update && cases.size() > 3) std::ofstream(path, std::ios::binary) << all.str();
}

}  // namespace promql

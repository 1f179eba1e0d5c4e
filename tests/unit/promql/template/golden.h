// SPDX-License-Identifier: Apache-2.0
// Golden files of templates: cases separated by lines of `---`, each a text and, behind a line of
// `=>`, what it expands to. UPDATE_GOLDEN=1 writes the outcome back.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace promql::tmpl {

inline void CheckGolden(const std::string& name,
                        const std::function<std::string(const std::string&)>& run) {
  const char* const source = std::getenv("PROMWARDEN_SOURCE");
  const std::string path =
      std::string(source != nullptr ? source : "..") + "/tests/data/promql/template/" + name;
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  struct Case {
    std::string input;
    std::string output;
  };
  std::vector<Case> cases(1);
  bool in_output = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "---") {
      cases.emplace_back();
      in_output = false;
    } else if (line == "=>") {
      in_output = true;
    } else {
      (in_output ? cases.back().output : cases.back().input) += line + "\n";
    }
  }
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  std::ostringstream all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!cases[i].input.empty()) cases[i].input.pop_back();
    const std::string output = run(cases[i].input) + "\n";
    if (!update) {
      EXPECT_EQ(output, cases[i].output) << "case " << i + 1 << ": " << cases[i].input;
    }
    all << (i == 0 ? "" : "---\n") << cases[i].input << "\n=>\n" << output;
  }
  EXPECT_GT(cases.size(), 3U);
  if (update) std::ofstream(path) << all.str();
}

}  // namespace promql::tmpl

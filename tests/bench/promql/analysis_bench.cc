// SPDX-License-Identifier: Apache-2.0
// What it costs to know everything about real expressions, on one core, beside parsing them.
// usage: bench_analysis [EXPRESSIONS.jsonl]
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "promql/analysis/facts.h"
#include "promql/syntax/parser.h"

namespace {

using promql::analysis::Facts;

std::vector<std::string> Read(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    if (document.IsString()) texts.emplace_back(document.GetString(), document.GetStringLength());
  }
  return texts;
}

template <class Work>
double MicrosecondsEach(std::size_t count, const Work& work) {
  double best = 1e300;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t begun = std::clock();  // of this process: others may be at work too
    work();
    const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    best = std::min(best, seconds * 1e6 / static_cast<double>(count));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const auto texts = Read(argc > 1 ? argv[1] : "../shared/corpus/exprs.jsonl");
  if (texts.empty()) return 1;
  std::vector<promql::Expression> expressions;
  const double parse = MicrosecondsEach(texts.size(), [&] {
    expressions.clear();
    for (const std::string& text : texts) {
      if (auto parsed = promql::ParseExpression(text)) expressions.push_back(std::move(*parsed));
    }
  });
  std::size_t facts_found = 0;
  const double analyse = MicrosecondsEach(expressions.size(), [&] {
    promql::analysis::LanguageCache languages;
    for (const promql::Expression& expression : expressions) {
      const Facts facts(expression.root(), {.languages = &languages});
      facts_found += facts.joins.size();
    }
  });
  std::printf(
      "%zu expressions: parsed in %.2f us each, analysed in %.2f us each (%.1f ms for 10,000)\n",
      expressions.size(), parse, analyse, analyse * 10);
  return facts_found == 0 ? 1 : 0;
}

// SPDX-License-Identifier: Apache-2.0
// How fast real expressions are cut into words, parsed and checked, and printed, on one core, and
// with how many allocations. usage: bench_syntax [FILE]: one JSON string a line, by default
// exprs.jsonl of $PROMWARDEN_SHARED/corpus.
#include <rapidjson/document.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "promql/syntax/lexer.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using Clock = std::chrono::steady_clock;

// Of the processor, so that other work on the machine does not count.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::string> ReadTexts(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    if (document.IsString()) texts.emplace_back(document.GetString(), document.GetStringLength());
  }
  return texts;
}

// Runs `work` over all texts until two seconds have passed, and prints the best round.
template <class Work>
void Measure(const char* name, const std::vector<std::string>& texts, const Work& work) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  double best = 1e9;
  const std::size_t before = allocations;
  std::size_t rounds = 0;
  for (const auto end = Clock::now() + std::chrono::seconds(2); Clock::now() < end; ++rounds) {
    const double start = CpuSeconds();
    for (const std::string& text : texts) work(text);
    best = std::min(best, CpuSeconds() - start);
  }
  const double count = static_cast<double>(texts.size());
  std::printf("%-24s %9.0f expressions/s  %7.1f MB/s  %6.3f us each  %5.2f allocations each\n",
              name, count / best, static_cast<double>(bytes) / best / 1e6, best / count * 1e6,
              static_cast<double>(allocations - before) / (count * static_cast<double>(rounds)));
}

// Keeps the optimiser from dropping the work.
volatile std::size_t sink = 0;

void Run(const std::vector<std::string>& texts) {
  promql::ParseOptions options;
  options.features = promql::Features::All();
  std::size_t refused = 0;
  for (const std::string& text : texts) refused += promql::ParseExpression(text, options) ? 0U : 1U;
  std::printf("%zu expressions, %zu refused\n", texts.size(), refused);
  Measure("lex", texts, [](const std::string& text) {
    promql::Lexer lexer({text.c_str(), text.size()});
    std::size_t words = 0;
    while (lexer.Next().type > promql::TokenType::kError) ++words;
    sink = sink + words;
  });
  Measure("parse and check", texts, [&](const std::string& text) {
    sink = sink + (promql::ParseExpression(text, options) ? 1U : 0U);
  });
  Measure("parse, check and print", texts, [&](const std::string& text) {
    const auto expression = promql::ParseExpression(text, options);
    if (expression) sink = sink + promql::Print(expression->root()).size();
  });
  std::vector<promql::Expression> parsed;
  for (const std::string& text : texts) {
    if (auto expression = promql::ParseExpression(text, options))
      parsed.push_back(*std::move(expression));
  }
  const auto* next = parsed.data();
  Measure("print only", texts, [&](const std::string&) {
    sink = sink + promql::Print(next->root()).size();
    if (++next == parsed.data() + parsed.size()) next = parsed.data();
  });
  Measure("parse and print pretty", texts, [&](const std::string& text) {
    const auto expression = promql::ParseExpression(text, options);
    if (expression) sink = sink + promql::PrintPretty(expression->root()).size();
  });
}

}  // namespace

int main(int argc, char** argv) {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const std::string path =
      argc > 1 ? argv[1]
               : std::string(shared != nullptr ? shared : "../shared") + "/corpus/exprs.jsonl";
  const std::vector<std::string> texts = ReadTexts(path);
  if (texts.empty()) {
    std::cerr << "no expressions in " << path << '\n';
    return 1;
  }
  Run(texts);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file of every schema: no crash, and every byte of every text stands where it
// is said to.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "promql/model/go_text.h"
#include "promql/rulefile/read.h"
#include "tests/unit/promql/rulefile/spelling.h"

namespace {

using namespace promql::rulefile;

void Require(bool holds, std::string_view claim, std::string_view text) {
  if (holds) return;
  std::cerr << claim << ": " << promql::Quote(text) << '\n';
  std::abort();
}

void CheckProblems(const RuleFile& file) {
  std::uint32_t before = 0;
  for (const Problem& problem : file.problems) {
    Require(!problem.message.empty(), "problems have messages", file.content);
    Require(problem.source.begin <= problem.source.end && problem.source.end <= file.content.size(),
            "problems lie in the file", file.content);
    Require(problem.source.begin >= before, "problems are in order", file.content);
    before = problem.source.begin;
    const Position at = file.lines.At(problem.source.begin);
    Require(file.lines.LineStart(at.line) <= problem.source.begin, "lines lie before",
            file.content);
    if (problem.group)
      Require(*problem.group < file.groups.size(), "the group exists", file.content);
  }
  for (const Comment& comment : file.comments)
    Require(file.content[comment.source.begin] == '#', "comments begin with #", file.content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // `!!binary` is decoded as a whole.
  const bool is_binary = text.find("binary") != std::string_view::npos;
  for (const Schema schema : {Schema::kPrometheus, Schema::kAuto}) {
    ReadOptions options;
    options.schema = schema;
    options.max_aliased = 10'000;
    const RuleFile file = ReadRuleFile("fuzz.yml", std::string(text), options);
    CheckProblems(file);
    ForEachText(file, [&](const Text& one) {
      const std::string wrong = is_binary ? "" : Misspelt(file, one);
      Require(wrong.empty(), wrong, file.content);
    });
  }
  return 0;
}

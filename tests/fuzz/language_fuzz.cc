// SPDX-License-Identifier: Apache-2.0
// Any bytes as regular expressions and a text between line feeds: what is known of their languages
// agrees with RE2, examples are members, and every question ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/language.h"
#include "promql/model/go_regex.h"
#include "promql/model/go_text.h"

namespace {

using namespace promql;
using namespace promql::analysis;

void Require(bool holds, std::string_view claim, std::string_view pattern) {
  if (holds) return;
  std::cerr << claim << ": " << Quote(pattern) << '\n';
  std::abort();
}

std::string_view TakeLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

struct Pattern {
  explicit Pattern(std::string_view of)
      : text(of),
        regex(GoRegex::Compile("^(?s:" + text + ")$")),
        language(Language::OfMatcher(MatchOp::kRegex, of)) {
    // A quote that nothing ends goes to the end of the pattern, not beyond it.
    if (!regex) regex = GoRegex::Compile("^(?s:" + text + "\\E)$");
  }

  void Check(std::string_view candidate) const {
    const Answer answer = language.Contains(candidate);
    if (answer == Answer::kUnknown) return;
    Require(regex.has_value(), "what is known compiles", text);
    Require(regex->Matches(candidate) == (answer == Answer::kYes), "RE2 agrees", text);
  }

  std::string text;
  std::expected<GoRegex, std::string> regex;
  Language language;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 2000));
  const Pattern one(TakeLine(rest));
  const Pattern other(TakeLine(rest));
  for (const Pattern* pattern : {&one, &other}) {
    for (const std::string_view text : {rest, std::string_view(), std::string_view("a")})
      pattern->Check(text);
    const auto listing = pattern->language.List();
    if (!listing.strings) continue;
    for (const std::string& member : *listing.strings)
      Require(pattern->language.Contains(member) == Answer::kYes, "members are listed",
              pattern->text);
  }
  const Meeting meeting = Meet(std::vector{one.language, other.language.Complement()});
  if (!meeting.example) return 0;
  Require(meeting.is_empty == Answer::kNo, "only what is not empty has an example", one.text);
  Require(one.language.Contains(*meeting.example) == Answer::kYes, "examples are members",
          one.text);
  Require(other.language.Contains(*meeting.example) == Answer::kNo, "and of no complement",
          other.text);
  one.Check(*meeting.example);
  other.Check(*meeting.example);
  return 0;
}

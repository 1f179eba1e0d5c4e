// SPDX-License-Identifier: Apache-2.0
// Languages against RE2: generated patterns and strings, and every regular expression that occurs
// in real expressions, where these are at hand.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "promql/analysis/language.h"
#include "promql/model/go_regex.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/walk.h"

namespace promql::analysis {
namespace {

using Strings = std::vector<std::string>;

Answer YesIf(bool is_true) { return is_true ? Answer::kYes : Answer::kNo; }

Language Regex(std::string_view pattern) { return Language::OfMatcher(MatchOp::kRegex, pattern); }

std::expected<GoRegex, std::string> Anchored(std::string_view pattern) {
  return GoRegex::Compile("^(?s:" + std::string(pattern) + ")$");
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t Below(std::size_t limit) { return random_() % limit; }

  template <std::size_t N>
  std::string_view Pick(const std::array<std::string_view, N>& of) {
    return of[Below(N)];
  }

  std::string Pattern(int depth) {
    static constexpr auto kAtoms = std::to_array<std::string_view>(
        {"a", "b", "k", "1", "\\.", ".", "[a-c]", "[^a]", "\\d", "\\w", "\\W", "\\s", "[[:upper:]]",
         "\u00e4", "\\n", "-", "[^\\w-]", "[ks]"});
    static constexpr auto kRare = std::to_array<std::string_view>(
        {"^", "$", "\\b", "\\B", "\\A", "\\z", "(?i)", "(?m)", "(?-s)", "()"});
    static constexpr auto kSlow =
        std::to_array<std::string_view>({"\\pL", "[\\p{Lu}_]", "(?i:\u00e4)", "\\P{Greek}"});
    static constexpr auto kRepeats =
        std::to_array<std::string_view>({"*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "{0}"});
    static constexpr auto kGroups =
        std::to_array<std::string_view>({"(", "(?:", "(?i:", "(?m:", "(?-s:", "(?P<n>"});
    std::string out;
    const std::size_t parts = 1 + Below(4);
    for (std::size_t i = 0; i < parts; ++i) {
      const std::size_t kind = Below(12);
      if (kind == 0) {
        out += Pick(kRare);
      } else if (kind <= 2 && depth > 0) {
        out += std::string(Pick(kGroups)) + Pattern(depth - 1) + ")";
      } else if (kind == 3) {
        out += "|";
      } else if (kind == 4 && Below(50) == 0) {
        out += Pick(kSlow);
      } else {
        out += Pick(kAtoms);
      }
      if (Below(4) == 0) out += Pick(kRepeats);
    }
    return out;
  }

  std::string Text() {
    static constexpr auto kPieces = std::to_array<std::string_view>(
        {"a", "b", "c", "k", "K", "\u212a", "1", ".", "\n", "A", "\u00e4", "\u00c4", "-", " ", "_",
         "s", "\u017f", "\u65e5", "\U0001f600"});
    std::string out;
    for (std::size_t length = Below(6); length > 0; --length) out += Pick(kPieces);
    return out;
  }

 private:
  std::mt19937 random_;
};

TEST(LanguageProperty, AgreesWithRe2OnGeneratedPatterns) {
  Generator generate(20260101);
  int compared = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = generate.Pattern(3);
    const auto regex = Anchored(pattern);
    if (!regex) continue;
    const Language language = Regex(pattern);
    if (!GoRegex::Compile(pattern)) continue;
    ASSERT_TRUE(language.is_known()) << pattern;
    for (int j = 0; j < 25; ++j, ++compared) {
      const std::string text = generate.Text();
      ASSERT_EQ(language.Contains(text), YesIf(regex->Matches(text))) << pattern << " on " << text;
    }
  }
  EXPECT_GT(compared, 50'000);
}

TEST(LanguageProperty, GivesExamplesThatAllAcceptAndDenialsThatHold) {
  Generator generate(20260202);
  int met = 0;
  int disjoint = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string one = generate.Pattern(2);
    const std::string other = generate.Pattern(2);
    const auto regex = Anchored(one);
    const auto other_regex = Anchored(other);
    if (!regex || !other_regex) continue;
    const bool is_negated = generate.Below(2) == 0;
    const Language language = Regex(one);
    const Language plain = Regex(other);
    const Meeting meeting = Meet(std::vector{language, is_negated ? plain.Complement() : plain});
    const auto is_common = [&](std::string_view text) {
      return regex->Matches(text) && other_regex->Matches(text) != is_negated;
    };
    if (meeting.is_empty == Answer::kNo) {
      ++met;
      ASSERT_TRUE(is_common(*meeting.example)) << one << " and " << other << *meeting.example;
    } else if (meeting.is_empty == Answer::kYes) {
      ++disjoint;
      for (int j = 0; j < 25; ++j) {
        const std::string text = generate.Text();
        ASSERT_FALSE(is_common(text)) << one << " and " << other << " on " << text;
      }
    }
  }
  EXPECT_GT(met, 1000);
  EXPECT_GT(disjoint, 300);
}

TEST(LanguageProperty, ListsExactlyTheMembers) {
  Generator generate(20260303);
  int listed = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = generate.Pattern(2);
    const auto regex = Anchored(pattern);
    if (!regex) continue;
    const auto listing = Regex(pattern).List();
    if (!listing.strings) continue;
    ++listed;
    const std::set<std::string> members(listing.strings->begin(), listing.strings->end());
    ASSERT_EQ(members.size(), listing.strings->size()) << pattern;
    for (const std::string& text : members) ASSERT_TRUE(regex->Matches(text)) << pattern;
    for (int j = 0; j < 25; ++j) {
      const std::string text = generate.Text();
      ASSERT_EQ(members.contains(text), regex->Matches(text)) << pattern << " on " << text;
    }
  }
  EXPECT_GT(listed, 300);
}

std::set<std::string> RealPatterns() {
  const char* shared = std::getenv("PROMWARDEN_SHARED");
  const char* source = std::getenv("PROMWARDEN_SOURCE");
  const std::string root = source != nullptr ? source : "..";
  std::ifstream file((shared != nullptr ? std::string(shared) : root + "/../shared") +
                     "/corpus/exprs.jsonl");
  std::set<std::string> patterns;
  for (std::string line; std::getline(file, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    if (!document.IsString()) continue;
    const std::string text(document.GetString(), document.GetStringLength());
    const auto parsed = ParseExpression(text, {});
    if (!parsed) continue;
    Walk(parsed->root(), [&patterns](const Expr& expr) {
      const auto* selector = std::get_if<VectorSelector>(&expr.node);
      if (selector == nullptr) return;
      for (const LabelMatcher& matcher : selector->matchers) {
        if (matcher.op == MatchOp::kRegex || matcher.op == MatchOp::kNotRegex)
          patterns.insert(std::string(matcher.value));
      }
    });
  }
  return patterns;
}

TEST(LanguageProperty, AgreesWithRe2OnRealPatterns) {
  const auto patterns = RealPatterns();
  if (patterns.empty()) GTEST_SKIP() << "no ../shared/corpus/exprs.jsonl";
  Generator generate(20260404);
  int unknown = 0;
  for (const std::string& pattern : patterns) {
    const auto regex = Anchored(pattern);
    const Language language = Regex(pattern);
    if (!regex || !language.is_known()) {
      unknown += regex ? 1 : 0;
      continue;
    }
    Strings texts = {"", "a", pattern};
    for (int i = 0; i < 5; ++i) texts.push_back(generate.Text());
    if (const auto example = Meet(std::span(&language, 1)).example) texts.push_back(*example);
    if (const auto listing = language.List(); listing.strings)
      texts.insert(texts.end(), listing.strings->begin(), listing.strings->end());
    for (const std::string& text : texts) {
      ASSERT_EQ(language.Contains(text), YesIf(regex->Matches(text))) << pattern << " on " << text;
    }
  }
  EXPECT_EQ(unknown, 0);
  const auto before = std::chrono::steady_clock::now();
  int undecided = 0;
  for (const std::string& pattern : patterns) {
    const Language language = Regex(pattern);
    for (const Answer answer : {language.IsEmpty(), language.IsUniversal(), language.MatchesEmpty(),
                                language.List().is_finite})
      undecided += answer == Answer::kUnknown ? 1 : 0;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - before;
  std::cout << patterns.size() << " patterns, "
            << took.count() / static_cast<double>(patterns.size())
            << " us each for language, empty, universal, matches empty, list\n";
  EXPECT_EQ(undecided, 0);
}

}  // namespace
}  // namespace promql::analysis

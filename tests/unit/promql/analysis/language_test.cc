// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/language.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace promql::analysis {
namespace {

using Strings = std::vector<std::string>;

std::ostream& Print(std::ostream& out, Answer answer) {
  return out << (answer == Answer::kYes ? "yes" : answer == Answer::kNo ? "no" : "unknown");
}

Language Regex(std::string_view pattern) { return Language::OfMatcher(MatchOp::kRegex, pattern); }
Language NotRegex(std::string_view pattern) {
  return Language::OfMatcher(MatchOp::kNotRegex, pattern);
}

TEST(Language, AnswersForMembers) {
  struct Case {
    std::string_view pattern;
    std::string_view text;
    bool is_member;
  };
  const auto cases = std::to_array<Case>({
      {"", "", true},
      {"", "a", false},
      {"a||b", "", true},
      {"foo|bar", "bar", true},
      {"foo|bar", "foobar", false},
      {".*", "two\nlines", true},
      {"(?-s:.*)", "two\nlines", false},
      {"^a$", "a", true},
      {"a^b", "ab", false},
      {"(?m)a$\n^b", "a\nb", true},
      {"(?m:a$.^b)", "a\nb", true},
      {"\\bfoo\\b.*", "foo bar", true},
      {"\\bfoo\\b.*", "foobar", false},
      {"a\\Bb", "ab", true},
      {"a\\B b", "a b", false},
      {"[[:alpha:]]+", "abC", true},
      {"[^[:alpha:]]+", "12", true},
      {"\\d{3}", "123", true},
      {"\\d{3}", "1234", false},
      {"a{2,}", "a", false},
      {"a{2,3}", "aaa", true},
      {"(?i)kelvin", "\u212aELVIN", true},
      {"(?i)[j-l]", "\u212a", true},
      {"(?i)[^k]", "\u212a", false},
      {"(?i)\u00e4", "\u00c4", true},
      {"\\p{Greek}+", "\u03b1\u03b2", true},
      {"\\p{Greek}+", "ab", false},
      {"\\PL", "1", true},
      {"\\Qa.b\\E", "a.b", true},
      {"\\Qa.b\\E", "axb", false},
      {"(?P<n>a)(?<m>b)", "ab", true},
      {"\\x41\\x{42}\\103", "ABC", true},
      {"\u65e5.", "\u65e5\u672c", true},
  });
  for (const Case& c : cases) {
    EXPECT_EQ(Regex(c.pattern).Contains(c.text), c.is_member ? Answer::kYes : Answer::kNo)
        << c.pattern << " on " << c.text;
    EXPECT_EQ(NotRegex(c.pattern).Contains(c.text), c.is_member ? Answer::kNo : Answer::kYes)
        << c.pattern << " on " << c.text;
  }
}

TEST(Language, LetsTheDotStopAtLineFeedsBeforePrometheus3) {
  const auto old = Language::OfMatcher(MatchOp::kRegex, ".*", Dot::kStopsAtNewline);
  EXPECT_EQ(old.Contains("a\nb"), Answer::kNo);
  EXPECT_EQ(old.IsUniversal(), Answer::kNo);
  EXPECT_EQ(Regex(".*").IsUniversal(), Answer::kYes);
}

TEST(Language, KnowsWhatIsUniversalAndWhatIsEmpty) {
  for (const auto pattern : {".*", "(.*)", ".*|a", "^.*$", "(.|)*", "()|.+", ".*?", "(?s).*"})
    EXPECT_EQ(Regex(pattern).IsUniversal(), Answer::kYes) << pattern;
  for (const auto pattern : {".+", "a.*", "[^\\n]*", "(?-s:.*)", ""})
    EXPECT_EQ(Regex(pattern).IsUniversal(), Answer::kNo) << pattern;
  for (const auto pattern : {"a^b", "$a", "[^\\x00-\\x{10FFFF}]", "a\\bb"})
    EXPECT_EQ(Regex(pattern).IsEmpty(), Answer::kYes) << pattern;
  EXPECT_EQ(NotRegex(".*").IsEmpty(), Answer::kYes);
  EXPECT_EQ(NotRegex(".+").IsEmpty(), Answer::kNo);
  EXPECT_EQ(Language::Everything().IsUniversal(), Answer::kYes);
  EXPECT_EQ(Language::Everything().Complement().IsEmpty(), Answer::kYes);
}

TEST(Language, MeetsNothingWhenMatchersExcludeEachOther) {
  using enum MatchOp;
  struct Case {
    std::vector<std::pair<MatchOp, std::string_view>> matchers;
    Answer is_empty;
    std::optional<std::string> example;
  };
  const std::vector<Case> cases = {
      {{}, Answer::kNo, ""},
      {{{kEqual, "x"}, {kNotEqual, "x"}}, Answer::kYes, {}},
      {{{kEqual, "x"}, {kNotEqual, "y"}}, Answer::kNo, "x"},
      {{{kRegex, "a|b"}, {kNotRegex, "b|a"}}, Answer::kYes, {}},
      {{{kRegex, "a|b"}, {kNotRegex, "a.*"}}, Answer::kNo, "b"},
      {{{kRegex, "5.."}, {kRegex, "4.."}}, Answer::kYes, {}},
      {{{kRegex, "5.."}, {kRegex, ".*3"}}, Answer::kNo, "5a3"},
      {{{kRegex, ".+"}, {kEqual, ""}}, Answer::kYes, {}},
      {{{kRegex, "[ab]+"}, {kNotRegex, "a*"}, {kNotEqual, "b"}}, Answer::kNo, "ab"},
      {{{kNotEqual, ""}, {kNotEqual, "a"}, {kNotRegex, "b|c"}}, Answer::kNo, "d"},
      {{{kRegex, ".*"}, {kNotRegex, ".*"}}, Answer::kYes, {}},
      {{{kRegex, "(((("}, {kEqual, "a"}, {kNotEqual, "a"}}, Answer::kYes, {}},
      {{{kRegex, "(((("}, {kEqual, "a"}}, Answer::kUnknown, {}},
      {{{kNotRegex, "(((("}}, Answer::kUnknown, {}},
  };
  for (const Case& c : cases) {
    std::vector<Language> languages;
    std::string all;
    for (const auto& [op, value] : c.matchers) {
      languages.push_back(Language::OfMatcher(op, value));
      all += std::string(Text(op)) + std::string(value) + " ";
    }
    const Meeting meeting = Meet(languages);
    EXPECT_EQ(meeting.is_empty, c.is_empty) << all;
    EXPECT_EQ(meeting.example, c.example) << all;
  }
}

TEST(Language, SeesRedundantMatchers) {
  EXPECT_EQ(IsSubset(Regex("5..|50.*"), Regex("5.*")), Answer::kYes);
  EXPECT_EQ(IsSubset(Regex("5.*"), Regex("5..|50.*")), Answer::kNo);
  EXPECT_EQ(IsSubset(Regex("a|b"), Regex("[a-c]")), Answer::kYes);
  EXPECT_EQ(IsSubset(Language::Only("a"), NotRegex("b.*")), Answer::kYes);
  EXPECT_EQ(IsSubset(Language::Everything(), Regex(".*")), Answer::kYes);
  EXPECT_EQ(AreEqual(Regex("a+"), Regex("aa*")), Answer::kYes);
  EXPECT_EQ(AreEqual(Regex("a+"), Regex("a*")), Answer::kNo);
  EXPECT_EQ(AreDisjoint(Regex("a.*"), Regex("b.*")), Answer::kYes);
}

TEST(Language, ListsFiniteSets) {
  struct Case {
    Language language;
    Answer is_finite;
    std::optional<Strings> strings;
  };
  const std::vector<Case> cases = {
      {Regex("a"), Answer::kYes, Strings{"a"}},
      {Regex("b|a"), Answer::kYes, Strings{"a", "b"}},
      {Regex("^(b|a)$"), Answer::kYes, Strings{"a", "b"}},
      {Regex("node_exporter\\.service"), Answer::kYes, Strings{"node_exporter.service"}},
      {Regex("[1-3]x?"), Answer::kYes, Strings{"1", "1x", "2", "2x", "3", "3x"}},
      {Regex("(?i)ok"), Answer::kYes, Strings{"OK", "Ok", "O\u212a", "oK", "ok", "o\u212a"}},
      {Regex("$a"), Answer::kYes, Strings{}},
      {Regex("(a^b)*c"), Answer::kYes, Strings{"c"}},
      {Regex("[a-z]{2}"), Answer::kYes, {}},
      {Regex("."), Answer::kYes, {}},
      {Regex("a.*"), Answer::kNo, {}},
      {Regex("\\ba*"), Answer::kNo, {}},
      {NotRegex(".+"), Answer::kYes, Strings{""}},
      {NotRegex("a"), Answer::kNo, {}},
      {NotRegex("a.*"), Answer::kNo, {}},
      {Language::Only(""), Answer::kYes, Strings{""}},
      {Regex("a)|(?:b"), Answer::kUnknown, {}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto listing = cases[i].language.List();
    EXPECT_EQ(listing.is_finite, cases[i].is_finite) << "case " << i;
    EXPECT_EQ(listing.strings, cases[i].strings) << "case " << i;
  }
}

TEST(Language, SaysUnknownInsteadOfGuessing) {
  for (const auto pattern : {"(", "a{1001}", "[z-a]", "\\p{Nothing}", "\\p{Assigned}", "\xff"}) {
    EXPECT_FALSE(Regex(pattern).is_known()) << pattern;
    EXPECT_EQ(Regex(pattern).Contains("a"), Answer::kUnknown) << pattern;
    EXPECT_EQ(Regex(pattern).IsUniversal(), Answer::kUnknown) << pattern;
    EXPECT_EQ(Regex(pattern).List().is_finite, Answer::kUnknown) << pattern;
  }
  EXPECT_EQ(Regex(".*").Contains("\xff"), Answer::kUnknown);
  EXPECT_EQ(Language::Only("\xff").IsEmpty(), Answer::kUnknown);
  // Its smallest automaton has 2^21 states.
  const Language large = Regex("(a|b)*a(a|b){20}");
  EXPECT_EQ(AreEqual(large, Regex("(b|a)*a(b|a){20}")), Answer::kUnknown);
  EXPECT_EQ(large.Contains("aaaaaaaaaaaaaaaaaaaaaaaa"), Answer::kYes);
}

TEST(Language, IsBoundedOnHostilePatterns) {
  const auto repeated = [](std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  std::string distinct;
  for (char32_t rune = 0x4e00; rune < 0x4e00 + 3000; ++rune) {
    distinct += "\\x{" + [rune] {
      std::string hex;
      for (int shift = 12; shift >= 0; shift -= 4)
        hex += "0123456789abcdef"[(rune >> static_cast<unsigned>(shift)) & 0xfU];
      return hex;
    }() + "}+";
  }
  const Strings patterns = {
      repeated("(", 900) + "a" + repeated(")*", 900),
      repeated("(?:", 20'000) + "a" + repeated(")", 20'000),
      "(" + repeated("ab?", 3'000) + "){1000}",
      repeated("a?", 5'000) + repeated("a", 5'000),
      repeated("(a|b|ab)*", 1'000),
      "((a{10}){10}){10}",
      "(.*a){1000}",
      repeated(".*", 5'000),
      repeated("|", 10'000) + "x*",
      "(" + repeated("|", 10'000) + "){1000}",
      "(" + repeated("()", 3'000) + "){1000}",
      distinct,
      repeated("\\p{L}\\p{N}", 2'000),
      repeated("(?i)\u00e4\u00f6\u00fc\u00e0\u00e1\u00e2\u00e3\u00e5\u00e7", 500),
      "(x+x+)+y" + repeated("[^a-f]{0,9}", 500),
      "(?:a|b)*a" + repeated("[ab]", 5'000),
  };
  for (const std::string& pattern : patterns) {
    const auto before = std::chrono::steady_clock::now();
    const Language language = Regex(pattern);
    (void)language.IsUniversal();
    (void)language.List();
    (void)language.Contains(repeated("ab", 2'000));
    (void)AreEqual(language, Regex("a*"));
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_LT(took, std::chrono::seconds(5)) << pattern.substr(0, 40);
  }
}

TEST(LanguageCache, GivesEachMatcherItsLanguage) {
  LanguageCache cache;
  const Language& first = cache.OfMatcher(MatchOp::kRegex, "a.*");
  EXPECT_EQ(&cache.OfMatcher(MatchOp::kRegex, "a.*"), &first);
  EXPECT_EQ(cache.OfMatcher(MatchOp::kNotRegex, "a.*").Contains("ab"), Answer::kNo);
  EXPECT_EQ(cache.OfMatcher(MatchOp::kEqual, "a.*").Contains("ab"), Answer::kNo);
  EXPECT_EQ(cache.OfMatcher(MatchOp::kNotEqual, "a.*").Contains("ab"), Answer::kYes);
  LanguageCache old(Dot::kStopsAtNewline);
  EXPECT_EQ(old.OfMatcher(MatchOp::kRegex, ".").Contains("\n"), Answer::kNo);
}

}  // namespace

void PrintTo(Answer answer, std::ostream* out) { Print(*out, answer); }

}  // namespace promql::analysis

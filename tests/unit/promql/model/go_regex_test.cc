// SPDX-License-Identifier: Apache-2.0
#include "promql/model/go_regex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace promql {
namespace {

TEST(GoRegex, AcceptsWhatGoAccepts) {
  for (const char* pattern : {"",
                              "a)|(?:b",
                              "(?<n>a)",
                              "(?P<n>a)(?P<n>b)",
                              "(?P<1a>x)",
                              "a{,3}",
                              "a{2",
                              "x{1000}",
                              "(?)a",
                              "\\Qa.b\\E",
                              "\\p{Greek}",
                              "\\p{greek}",
                              "\\p{Letter}",
                              "\\p{LC}",
                              "[\\PL]",
                              "[]a]+",
                              "[a-c&&b]+",
                              "(?i-s:a.)",
                              "\\x{1F600}",
                              "\\07",
                              "\\_",
                              "^*",
                              "$^",
                              "(?:a{2}){500}"}) {
    EXPECT_TRUE(GoRegex::CompileAnchored(pattern)) << pattern;
  }
}

TEST(GoRegex, RefusesWhatGoRefuses) {
  for (const char* pattern : {"[",
                              "(",
                              "a)",
                              "\\C",
                              "\\Z",
                              "\\8",
                              "\\1",
                              "(?=a)",
                              "(?!a)b",
                              "(?<=a)b",
                              "a++",
                              "a**",
                              "*a",
                              "a|*",
                              "a{1001}",
                              "a{3,2}",
                              "(x{100}){11}",
                              "(?:a{2}){501}",
                              "[z-a]",
                              "[a-",
                              "[[:foo:]]",
                              "\\p{Foo}",
                              "\\p{Old_Italic}",
                              "\\pX",
                              "(?x)a",
                              "(?P=n)",
                              "(?P<>x)",
                              "\\x{110000}",
                              "\\x",
                              "\\u0041",
                              "\\e",
                              "\\Qa.b",
                              "\\",
                              "(?i-)a",
                              "\xff"}) {
    EXPECT_FALSE(GoRegex::CompileAnchored(pattern)) << pattern;
  }
}

TEST(GoRegex, SaysWhyInOurWords) {
  EXPECT_EQ(GoRegex::Compile("a(b").error(), "missing closing )");
  EXPECT_EQ(GoRegex::Compile("a{1001}").error(), "invalid repeat count: `{1001}`");
  EXPECT_EQ(GoRegex::Compile("a\\Cb").error(), "invalid escape sequence: `\\C`");
}

struct MatchCase {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(GoRegex, MatchesAsGoDoes) {
  for (const MatchCase& c : std::vector<MatchCase>{
           {"a.c", "a\nc", false},
           {"(?s)a.c", "a\nc", true},
           {"a)|(?:b", "ax", true},
           {"a)|(?:b", "xb", true},
           {"a)|(?:b", "xa", false},
           {"(?i)k", "\u212a", true},
           {"(?i)stra\u00dfe", "STRASSE", false},
           {"a$", "a\n", false},
           {"\\w+", "\u00e9", false},
           {"[^\\PL]+", "ab\u00e9", true},
           {"[^\\p{Cn}]", "a", true},
           {"\\p{C}", "\u0378", true},  // unassigned
           {"\\p{ASCII}+", "ab", true},
           {"x{1000}", "x", false},
       }) {
    const auto regex = GoRegex::CompileAnchored(c.pattern);
    ASSERT_TRUE(regex) << c.pattern;
    EXPECT_EQ(regex->Matches(c.text), c.matches) << c.pattern << " on " << c.text;
  }
}

TEST(GoRegex, CompilesProgramsPastTheUsualMemory) {
  EXPECT_TRUE(GoRegex::CompileAnchored("\\pL{1000}"));
}

TEST(GoRegex, ReplacesAsGoDoes) {
  const auto replaced = [](const char* pattern, const char* text, const char* replacement) {
    return GoRegex::Compile(pattern)->ReplaceAll(text, replacement);
  };
  EXPECT_EQ(replaced("a(x*)b", "-ab-axxb-", "$1"), "--xx-");
  EXPECT_EQ(replaced("a(x*)b", "-ab-axxb-", "$1W"), "---");
  EXPECT_EQ(replaced("a(x*)b", "-ab-axxb-", "${1}W$$"), "-W$-xxW$-");
  EXPECT_EQ(replaced("a*", "baac", "x"), "xbxcx");
  EXPECT_EQ(replaced("", "a\u00e9", "-"), "-a-\u00e9-");
  EXPECT_EQ(replaced("\\B", "a\u00e9", "-"), "a\u00e9-");
  EXPECT_EQ(replaced("(?P<n>a)|(?P<n>b)", "ab", "<$n>"), "<a><b>");
  EXPECT_EQ(replaced("(a)|b", "b", "[$1$9$x${]"), "[$\x7b]");
}

TEST(GoRegex, NamesItsGroups) {
  const auto regex = GoRegex::Compile("(a)(?P<second>b)(?:c)");
  ASSERT_EQ(regex->group_names().size(), 3U);
  EXPECT_EQ(regex->group_names()[2], "second");
}

}  // namespace
}  // namespace promql

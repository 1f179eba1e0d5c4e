// SPDX-License-Identifier: Apache-2.0
// The small parts: numbers, durations, strings, functions, regular expressions.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "promql/syntax/functions.h"
#include "promql/syntax/number.h"
#include "promql/syntax/quote.h"
#include "promql/syntax/regex_check.h"

namespace promql {
namespace {

TEST(Number, ReadsEveryForm) {
  EXPECT_EQ(ParseNumber("017"), 15);
  EXPECT_EQ(ParseNumber("08"), 8);
  EXPECT_EQ(ParseNumber("0x_1F"), 31);
  EXPECT_EQ(ParseNumber("1_000"), 1000);
  EXPECT_EQ(ParseNumber("1_0.2_5"), 10.25);
  EXPECT_EQ(ParseNumber(".5"), 0.5);
  EXPECT_EQ(ParseNumber("5."), 5);
  EXPECT_EQ(ParseNumber("1e3"), 1000);
  EXPECT_EQ(ParseNumber("iNf"), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(ParseNumber("NaN").value()));
  EXPECT_EQ(ParseNumber("18446744073709551615"), 18446744073709551615.0);
  EXPECT_EQ(ParseNumber("1e-400"), 0);
}

TEST(Number, RefusesTheRest) {
  for (const char* text :
       {"0x", "1__0", "1_.5", "1.5.5", "1e400", "0xffffffffffffffff", "1e+", "0-1", "_1"}) {
    EXPECT_FALSE(ParseNumber(text)) << text;
  }
}

std::string Plain(double value) {
  std::string out;
  AppendNumber(value, out);
  return out;
}
std::string Compact(double value) {
  std::string out;
  AppendCompactNumber(value, out);
  return out;
}

TEST(Number, PrintsLikeGo) {
  EXPECT_EQ(Plain(1e23), "100000000000000000000000");
  EXPECT_EQ(Plain(1e-9), "0.000000001");
  EXPECT_EQ(Plain(-0.0), "-0");
  EXPECT_EQ(Plain(123.456), "123.456");
  EXPECT_EQ(Plain(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(Compact(999999), "999999");
  EXPECT_EQ(Compact(1e6), "1e+06");
  EXPECT_EQ(Compact(31536000), "3.1536e+07");
  EXPECT_EQ(Compact(0.0001), "0.0001");
  EXPECT_EQ(Compact(0.00001), "1e-05");
}

std::string Duration(std::int64_t nanoseconds) {
  std::string out;
  AppendDurationNanos(nanoseconds, out);
  return out;
}

TEST(Duration, ReadsAndPrints) {
  EXPECT_EQ(ParseDurationNanos("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(ParseDurationNanos("292y"), 292LL * 365 * 86'400 * 1'000'000'000);
  EXPECT_FALSE(ParseDurationNanos("293y"));
  EXPECT_FALSE(ParseDurationNanos("1m1h"));
  EXPECT_FALSE(ParseDurationNanos("1m1m"));
  EXPECT_FALSE(ParseDurationNanos("1hs"));
  EXPECT_EQ(Duration(0), "0s");
  EXPECT_EQ(Duration(8LL * 86'400'000'000'000), "8d");
  EXPECT_EQ(Duration(14LL * 86'400'000'000'000), "2w");
  EXPECT_EQ(Duration(-90'001'000'000), "-1m30s1ms");
}

std::string Value(std::string_view quoted) {
  std::string out(quoted.size(), '\0');
  out.resize(Unquote(quoted, out.data()));
  return out;
}

TEST(Quote, ReadsEscapes) {
  EXPECT_EQ(Value(R"("a\n\"\\\x41\101\u00e9\U0001F600z")"), "a\n\"\\AA\xc3\xa9\xf0\x9f\x98\x80z");
  EXPECT_EQ(Value(R"('\'"')"), "'\"");
  EXPECT_EQ(Value(R"(`\n`)"), "\\n");
  EXPECT_EQ(Value(R"("\xff\377")"), "\xff\xff");
  EXPECT_EQ(Value("\"\""), "");
}

TEST(Functions, AreFoundByExactName) {
  for (const Function& function : AllFunctions()) EXPECT_EQ(FindFunction(function.name), &function);
  EXPECT_EQ(FindFunction("Rate"), nullptr);
  EXPECT_EQ(FindFunction(""), nullptr);
  const Function& replace = *FindFunction("label_replace");
  EXPECT_EQ(replace.ArgumentType(0), ValueType::kVector);
  EXPECT_EQ(replace.ArgumentType(4), ValueType::kString);
  EXPECT_EQ(FindFunction("label_join")->ArgumentType(17), ValueType::kString);
  EXPECT_EQ(FindFunction("round")->min_arguments(), 1U);
}

// -1: no regular expression; else whether it matches the empty string.
int Empty(std::string_view pattern) {
  const auto facts = CheckRegex(pattern);
  return facts ? static_cast<int>(facts->matches_empty) : -1;
}

TEST(RegexCheck, TellsWhetherTheEmptyStringMatches) {
  for (const char* pattern : {"", ".*", "a?", "a*b*", "a|", "|a", "a||b", "(a|)", "(?:)", "^$",
                              "\\B", "\\Aa{0}\\z", "x{0,3}", "(?i)", "(a*)+", "(?:a|b?)c*"}) {
    EXPECT_EQ(Empty(pattern), 1) << pattern;
  }
  for (const char* pattern : {"a", ".+", "a|b", "(a|b)", "\\b", "[^a]", "a*b", "(a?b)+", "x{1,3}",
                              "\\d", "\\pL", "\\Qa\\E", "(?:(?:a))", "(?P<n>a)"}) {
    EXPECT_EQ(Empty(pattern), 0) << pattern;
  }
}

TEST(RegexCheck, AcceptsGosSyntax) {
  for (const char* pattern :
       {"(?<n>a)", "(?P<n>a)(?P<n>b)", "(?i:a)", "(?s-i)a", "x{1000}", "x{,3}", "a{", "[]a]",
        "[a-]", "[[:^alpha:]x]", "\\x{10FFFF}", "\\Q(\\E", "\\p{Greek}", "\\p{^Lu}", "a|*b\\E"}) {
    if (std::string_view(pattern) == "a|*b\\E") {
      EXPECT_EQ(Empty(pattern), -1) << pattern;
    } else {
      EXPECT_NE(Empty(pattern), -1) << pattern;
    }
  }
}

TEST(RegexCheck, RefusesTheRest) {
  for (const char* pattern : {"(",
                              ")",
                              "a)|(b",
                              "[",
                              "[z-a]",
                              "*",
                              "a**",
                              "a{2}{3}",
                              "x{1001}",
                              "x{3,2}",
                              "((x{10}){10}){11}",
                              "\\C",
                              "\\8",
                              "\\e",
                              "a\\",
                              "(?=a)",
                              "(?<!a)",
                              "(?P<1",
                              "(?P<a-b>c)",
                              "\\p{Nope}",
                              "[[:nope:]]",
                              "\\x{110000}",
                              "(?-)",
                              ".\xff"}) {
    EXPECT_EQ(Empty(pattern), -1) << pattern;
  }
}

TEST(RegexCheck, ComparesPlainAlternativesAsTheyStand) {
  EXPECT_EQ(Empty("\xff"), 0);
  EXPECT_EQ(Empty("\xff|a"), 0);
}

}  // namespace
}  // namespace promql

// SPDX-License-Identifier: Apache-2.0
#include "promql/model/matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace promql {
namespace {

constexpr auto kFallback = MatcherGrammar::kFallback;
constexpr auto kUtf8 = MatcherGrammar::kUtf8;
constexpr auto kClassic = MatcherGrammar::kClassic;

struct ListCase {
  const char* text;
  MatcherGrammar grammar;
  const char* canonical;  // null: an error
};

TEST(Matchers, ReadBothGrammars) {
  for (const ListCase& c : std::vector<ListCase>{
           {"", kFallback, "{}"},
           {"{}", kFallback, "{}"},
           {" \t", kFallback, "{}"},
           {"a=b", kFallback, R"({a="b"})"},
           {R"({a="b",c=~"d.*",})", kFallback, R"({a="b",c=~"d.*"})"},
           {R"(a="x\ty")", kFallback, R"({a="x\\ty"})"},
           {R"(a="x\ty")", kUtf8, "{a=\"x\ty\"}"},
           {"a=", kUtf8, nullptr},
           {"a=", kClassic, R"({a=""})"},
           {"a=b,,c=d", kUtf8, nullptr},
           {",a=b", kUtf8, nullptr},
           {"{a=b", kUtf8, nullptr},
           {"{a=b", kClassic, R"({a="b"})"},
           {"{a=b}}", kClassic, R"({a="b}"})"},
           {"{a=b} x", kUtf8, nullptr},
           {R"("a b"="c")", kFallback, R"({"a b"="c"})"},
           {R"("a b"="c")", kClassic, nullptr},
           {R"("\xff"=a)", kUtf8, nullptr},
           {"a.b=\xf0\x9f\x98\x80", kFallback, "{a.b=\"\xf0\x9f\x98\x80\"}"},
           {R"(a="b,c",d=e)", kClassic, R"({a="b,c",d="e"})"},
           {"a='b'", kFallback, R"({a="'b'"})"},
           {R"(a=b"c)", kFallback, nullptr},
           {"a=~(", kFallback, nullptr},
       }) {
    const auto parsed = ParseMatchers(c.text, c.grammar);
    ASSERT_EQ(parsed.has_value(), c.canonical != nullptr)
        << c.text << (parsed ? "" : parsed.error().message);
    if (parsed) {
      EXPECT_EQ(Canonical(*parsed), c.canonical) << c.text;
    }
  }
}

TEST(Matchers, SingleOnesHaveNoBraces) {
  EXPECT_FALSE(ParseMatcher("{a=b}"));
  EXPECT_FALSE(ParseMatcher("a=b,c=d", kUtf8));
  EXPECT_EQ(ParseMatcher("a=b,c=d")->value(), "b,c=d");
  EXPECT_TRUE(ParseMatcher("a=\"b\""));
}

TEST(Matchers, ErrorsPointIntoTheText) {
  EXPECT_EQ(ParseMatchers("a=b,c").error().offset, 5U);
  EXPECT_EQ(ParseMatchers("a=b,c=~\"(\"").error().offset, 7U);
}

TEST(Matcher, TreatsMissingAsEmpty) {
  const LabelSet labels = {{"a", "x"}};
  const auto matches = [&labels](const char* text) { return ParseMatcher(text)->Matches(labels); };
  EXPECT_TRUE(matches("b=\"\""));
  EXPECT_TRUE(matches("b=~\".*\""));
  EXPECT_TRUE(matches("b!~\".+\""));
  EXPECT_FALSE(matches("b!=\"\""));
  EXPECT_FALSE(matches("b=~\".+\""));
  EXPECT_TRUE(matches("a!=y"));
}

TEST(Matcher, QuotesNamesThatNeedIt) {
  EXPECT_EQ(Matcher::Make("a b", MatchOp::kEqual, "\xc2\xa0")->Canonical(), "\"a b\"=\"\\u00a0\"");
  EXPECT_EQ(Matcher::Make("a", MatchOp::kEqual, "\t\n\"\\")->Canonical(), "a=\"\t\\n\\\"\\\\\"");
}

}  // namespace
}  // namespace promql

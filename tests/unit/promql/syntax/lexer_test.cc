// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace promql {
namespace {

using enum TokenType;

// The texts of all tokens; an error is its message after an exclamation mark.
std::vector<std::string> Words(const std::string& text) {
  Lexer lexer({text.c_str(), text.size()});
  std::vector<std::string> words;
  while (true) {
    const Token token = lexer.Next();
    if (token.type == kEnd) return words;
    if (token.type == kError) {
      words.push_back("!" + lexer.error());
      return words;
    }
    words.push_back(text.substr(token.span.start, token.span.end - token.span.start));
  }
}

TokenType First(const std::string& text) { return Lexer({text.c_str(), text.size()}).Next().type; }

using List = std::vector<std::string>;

TEST(Lexer, CutsOperatorsGreedily) {
  EXPECT_EQ(Words("a<=b<c==d!=e>/f</g"),
            (List{"a", "<=", "b", "<", "c", "==", "d", "!=", "e", ">/", "f", "</", "g"}));
}

TEST(Lexer, SkipsCommentsAndSpace) { EXPECT_EQ(Words("a # b\n\t+ c#d"), (List{"a", "+", "c"})); }

TEST(Lexer, KnowsKeywordsInAnyCase) {
  EXPECT_EQ(First("SuM"), kSum);
  EXPECT_EQ(First("count_values"), kCountValues);
  EXPECT_EQ(First("GROUP_RIGHT"), kGroupRight);
  EXPECT_EQ(First("inf"), kNumber);
  EXPECT_EQ(First("summ"), kIdentifier);
  EXPECT_EQ(First("sum:rate"), kMetricIdentifier);
  EXPECT_EQ(First(":"), kMetricIdentifier);
}

TEST(Lexer, TakesFillAsKeywordOnlyBeforeParenthesis) {
  EXPECT_EQ(First("fill (1)"), kFill);
  EXPECT_EQ(First("fill {}"), kIdentifier);
  EXPECT_EQ(First("fill"), kIdentifier);
}

TEST(Lexer, TellsNumbersFromDurations) {
  EXPECT_EQ(First("0x1f"), kNumber);
  EXPECT_EQ(First("1_000.5e-3"), kNumber);
  EXPECT_EQ(First("1h30m"), kDuration);
  EXPECT_EQ(First("15ms"), kDuration);
  EXPECT_EQ(First("5x"), kError);
  EXPECT_EQ(First("1e"), kError);
  EXPECT_EQ(First("1..2"), kError);
  EXPECT_EQ(First("0x1.5"), kError);
  EXPECT_EQ(First("1_"), kError);
}

TEST(Lexer, ReadsWordsInsideBracesAsLabels) {
  EXPECT_EQ(Words("{sum=~'a',on!~`b`}"),
            (List{"{", "sum", "=~", "'a'", ",", "on", "!~", "`b`", "}"}));
  EXPECT_EQ(Words("{a:b}").back().front(), '!');
}

TEST(Lexer, IsStrictInsideBrackets) {
  EXPECT_EQ(Words("[5m:1m]"), (List{"[", "5m", ":", "1m", "]"}));
  EXPECT_EQ(Words("[step()+min_of(1,2)]").size(), 12U);
  EXPECT_EQ(Words("[:1m]").back(), "!unexpected colon: the range of the subquery is missing");
  EXPECT_EQ(Words("[5m:1m:1m]").back(), "!unexpected second colon inside brackets");
  EXPECT_EQ(Words("[foo]").back().front(), '!');
}

TEST(Lexer, FindsUnclosedAndUnopened) {
  EXPECT_EQ(Words("(a").back(), "!unclosed left parenthesis");
  EXPECT_EQ(Words("a)").back(), "!unexpected right parenthesis: none is open");
  EXPECT_EQ(Words("a[5m").back(), "!unclosed left bracket");
  EXPECT_EQ(Words("a]").back(), "!unexpected right bracket: none is open");
  EXPECT_EQ(Words("{").back(), "!unexpected end of the expression inside braces");
  EXPECT_EQ(Words("\"a").back(), "!unterminated quoted string");
  EXPECT_EQ(Words("`a").back(), "!unterminated raw string");
}

TEST(Lexer, ChecksEscapes) {
  EXPECT_EQ(First(R"("\a\b\f\n\r\t\v\\\"\x41\101\u00e9\U0001F600")"), kString);
  EXPECT_EQ(First(R"("\'")"), kError);
  EXPECT_EQ(First(R"('\'')"), kString);
  EXPECT_EQ(First(R"("\400")"), kError);
  EXPECT_EQ(First(R"("\ud800")"), kError);
  EXPECT_EQ(First(R"("\x4")"), kError);
  EXPECT_EQ(First(R"("\)"), kError);
  EXPECT_EQ(First(R"(`\q`)"), kString);
}

TEST(Lexer, RefusesBrokenUtf8InStrings) {
  EXPECT_EQ(First("\"d\xc3\xad\""), kString);
  EXPECT_EQ(First("\"d\xc3\""), kError);
  EXPECT_EQ(First("`\xff`"), kError);
  EXPECT_EQ(First("\"\xef\xbf\xbd\""), kError);  // U+FFFD itself
}

TEST(Lexer, MarksErrorsUpToTheEnd) {
  const std::string text = "foo $ bar";
  Lexer lexer({text.c_str(), text.size()});
  EXPECT_EQ(lexer.Next().type, kIdentifier);
  const Token token = lexer.Next();
  EXPECT_EQ(token.type, kError);
  EXPECT_EQ(token.span, (Span{4, 9}));
  EXPECT_EQ(lexer.Next().type, kEnd);
}

}  // namespace
}  // namespace promql

// SPDX-License-Identifier: Apache-2.0
#include "promql/model/go_text.h"

#include <gtest/gtest.h>

namespace promql {
namespace {

TEST(GoText, QuotesWhatDoesNotPrint) {
  EXPECT_EQ(Quote("a\"\\\a\x7f\n"), R"("a\"\\\a\x7f\n")");
  EXPECT_EQ(Quote("\u00e9\u00a0\u200b\xf0\x9f\x98\x80"),
            "\"\u00e9\\u00a0\\u200b\xf0\x9f\x98\x80\"");
  EXPECT_EQ(Quote("\xff"), R"("\xff")");
  EXPECT_EQ(Quote("\U000e0001"), R"("\U000e0001")");
}

TEST(GoText, UnquotesAllOfGosEscapes) {
  EXPECT_EQ(Unquote(R"("\x41\u00e9\U0001F600\101\t")"),
            "A\u00e9\xf0\x9f\x98\x80"
            "A\t");
  for (const char* text :
       {"\"", "a", "\"a", "\"\\'\"", "\"\n\"", "\"\\ud800\"", "\"\\400\"", "\"\\\"", "\"a\"b\""}) {
    EXPECT_FALSE(Unquote(text)) << text;
  }
}

TEST(GoText, ReadsRunes) {
  EXPECT_EQ(DecodeRune("\u00e9x").width, 2U);
  EXPECT_FALSE(DecodeRune("\xed\xa0\x80").is_valid);  // a surrogate
  EXPECT_FALSE(DecodeRune("\xc0\x80").is_valid);      // too long
  EXPECT_FALSE(IsValidUtf8("a\xf5"));
  EXPECT_EQ(TrimSpace("\u2003 a\u00a0"), "a");
}

}  // namespace
}  // namespace promql

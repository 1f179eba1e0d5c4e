// SPDX-License-Identifier: Apache-2.0
#include "server/channels/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/server/channels/samples.h"

namespace warden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(CleanText, KeepsOneKindOfLineBreak) {
  EXPECT_EQ(CleanText("a\r\nb\rc\nd\xE2\x80\xA8"
                      "e\xC2\x85"
                      "f"),
            "a\nb\nc\nd\ne\nf");
  EXPECT_EQ(CleanText("  \n a b \t\n"), "a b");
  EXPECT_EQ(CleanText(""), "");
}

TEST(CleanText, DropsControlsAndTurnedDirections) {
  EXPECT_EQ(CleanText(std::string_view("a\0b\x1B[31m\x7F", 8)), "ab[31m");
  EXPECT_EQ(CleanText("x\xE2\x80\xAEtxt\xE2\x80\xAC\xE2\x81\xA6y\xE2\x80\x8F\xEF\xBB\xBF"),
            "xtxty");
  EXPECT_EQ(CleanText("\xD9\x85\xD8\xB1"), "\xD9\x85\xD8\xB1") << "Arabic itself stays";
}

TEST(CleanText, ReplacesInvalidBytes) { EXPECT_EQ(CleanText("a\xFFz"), "a\xEF\xBF\xBDz"); }

TEST(CleanLine, IsOneLine) { EXPECT_EQ(CleanLine(" a\r\n\r\n b\t c "), "a b c"); }

TEST(Cut, CountsUtf16AndAddsAnEllipsis) {
  EXPECT_EQ(Utf16Length("a\xC3\xA4\xF0\x9F\x94\xA5"), 4U);
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdef", 5), "abcd\xE2\x80\xA6");
  EXPECT_EQ(Cut("ab  cdef", 5), "ab\xE2\x80\xA6");
  EXPECT_EQ(Cut("abc", 1), "\xE2\x80\xA6");
}

TEST(Cut, NeverCutsWithinACharacter) {
  const std::string fire = "\xF0\x9F\x94\xA5";
  EXPECT_EQ(Cut(fire + fire + fire, 5), fire + fire + "\xE2\x80\xA6");
  EXPECT_EQ(Cut(fire + fire + fire, 4), fire + "\xE2\x80\xA6");
  const std::string accented = "e\xCC\x81";
  EXPECT_EQ(Cut("x" + accented + accented, 4), "x" + accented + "\xE2\x80\xA6");
  const std::string family = fire + "\xE2\x80\x8D" + fire;  // joined by a zero-width joiner
  EXPECT_EQ(Cut("ab" + family + "cd", 6), "ab\xE2\x80\xA6");
  const std::string flag = "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA";
  EXPECT_EQ(Cut("a" + flag + flag, 5), "a\xE2\x80\xA6");
  EXPECT_EQ(Cut("a" + flag + flag, 6), "a" + flag + "\xE2\x80\xA6");
}

TEST(Cut, AlwaysFits) {
  const std::string text =
      "a\xCC\x81\xF0\x9F\x94\xA5 b\xE2\x80\x8D\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA ";
  for (std::size_t limit = 1; limit < 20; ++limit) {
    EXPECT_LE(Utf16Length(Cut(text + text, limit)), limit);
  }
}

TEST(IsWebLink, TakesOnlyHttpAndHttps) {
  for (const char* good : {"http://a", "https://a.b/c?d=%22#e", "HTTPS://A", "http://[::1]:80/x",
                           "http://p:9090/graph?g0.expr=a%7Bb%3D%22c%22%7D&g0.tab=1"}) {
    EXPECT_TRUE(IsWebLink(good)) << good;
  }
  for (const char* bad : {"",
                          "javascript:alert(1)",
                          "JavaScript://http://x",
                          "data:text/html,x",
                          "//a",
                          "http:/a",
                          "http://",
                          "http:///x",
                          "https://?x",
                          "http://a b",
                          "http://a\"b",
                          "http://a<b>",
                          "http://a\r\nb",
                          "http://a\\b",
                          " http://a",
                          "ftp://a",
                          "http://a|b",
                          "http://a\x01",
                          "https://\xE2\x80\xAEmoc.elgoog",
                          "http://\xFF"}) {
    EXPECT_FALSE(IsWebLink(bad)) << bad;
  }
  EXPECT_FALSE(IsWebLink("http://a/" + std::string(2000, 'x')));
}

TEST(Escaping, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">'&amp;"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;");
  EXPECT_EQ(PercentEncode("a b/\xC3\xA4?&#+~-_."), "a%20b%2F%C3%A4%3F%26%23%2B~-_.");
}

TEST(HumanDuration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(HumanDuration(seconds(-5)), "0s");
  EXPECT_EQ(HumanDuration(seconds(37)), "37s");
  EXPECT_EQ(HumanDuration(seconds(60)), "1m");
  EXPECT_EQ(HumanDuration(minutes(4) + seconds(37)), "4m");
  EXPECT_EQ(HumanDuration(hours(1)), "1h");
  EXPECT_EQ(HumanDuration(hours(1) + minutes(12)), "1h 12m");
  EXPECT_EQ(HumanDuration(hours(51) + minutes(59)), "2d 3h");
  EXPECT_EQ(HumanDuration(hours(48)), "2d");
}

TEST(HumanTime, IsUtcToTheMinute) {
  EXPECT_EQ(HumanTime(samples::At("2026-11-21T02:57:13.25+01:00")), "2026-11-21 01:57 UTC");
}

TEST(HumanNumber, KeepsFourDigits) {
  EXPECT_EQ(HumanNumber(0), "0");
  EXPECT_EQ(HumanNumber(-0.0), "0");
  EXPECT_EQ(HumanNumber(0.34), "0.34");
  EXPECT_EQ(HumanNumber(0.012345), "0.01235");
  EXPECT_EQ(HumanNumber(12.5), "12.5");
  EXPECT_EQ(HumanNumber(-999.96), "-1000");
  EXPECT_EQ(HumanNumber(1234567.4), "1234567");
  EXPECT_EQ(HumanNumber(1.23e-9), "1.23e-09");
  EXPECT_EQ(HumanNumber(4e20), "4e+20");
  EXPECT_EQ(HumanNumber(std::nan("")), "NaN");
  EXPECT_EQ(HumanNumber(-std::numeric_limits<double>::infinity()), "-Inf");
}

}  // namespace
}  // namespace warden

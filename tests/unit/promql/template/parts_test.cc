// SPDX-License-Identifier: Apache-2.0
// The pieces below the language: numbers, letters, times, addresses.
#include <gtest/gtest.h>

#include <cmath>

#include "promql/template/escape.h"
#include "promql/template/go_time.h"
#include "promql/template/network.h"
#include "promql/template/number.h"
#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

std::string Shortest(double value) {
  std::string text;
  AppendFloat(value, 'g', -1, text);
  return text;
}

TEST(Numbers, AreReadAsGoReadsThem) {
  const struct {
    std::string_view text;
    FloatResult result;
    double value;
  } cases[] = {{"1", FloatResult::kOk, 1},
               {"-1.5e3", FloatResult::kOk, -1500},
               {".5", FloatResult::kOk, 0.5},
               {"5.", FloatResult::kOk, 5},
               {"0x1p-2", FloatResult::kOk, 0.25},
               {"1_000", FloatResult::kOk, 1000},
               {"1__0", FloatResult::kSyntax, 0},
               {"_1", FloatResult::kSyntax, 0},
               {"0x10", FloatResult::kSyntax, 0},
               {"1e400", FloatResult::kRange, 0},
               {"1e-400", FloatResult::kOk, 0},
               {"", FloatResult::kSyntax, 0},
               {" 1", FloatResult::kSyntax, 0},
               {"1e", FloatResult::kSyntax, 0},
               {"infinity", FloatResult::kOk, INFINITY},
               {"-Inf", FloatResult::kOk, -INFINITY},
               {"+inf", FloatResult::kOk, INFINITY}};
  for (const auto& one : cases) {
    const ParsedFloat parsed = ParseFloat(one.text);
    EXPECT_EQ(parsed.result, one.result) << one.text;
    if (one.result == FloatResult::kOk) {
      EXPECT_EQ(parsed.value, one.value) << one.text;
    }
  }
  EXPECT_TRUE(std::isnan(ParseFloat("NaN").value));
}

TEST(Numbers, AreWrittenWithTheFewestDigits) {
  EXPECT_EQ(Shortest(100000), "100000");
  EXPECT_EQ(Shortest(1000000), "1e+06");
  EXPECT_EQ(Shortest(0.0001), "0.0001");
  EXPECT_EQ(Shortest(0.00001), "1e-05");
  EXPECT_EQ(Shortest(-0.0), "-0");
  EXPECT_EQ(Shortest(5e-324), "5e-324");
}

TEST(Numbers, KnowBases) {
  EXPECT_EQ(ParseInt("0x1F"), 31);
  EXPECT_EQ(ParseInt("0b11"), 3);
  EXPECT_EQ(ParseInt("017"), 15);
  EXPECT_EQ(ParseInt("09"), std::nullopt);
  EXPECT_EQ(ParseInt("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ParseInt("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ParseUint("18446744073709551615"), UINT64_MAX);
}

TEST(Quotes, AreUndone) {
  EXPECT_EQ(Unquote(R"("a\n\x41\u00e9\101")"),
            "a\nA\xc3\xa9"
            "A");
  EXPECT_EQ(Unquote("`a\r\\n`"), "a\\n");
  EXPECT_EQ(Unquote(R"("\q")"), std::nullopt);
  EXPECT_EQ(Unquote(R"("\ud800")"), std::nullopt);
}

TEST(Letters, ChangeCaseOneByOne) {
  EXPECT_EQ(ToUpper("stra\xc3\x9f"
                    "e \xc4\xb1"),
            "STRA\xc3\x9f"
            "E I");
  EXPECT_EQ(ToLower("\xc3\x80\xce\xa3"), "\xc3\xa0\xcf\x83");
  EXPECT_EQ(ToUpper("a\xff"), "A\xef\xbf\xbd");
}

TEST(Letters, BeginWordsInTitles) {
  EXPECT_EQ(ToTitle("o'neil foo-bar a.b x_y 1st HELLO", TitleRest::kKeep),
            "O'neil Foo-Bar A.b X_y 1St HELLO");
  EXPECT_EQ(ToTitle("HELLO \xce\x91\xce\xa3", TitleRest::kLower), "Hello \xce\x91\xcf\x82");
  EXPECT_EQ(ToTitle("\xc3\x9f", TitleRest::kKeep), "Ss");
}

std::string Formatted(std::string_view instant, std::string_view zone, std::string_view layout) {
  Time time = ParseJsonTime(instant).value_or(Time{});
  time.zone = TimeZone::Find(zone);
  if (time.zone == nullptr) return "no zone";
  std::string text;
  AppendTime(time, layout, text);
  return text;
}

TEST(Times, ShowInTheirZones) {
  EXPECT_EQ(Formatted("2024-07-01T12:00:00Z", "Europe/Berlin", "2006-01-02 15:04 MST -07:00"),
            "2024-07-01 14:00 CEST +02:00");
  EXPECT_EQ(Formatted("2100-01-01T12:00:00Z", "Europe/Berlin", "15:04 MST"), "13:00 CET");
  EXPECT_EQ(Formatted("2100-01-01T12:00:00Z", "Australia/Sydney", "15:04 MST"), "23:00 AEDT");
  EXPECT_EQ(Formatted("2024-01-01T00:00:00Z", "../etc/passwd", "15"), "no zone");
  EXPECT_EQ(Formatted("2024-01-01T00:00:00Z", "Europe", "15"), "no zone");
}

TEST(TimeZone, RefusesDamagedData) {
  for (const std::string& file :
       {std::string(), std::string("TZif2"), std::string("TZif2") + std::string(39, '\xff')}) {
    EXPECT_EQ(TimeZone::Parse(file), nullptr);
  }
}

TEST(Times, FollowLayouts) {
  EXPECT_EQ(
      Formatted("2024-02-09T15:04:05.06Z", "", "Monday Jan _2 __2 002 3PM .000 .999 Janet 06"),
      "Friday Feb  9  40 040 3PM .060 .06 Janet 24");
}

TEST(Times, AreReadByLayout) {
  EXPECT_EQ(ParseTime("2006-01-02", "2024-02-30"), std::nullopt);
  EXPECT_EQ(ParseTime("2006-01-02", "2024-02-29")->seconds, 1709164800);
  EXPECT_EQ(ParseTime("Jan 2 2006 3pm -0700", "feb 29 2024 1pm +0100")->seconds, 1709208000);
  EXPECT_EQ(ParseTime("2006 002", "2024 366")->seconds, 1735603200);
  EXPECT_EQ(ParseTime("2006 002", "2023 366"), std::nullopt);
}

bool operator==(const Time& a, const Time& b) { return Compare(a, b) == 0; }

TEST(Times, HoldAtTheLargestDuration) {
  const Time late = *ParseJsonTime("2024-01-01T00:00:00Z");
  EXPECT_EQ(Subtract(Time{}, late), INT64_MIN);
  EXPECT_EQ(Subtract(late, Time{}), INT64_MAX);
  EXPECT_TRUE(Add(late, -1) == *ParseJsonTime("2023-12-31T23:59:59.999999999Z"));
}

TEST(Durations, ShowTheirUnits) {
  const auto shown = [](std::int64_t nanos) {
    std::string text;
    AppendDuration(nanos, text);
    return text;
  };
  EXPECT_EQ(shown(0), "0s");
  EXPECT_EQ(shown(1), "1ns");
  EXPECT_EQ(shown(1500), "1.5\xc2\xb5s");
  EXPECT_EQ(shown(-1500000000), "-1.5s");
  EXPECT_EQ(shown(3661000000000), "1h1m1s");
  EXPECT_EQ(shown(INT64_MIN), "-2562047h47m16.854775808s");
}

TEST(Addresses, AreTakenApart) {
  EXPECT_EQ(SplitHostPort("[::1]:80")->host, "::1");
  EXPECT_FALSE(SplitHostPort("::1"));
  EXPECT_FALSE(SplitHostPort("a:b:c"));
  EXPECT_FALSE(SplitHostPort("[::1]"));
  EXPECT_TRUE(IsIpAddress("10.0.0.1"));
  EXPECT_FALSE(IsIpAddress("010.0.0.1"));
  EXPECT_TRUE(IsIpAddress("::ffff:1.2.3.4"));
  EXPECT_FALSE(IsIpAddress("1::2::3"));
  EXPECT_FALSE(IsIpAddress("web-01"));
}

TEST(Escapes, GoBothWays) {
  EXPECT_EQ(Base64UrlEncode("\xfb\xff"), "-_8=");
  EXPECT_EQ(Base64UrlDecode("-_8="), "\xfb\xff");
  EXPECT_EQ(Base64UrlDecode("-_8"), std::nullopt);
  EXPECT_EQ(Base64UrlDecode("aG\nk="), "hi");
  EXPECT_EQ(QueryUnescape("a+b%2f"), "a b/");
  EXPECT_EQ(QueryUnescape("%4"), std::nullopt);
}

}  // namespace
}  // namespace promql::tmpl

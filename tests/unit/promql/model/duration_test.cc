// SPDX-License-Identifier: Apache-2.0
#include "promql/model/duration.h"

#include <gtest/gtest.h>

#include <string>

namespace promql {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsUnitsInOrder) {
  EXPECT_EQ(ParseDuration("1h30m"), 90min);
  EXPECT_EQ(ParseDuration("0"), 0ms);
  EXPECT_EQ(ParseDuration("1y1w"), std::chrono::hours(24 * 372));
  EXPECT_EQ(ParseDuration("9223372036854ms"), std::chrono::milliseconds(9223372036854));
}

TEST(Duration, RefusesOthers) {
  for (const char* text : {"", "1", "-1s", " 1s", "1.5h", "1m1h", "1h1h", "9223372036855ms", "293y",
                           "1M", "5m30", "18446744073709551616ms"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(Duration, PrintsYearsAndWeeksOnlyWhereNothingRemains) {
  const auto printed = [](const char* text) { return FormatDuration(*ParseDuration(text)); };
  EXPECT_EQ(printed("14d"), "2w");
  EXPECT_EQ(printed("8d"), "8d");
  EXPECT_EQ(printed("1y1d"), "366d");
  EXPECT_EQ(printed("90s"), "1m30s");
  EXPECT_EQ(printed("0"), "0s");
}

TEST(GoDuration, ReadsFractionsAndSigns) {
  EXPECT_EQ(ParseGoDuration("1.5s"), 1500ms);
  EXPECT_EQ(ParseGoDuration("1m30s"), 90s);
  EXPECT_EQ(ParseGoDuration("-1h"), -1h);
  EXPECT_EQ(ParseGoDuration(".5ms"), 500us);
  EXPECT_EQ(ParseGoDuration("3\u00b5s"), 3us);
  for (const char* text : {"", "1", "1d", ".s", "s", "1.5", "9223372037s"})
    EXPECT_FALSE(ParseGoDuration(text)) << text;
}

}  // namespace
}  // namespace promql

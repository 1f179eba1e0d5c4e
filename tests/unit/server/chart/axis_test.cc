// SPDX-License-Identifier: Apache-2.0
#include "server/chart/axis.h"

#include <gtest/gtest.h>

namespace warden::chart {
namespace {

std::string Labels(double low, double high, std::size_t wanted, Unit unit) {
  const ValueTicks ticks = TicksBetween(low, high, wanted, unit);
  std::string text;
  for (const double value : ticks.values)
    text += (text.empty() ? "" : " ") + FormatValue(value, ticks.step, unit);
  return text;
}

TEST(ValueTicks, AreRound) {
  EXPECT_EQ(Labels(0, 1, 5, Unit::kNone), "0 0.2 0.4 0.6 0.8 1.0");
  EXPECT_EQ(Labels(0, 1, 4, Unit::kNone), "0 0.25 0.50 0.75 1.00");
  EXPECT_EQ(Labels(-3, 12, 4, Unit::kNone), "0 5 10");
  EXPECT_EQ(Labels(0, 23'000, 4, Unit::kNone), "0 10k 20k");
  EXPECT_EQ(Labels(0, 0.00004, 4, Unit::kNone), "0 10\u00b5 20\u00b5 30\u00b5 40\u00b5");
  EXPECT_EQ(Labels(0, 5e9, 5, Unit::kBytes), "0 1 GiB 2 GiB 3 GiB 4 GiB");
  EXPECT_EQ(Labels(0, 3 << 20, 3, Unit::kByteRate), "0 1 MiB/s 2 MiB/s 3 MiB/s");
  EXPECT_EQ(Labels(0, 1.3, 4, Unit::kSeconds), "0 500 ms 1.0 s");
  EXPECT_EQ(Labels(0, 400, 4, Unit::kSeconds), "0 2 min 4 min 6 min");
  EXPECT_EQ(Labels(0.95, 1, 5, Unit::kRatio), "95% 96% 97% 98% 99% 100%");
  EXPECT_EQ(Labels(0, 100, 4, Unit::kPercent), "0% 25% 50% 75% 100%");
  EXPECT_EQ(Labels(1e300, 2e300, 3, Unit::kNone), "1e+300 1.5e+300 2e+300");
}

TEST(FormatAlone, KeepsThreeDigitsAndNoIdleZeros) {
  EXPECT_EQ(FormatAlone(1.2, Unit::kSeconds), "1.2 s");
  EXPECT_EQ(FormatAlone(1.3149, Unit::kSeconds), "1.31 s");
  EXPECT_EQ(FormatAlone(120, Unit::kSeconds), "2 min");
  EXPECT_EQ(FormatAlone(0, Unit::kBytes), "0");
  EXPECT_EQ(FormatAlone(1536, Unit::kBytes), "1.5 KiB");
  EXPECT_EQ(FormatAlone(1.5e7, Unit::kByteRate), "14.3 MiB/s");
  EXPECT_EQ(FormatAlone(-36.4, Unit::kPercent), "-36.4%");
  EXPECT_EQ(FormatAlone(0.5, Unit::kRatio), "50%");
  EXPECT_EQ(FormatAlone(13259, Unit::kNone), "13.3k");
  EXPECT_EQ(FormatAlone(1000, Unit::kNone), "1000");
  EXPECT_EQ(FormatAlone(1.31e21, Unit::kNone), "1.31e+21");
  EXPECT_EQ(FormatAlone(5e-324, Unit::kNone), "4.94e-324");
}

TEST(ValueTicks, EndForNeighbouringDoubles) {
  EXPECT_GE(TicksBetween(1e15, 1e15 + 1, 5, Unit::kNone).values.size(), 1U);
  EXPECT_LE(TicksBetween(1e300, 1.0000000000000002e300, 5, Unit::kNone).values.size(), 20U);
}

std::string Times(std::int64_t start, std::int64_t length, std::size_t most, int offset = 0) {
  const Instant from{std::chrono::seconds(start)};
  std::string text;
  for (const TimeTick& tick : TicksBetween(from, from + std::chrono::seconds(length), most,
                                           std::chrono::minutes(offset))) {
    text += (text.empty() ? "" : " | ") + tick.label;
  }
  return text;
}

TEST(TimeTicks, AreRound) {
  constexpr std::int64_t kMidnight = 1'795'219'200;  // 2026-11-21
  EXPECT_EQ(Times(kMidnight, 3600, 5), "21 Nov | 00:15 | 00:30 | 00:45 | 01:00");
  EXPECT_EQ(Times(kMidnight + 70, 3600, 5), "00:15 | 00:30 | 00:45 | 01:00");
  EXPECT_EQ(Times(kMidnight - 7200, 86400, 5), "21 Nov | 06:00 | 12:00 | 18:00");
  EXPECT_EQ(Times(kMidnight, 7 * 86400, 8),
            "21 Nov | 22 Nov | 23 Nov | 24 Nov | 25 Nov | 26 Nov | 27 Nov | 28 Nov");
  EXPECT_EQ(Times(kMidnight, 30 * 86400, 6), "23 Nov | 30 Nov | 7 Dec | 14 Dec | 21 Dec");
  EXPECT_EQ(Times(kMidnight, 40, 4), "21 Nov | 00:00:15 | 00:00:30");
  EXPECT_EQ(Times(kMidnight, 7200, 3, 330), "06:00 | 07:00");
  EXPECT_EQ(Times(kMidnight, 0, 3), "");
  EXPECT_LE(Times(0, 40'000'000'000, 4).size(), 60U);
  EXPECT_EQ(Times(-3600, 7200, 3), "23:00 | 1 Jan | 01:00");
}

TEST(UnitOf, FollowsMetricNames) {
  EXPECT_EQ(UnitOf("node_memory_MemAvailable_bytes"), Unit::kBytes);
  EXPECT_EQ(UnitOf("sum(process_cpu_seconds_total)"), Unit::kSeconds);
  EXPECT_EQ(UnitOf("rate(node_network_receive_bytes_total[5m])"), Unit::kByteRate);
  EXPECT_EQ(UnitOf("rate(process_cpu_seconds_total[5m])"), Unit::kNone);
  EXPECT_EQ(UnitOf("histogram_quantile(0.99, sum by (le) (rate(x_seconds_bucket[5m])))"),
            Unit::kSeconds);
  EXPECT_EQ(UnitOf("job:errors:ratio"), Unit::kNone);
  EXPECT_EQ(UnitOf("cache_hit_ratio"), Unit::kRatio);
  EXPECT_EQ(UnitOf("a_bytes / b_bytes"), Unit::kNone);
  EXPECT_EQ(UnitOf("up"), Unit::kNone);
  EXPECT_EQ(UnitOf(""), Unit::kNone);
}

}  // namespace
}  // namespace warden::chart

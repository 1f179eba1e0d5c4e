// SPDX-License-Identifier: Apache-2.0
// What stands on the axes of a chart: round numbers, round times, units. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"

namespace warden::chart {

enum class Unit : std::uint8_t { kNone, kBytes, kByteRate, kSeconds, kRatio, kPercent };

// By Prometheus' naming rules: `_bytes`, `_seconds`, `_ratio`, `_percent`, also before `_total`,
// `_sum`, `_bucket`; of a whole expression, the first metric name in it counts. A rate of bytes is
// in bytes a second, one of seconds has no unit.
[[nodiscard]] Unit UnitOf(std::string_view expression);

// `1.2k`, `350M`, `1.5 GiB`, `250 ms`, `95%`; `step` is the distance of neighbouring labels and
// decides the digits.
[[nodiscard]] std::string FormatValue(double value, double step, Unit unit);

// A value on its own, to three digits: `1.2 s`, `14.3 MiB/s`, `0`.
[[nodiscard]] std::string FormatAlone(double value, Unit unit);

// Round values within [low, high], about `wanted` of them, at least one; low < high, finite. Bytes
// are rounded to powers of 1024, times to minutes and hours.
struct ValueTicks {
  double step = 1;
  std::vector<double> values;
};
[[nodiscard]] ValueTicks TicksBetween(double low, double high, std::size_t wanted, Unit unit);

struct TimeTick {
  Instant at;
  std::string label;  // `14:30`; the first of a day and steps of days `21 Nov`
};
// Round local times within [start, end], at most `most` of them; local time is UTC plus `offset`.
[[nodiscard]] std::vector<TimeTick> TicksBetween(Instant start, Instant end, std::size_t most,
                                                 std::chrono::minutes offset);

}  // namespace warden::chart

// SPDX-License-Identifier: Apache-2.0
// Time intervals as Alertmanager's `time_intervals`, evaluated by the calendar: a month has the
// days it has, in its zone. Weekdays count from Sunday = 0, months from January = 1; a negative day
// counts from the month's end. Immutable; safe from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"

namespace warden {

class TimeZone;

struct IntRange {
  int begin = 0;
  int end = 0;  // inclusive; for minutes of the day exclusive

  friend bool operator==(const IntRange&, const IntRange&) = default;
};

// One element. A field that is not set restricts nothing; an empty list never matches.
struct TimeIntervalSpec {
  std::optional<std::vector<IntRange>> times;  // minutes of the day, [begin, end)
  std::optional<std::vector<IntRange>> weekdays;
  std::optional<std::vector<IntRange>> days_of_month;
  std::optional<std::vector<IntRange>> months;
  std::optional<std::vector<IntRange>> years;
  std::shared_ptr<const TimeZone> zone;  // null: UTC

  [[nodiscard]] bool Contains(Instant at) const;
};

struct TimeInterval {
  std::string name;
  std::vector<TimeIntervalSpec> specs;

  // Any of the elements; none: never.
  [[nodiscard]] bool Contains(Instant at) const;
  // The first instant after `at` where Contains() differs from what it is at `at`; nothing when it
  // stays so for ten years.
  [[nodiscard]] std::optional<Instant> NextChange(Instant at) const;
};

// A planned time of quiet: one-off (`from`, `to`) or recurring on weekdays, from a local time of
// day, for a duration that may pass midnight. Half open: the end is outside.
struct WindowTime {
  std::optional<Instant> from;
  std::optional<Instant> to;
  std::vector<IntRange> weekdays;        // recurring: on which days it begins; empty: every day
  int start_minute = 0;                  // recurring: local minute of the day
  std::chrono::minutes duration{0};      // recurring; 0 when one-off
  std::shared_ptr<const TimeZone> zone;  // null: UTC

  [[nodiscard]] bool is_recurring() const { return duration > std::chrono::minutes(0); }
  [[nodiscard]] bool Contains(Instant at) const;
  [[nodiscard]] std::optional<Instant> NextChange(Instant at) const;
};

// Names of the weekday and month as written in the configuration, any case: sunday … saturday → 0
// … 6.
[[nodiscard]] std::optional<int> WeekdayNumber(std::string_view name);
[[nodiscard]] std::optional<int> MonthNumber(std::string_view name);

}  // namespace warden

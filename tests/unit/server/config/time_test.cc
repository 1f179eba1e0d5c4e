// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/config/load.h"
#include "server/config/time_zone.h"

namespace warden {
namespace {

using namespace std::chrono_literals;

Instant At(const char* text) {
  const auto at = ParseRfc3339(text);
  EXPECT_TRUE(at) << text;
  return at.value_or(Instant{});
}

Config Loaded(const std::string& extra) {
  auto loaded = LoadConfig("route: {receiver: a}\nreceivers: [{name: a}]\n" + extra, "test.yml");
  EXPECT_TRUE(loaded) << Format(loaded.error()) << extra;
  return loaded ? std::move(loaded->config) : Config{};
}

TimeInterval Interval(const std::string& specs) {
  const Config config = Loaded("time_intervals: [{name: i, time_intervals: " + specs + "}]\n");
  EXPECT_EQ(config.time_intervals.size(), 1U);
  return config.time_intervals.empty() ? TimeInterval{} : config.time_intervals.front();
}

WindowTime Window(const std::string& keys) {
  const Config config = Loaded("maintenance_windows: [{name: w, matchers: [a=b], " + keys + "}]\n");
  EXPECT_EQ(config.maintenance_windows.size(), 1U);
  return config.maintenance_windows.empty() ? WindowTime{}
                                            : config.maintenance_windows.front().when;
}

struct OffsetCase {
  const char* zone;
  const char* at;
  std::chrono::seconds offset;
};

TEST(TimeZone, KnowsOffsetsPastAndFuture) {
  for (const OffsetCase& c : std::vector<OffsetCase>{
           {"Europe/Berlin", "2026-01-15T12:00:00Z", 1h},
           {"Europe/Berlin", "2026-07-15T12:00:00Z", 2h},
           {"Europe/Berlin", "2026-03-29T00:59:59Z", 1h},
           {"Europe/Berlin", "2026-03-29T01:00:00Z", 2h},
           {"Europe/Berlin", "2090-07-15T12:00:00Z", 2h},
           {"Europe/Berlin", "2090-12-15T12:00:00Z", 1h},
           {"America/New_York", "2026-11-01T05:59:59Z", -4h},
           {"America/New_York", "2026-11-01T06:00:00Z", -5h},
           {"Australia/Sydney", "2080-01-01T00:00:00Z", 11h},
           {"Asia/Kolkata", "2026-01-01T00:00:00Z", 5h + 30min},
           {"Etc/GMT+5", "2026-01-01T00:00:00Z", -5h},
           {"Europe/Berlin", "1890-01-01T00:00:00Z", 53min + 28s},
           {"", "2026-01-01T00:00:00Z", 0s},
       }) {
    const auto zone = TimeZone::Load(c.zone);
    ASSERT_TRUE(zone) << c.zone;
    EXPECT_EQ((*zone)->OffsetAt(std::chrono::floor<std::chrono::seconds>(At(c.at))), c.offset)
        << c.zone << " " << c.at;
  }
}

TEST(TimeZone, RefusesWhatIsNone) {
  for (const char* name : {"utc", "PST", "+02:00", "Europe", "/etc/localtime", "../zoneinfo/UTC",
                           "europe/berlin", "zone.tab"}) {
    EXPECT_FALSE(TimeZone::Load(name)) << name;
  }
  for (const char* alias : {"US/Pacific", "Zulu", "EST"})
    EXPECT_TRUE(TimeZone::Load(alias)) << alias;
}

TEST(TimeZone, KnowsTheNextTransition) {
  struct Case {
    const char* zone;
    const char* at;
    const char* next;
  };
  for (const Case& c : std::vector<Case>{
           {"Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"},
           {"Europe/Berlin", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"},
           {"Europe/Berlin", "2090-07-15T12:00:00Z", "2090-10-29T01:00:00Z"},
           // Past the table, where one year's rule ends: also on the 366th day.
           {"Europe/Berlin", "2092-12-31T12:00:00Z", "2093-01-01T00:00:00Z"},
           {"Asia/Kolkata", "2026-01-01T00:00:00Z", "2036-01-02T00:00:00Z"},
           {"", "2026-01-01T00:00:00Z", "2036-01-02T00:00:00Z"},
       }) {
    const auto zone = TimeZone::Load(c.zone);
    ASSERT_TRUE(zone) << c.zone;
    EXPECT_EQ(
        FormatRfc3339((*zone)->NextTransition(std::chrono::floor<std::chrono::seconds>(At(c.at)))),
        FormatRfc3339(At(c.next)))
        << c.zone << " " << c.at;
  }
}

TEST(TimeInterval, CountsTheMonthsDaysByTheCalendar) {
  const TimeInterval last = Interval("[{days_of_month: ['-1'], location: Europe/Berlin}]");
  EXPECT_TRUE(last.Contains(
      At("2026-03-31T12:00:00+02:00")));  // March loses an hour there, and keeps its 31 days
  EXPECT_FALSE(last.Contains(At("2026-03-30T12:00:00+02:00")));
  EXPECT_TRUE(last.Contains(At("2028-02-29T12:00:00+01:00")));
  EXPECT_FALSE(Interval("[{days_of_month: ['30']}]").Contains(At("2026-02-28T12:00:00Z")));
  EXPECT_TRUE(Interval("[{days_of_month: ['27:31']}]").Contains(At("2026-02-28T12:00:00Z")));
}

TEST(TimeInterval, KnowsWhenItChanges) {
  const TimeInterval nights = Interval(
      "[{times: [{start_time: '22:00', end_time: '24:00'}, {start_time: '00:00', end_time: "
      "'06:00'}], location: Europe/Berlin}]");
  EXPECT_EQ(nights.NextChange(At("2026-01-10T12:00:00Z")), At("2026-01-10T21:00:00Z"));
  EXPECT_EQ(nights.NextChange(At("2026-01-10T21:30:00.5Z")), At("2026-01-11T05:00:00Z"));
  // The night in which the clock goes forward is an hour shorter.
  EXPECT_EQ(nights.NextChange(At("2026-03-28T22:00:00Z")), At("2026-03-29T04:00:00Z"));
}

TEST(TimeInterval, ChangesWithTheZonesOffset) {
  // 02:00 to 03:00 never comes on the day of the change.
  const TimeInterval hour =
      Interval("[{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}]");
  EXPECT_EQ(hour.NextChange(At("2026-03-28T12:00:00Z")), At("2026-03-30T00:00:00Z"));
  // In autumn it lasts two hours.
  EXPECT_EQ(hour.NextChange(At("2026-10-24T12:00:00Z")), At("2026-10-25T00:00:00Z"));
  EXPECT_EQ(hour.NextChange(At("2026-10-25T00:30:00Z")), At("2026-10-25T02:00:00Z"));
}

// Passing over months and years misses nothing: compared with looking at every minute edge of every
// day.
TEST(TimeInterval, ChangesWhereItsAnswerChanges) {
  for (const char* specs : {"[{months: [march], years: ['2027'], times: [{start_time: '09:00', "
                            "end_time: '17:00'}], location: Europe/Berlin}]",
                            "[{weekdays: [saturday]}, {months: ['2:3'], days_of_month: ['-2:-1']}]",
                            "[{years: ['2026'], location: America/New_York}, {months: [december], "
                            "location: Asia/Kolkata}]"}) {
    const TimeInterval interval = Interval(specs);
    Instant at = At("2026-10-20T00:00:00Z");
    const Instant end = At("2027-05-01T00:00:00Z");
    while (at < end) {
      const bool inside = interval.Contains(at);
      Instant expected = at;
      while (expected < end + 24h * 400 && interval.Contains(expected) == inside) expected += 15min;
      const auto change = interval.NextChange(at);
      if (!change) break;
      EXPECT_EQ(*change, expected) << specs << " from " << FormatRfc3339(at);
      at = *change;
    }
  }
}

TEST(TimeInterval, MayNeverChange) {
  EXPECT_FALSE(Interval("[]").NextChange(At("2026-01-01T00:00:00Z")));
  EXPECT_FALSE(Interval("[{}]").NextChange(At("2026-01-01T00:00:00Z")));
  EXPECT_FALSE(Interval("[{years: ['2020']}]").NextChange(At("2026-01-01T00:00:00Z")));
  EXPECT_EQ(Interval("[{years: ['2026:2027']}]").NextChange(At("2026-06-01T00:00:00Z")),
            At("2028-01-01T00:00:00Z"));
}

TEST(MaintenanceWindow, OneOffIsHalfOpen) {
  const WindowTime window = Window("from: 2026-11-21T18:00:00Z, to: 2026-11-21T20:00:00+01:00");
  EXPECT_FALSE(window.Contains(At("2026-11-21T17:59:59.9Z")));
  EXPECT_TRUE(window.Contains(At("2026-11-21T18:00:00Z")));
  EXPECT_FALSE(window.Contains(At("2026-11-21T19:00:00Z")));
  EXPECT_EQ(window.NextChange(At("2026-11-01T00:00:00Z")), At("2026-11-21T18:00:00Z"));
  EXPECT_EQ(window.NextChange(At("2026-11-21T18:30:00Z")), At("2026-11-21T19:00:00Z"));
  EXPECT_FALSE(window.NextChange(At("2026-11-21T19:00:00Z")));
}

TEST(MaintenanceWindow, RecurringMayPassMidnight) {
  const WindowTime window =
      Window("weekdays: [sunday], start_time: '23:30', duration: 2h, location: Europe/Berlin");
  EXPECT_FALSE(window.Contains(At("2026-11-22T23:29:59+01:00")));  // a Sunday
  EXPECT_TRUE(window.Contains(At("2026-11-22T23:30:00+01:00")));
  EXPECT_TRUE(window.Contains(At("2026-11-23T01:29:59+01:00")));
  EXPECT_FALSE(window.Contains(At("2026-11-23T01:30:00+01:00")));
  EXPECT_FALSE(window.Contains(At("2026-11-23T23:45:00+01:00")));
  EXPECT_EQ(window.NextChange(At("2026-11-21T00:00:00Z")), At("2026-11-22T23:30:00+01:00"));
  EXPECT_EQ(window.NextChange(At("2026-11-23T00:00:00+01:00")), At("2026-11-23T01:30:00+01:00"));
  EXPECT_EQ(window.NextChange(At("2026-11-23T01:30:00+01:00")), At("2026-11-29T23:30:00+01:00"));
}

TEST(MaintenanceWindow, LastsItsDurationWhenTheClockChanges) {
  const WindowTime window = Window("start_time: '01:00', duration: 3h, location: Europe/Berlin");
  EXPECT_EQ(window.NextChange(At("2026-03-29T00:30:00Z")), At("2026-03-29T03:00:00Z"));
  EXPECT_TRUE(window.Contains(At("2026-03-29T02:59:59Z")));
}

TEST(MaintenanceWindow, DaysThatTouchAreOne) {
  const WindowTime window =
      Window("start_time: '00:00', duration: 1d, weekdays: ['monday:tuesday']");
  EXPECT_EQ(window.NextChange(At("2026-11-23T10:00:00Z")), At("2026-11-25T00:00:00Z"));
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/same_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>

namespace warden::anomaly {
namespace {

using namespace std::chrono_literals;

const Instant kMonday{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

// Hours of `days` from `from` on, with the value that `value_of` has for each.
template <class ValueOf>
SameTime Known(ValueOf value_of, int days, std::shared_ptr<const Calendar> calendar = nullptr,
               Instant from = kMonday) {
  SameTime usual(std::move(calendar), 24);
  usual.Begin(from, 1h);
  for (int i = 0; i < 24 * days; ++i) usual.Take(value_of(from + 1h * i));
  return usual;
}

double DayOf(Instant at) { return static_cast<double>((at - kMonday) / 24h); }
double HourOf(Instant at) { return static_cast<double>((at - kMonday) / 1h % 24); }

TEST(SameTime, ExpectsWhatThatHourOfTheWeekHad) {
  SameTime usual =
      Known([](Instant at) { return 100 * (static_cast<int>(DayOf(at)) % 7) + HourOf(at); }, 14);
  for (int i = 0; i < 7 * 24; ++i) {
    const auto expectation = usual.Expect();
    ASSERT_TRUE(expectation.is_known);
    EXPECT_EQ(expectation.expected, 100 * (i / 24) + i % 24);
    usual.Take(100 * (i / 24) + i % 24);
  }
}

TEST(SameTime, TakesTheMedianOfTheLastFourWeeksWithAValue) {
  const auto by_week = [](std::initializer_list<double> weeks) {
    const double* week = weeks.begin();
    return Known([&](Instant at) { return week[static_cast<int>(DayOf(at)) / 7]; },
                 7 * static_cast<int>(weeks.size()))
        .Expect();
  };
  EXPECT_EQ(by_week({9, 1, 2, 3, 4}).expected, 2.5) << "the oldest is too old";
  EXPECT_EQ(by_week({1, 2, 3, 900}).expected, 2.5);
  EXPECT_EQ(by_week({9, 1, kUnknown, 3, 4}).expected, 3.5) << "9, 1 would be the fifth";
  EXPECT_EQ(by_week({7}).expected, 7);
}

TEST(SameTime, HasTenMinutesOfPatience) {
  SameTime usual(nullptr, 10);
  usual.Begin(kMonday, 5min);
  for (int i = 0; i < 7 * 288; ++i) usual.Take(i < 5 ? i : 100);
  usual.Begin(kMonday + 7 * 24h + 10min, 5min);
  EXPECT_EQ(usual.Expect().expected, 2) << "of 0 to 4";
}

TEST(SameTime, SaysWhatItLacks) {
  SameTime young(nullptr, 400);
  young.Begin(kMonday, 1h);
  for (int i = 0; i < 399; ++i) young.Take(1);
  EXPECT_FALSE(young.Expect().is_known);
  EXPECT_EQ(young.Expect().note, "what is normal takes 400 points to know, and there are 399");
  young.Take(1);
  EXPECT_TRUE(young.Expect().is_known);

  const SameTime at_night = Known([](Instant at) { return HourOf(at) < 6 ? kUnknown : 1; }, 21);
  EXPECT_FALSE(at_night.Expect().is_known);
  EXPECT_EQ(at_night.Expect().note, "there was no value at this time in the weeks before");
  EXPECT_FALSE(Known([](Instant) { return HUGE_VAL; }, 21).Expect().is_known);
}

TEST(SameTime, KnowsTheLocalHourOverAChangeOfClocks) {
  auto calendar = std::make_shared<Calendar>();
  const Instant change = kMonday + 20 * 24h + 1h;
  calendar->offset = [change](Instant at) {
    return std::chrono::seconds(at < change ? 3600 : 7200);
  };
  const auto local_hour = [&](Instant at) { return HourOf(at + calendar->offset(at)); };
  SameTime usual = Known(local_hour, 21, calendar);
  for (Instant at = kMonday + 21 * 24h; at < kMonday + 28 * 24h; at += 1h) {
    EXPECT_EQ(usual.Expect().expected, local_hour(at)) << local_hour(at);
    usual.Take(local_hour(at));
  }
}

TEST(SameTime, AHolidayIsASunday) {
  auto calendar = std::make_shared<Calendar>();
  const auto day = [](int number) {
    return std::chrono::floor<std::chrono::days>(kMonday) + std::chrono::days(number);
  };
  calendar->holidays = {day(16), day(21)};  // a Wednesday, and the Monday that is judged
  const SameTime usual = Known(
      [](Instant at) {
        const int number = static_cast<int>(DayOf(at));
        return number == 16 || number % 7 == 6 ? 10.0 : 100.0;
      },
      21, calendar);
  EXPECT_EQ(usual.Expect().expected, 10);
  SameTime after = usual;
  for (int i = 0; i < 48; ++i) after.Take(i < 24 ? 10 : 100);
  EXPECT_EQ(after.Expect().expected, 100) << "Wednesday, not the holiday that one was";
}

TEST(SameTime, StepsMayBeLeftOutRepeatedOrComeLate) {
  SameTime usual = Known([](Instant at) { return HourOf(at); }, 14);
  usual.Begin(kMonday + 14 * 24h + 5h, 1h);
  EXPECT_EQ(usual.Expect().expected, 5);
  usual.Begin(kMonday + 14 * 24h - 24h, 0h);
  usual.Take(77);  // again: the later one counts
  usual.Begin(kMonday + 20 * 24h, 0h);
  EXPECT_EQ(usual.Expect().expected, 38.5) << "of 77 and 0";
  usual.Begin(kMonday - 24h, 0h);
  usual.Take(5);  // before all that is known
  usual.Begin(kMonday + 1000 * 24h, 0h);
  EXPECT_FALSE(usual.Expect().is_known) << "too long ago";
  usual.Take(3);
  usual.Begin(kMonday + 1007 * 24h, 0h);
  EXPECT_EQ(usual.Expect().expected, 3);
}

TEST(SameTime, RemembersNoMoreThanItNeeds) {
  SameTime usual(nullptr, 24);
  usual.Begin(kMonday, 1ms);
  for (int i = 0; i < 300'000; ++i) usual.Take(i);
  EXPECT_FALSE(usual.Expect().is_known) << "no week fits";
  SameTime years = Known([](Instant at) { return HourOf(at); }, 3000);
  EXPECT_EQ(years.Expect().expected, 0);
  years.Take(0);
  EXPECT_EQ(years.Expect().expected, 1);
}

}  // namespace
}  // namespace warden::anomaly

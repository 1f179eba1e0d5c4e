// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/calendar.h"

#include <gtest/gtest.h>

namespace warden::anomaly {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kMonday{std::chrono::year{2026} / 1 / 5};

TEST(Calendar, PlacesInstantsInUtcWithoutOne) {
  const auto place = PlaceOf(Instant{kMonday} + 13h + 5min + 500ms, nullptr);
  EXPECT_EQ(place.second, 13 * 3600 + 300);
  EXPECT_EQ(place.weekday, 0);
  EXPECT_EQ(place.hour_of_week(), 13);
  EXPECT_EQ(PlaceOf(Instant{kMonday} - 1h, nullptr).hour_of_week(), 167);
  EXPECT_EQ(
      PlaceOf(Instant{std::chrono::sys_days{std::chrono::year{1960} / 1 / 1}}, nullptr).weekday, 4);
}

TEST(Calendar, GoesByTheLocalClock) {
  Calendar calendar;
  const Instant change = Instant{kMonday} + 1h;
  calendar.offset = [=](Instant at) { return std::chrono::seconds(at < change ? 1h : 2h); };
  EXPECT_EQ(PlaceOf(Instant{kMonday} + 59min, &calendar).hour(), 1);
  EXPECT_EQ(PlaceOf(Instant{kMonday} + 60min, &calendar).hour(), 3);  // 2 o'clock is left out
  EXPECT_EQ(PlaceOf(Instant{kMonday} - 90min, &calendar).weekday, 6);
  EXPECT_EQ(PlaceOf(Instant{kMonday} - 60min, &calendar).weekday, 0);
}

TEST(Calendar, LivesAHolidayAsASunday) {
  Calendar calendar;
  calendar.holidays = {kMonday};
  const auto place = PlaceOf(Instant{kMonday} + 9h, &calendar);
  EXPECT_TRUE(place.is_holiday);
  EXPECT_EQ(place.hour_of_week(), 6 * 24 + 9);
  EXPECT_FALSE(PlaceOf(Instant{kMonday} + 24h, &calendar).is_holiday);
}

}  // namespace
}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/config/holidays.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace warden {
namespace {

using std::chrono::sys_days;

sys_days Day(int year, unsigned month, unsigned day) {
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
}

std::string Calendar(const std::string& events) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + events + "END:VCALENDAR\r\n";
}

std::string EventOf(const std::string& lines) {
  return "BEGIN:VEVENT\r\n" + lines + "END:VEVENT\r\n";
}

bool Has(const Holidays& holidays, sys_days day) {
  return std::ranges::binary_search(holidays.days, day);
}

TEST(Holidays, DatesAreReadAndNothingElse) {
  EXPECT_EQ(ParseDate("2026-12-25"), Day(2026, 12, 25));
  for (const char* wrong : {"2026-02-30", "2026-1-1", "2026-12-25x", "20261225", "", "2026-00-10"})
    EXPECT_FALSE(ParseDate(wrong)) << wrong;
}

TEST(Holidays, AnEventLastsUntilItsEnd) {
  const auto read = ReadIcs(Calendar(EventOf(
      "SUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n")));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->days, (std::vector{Day(2026, 12, 25), Day(2026, 12, 26)}));
}

TEST(Holidays, YearlyEventsComeBack) {
  const auto read = ReadIcs(Calendar(
      EventOf("DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\n") +
      EventOf("DTSTART;VALUE=DATE:20200103\r\nRRULE:FREQ=YEARLY;COUNT=2\r\n") +
      EventOf("DTSTART;VALUE=DATE:20200104\r\nRRULE:FREQ=YEA\r\n RLY;UNTIL=20230101\r\n")));
  ASSERT_TRUE(read);
  EXPECT_TRUE(Has(*read, Day(2031, 5, 1)));
  EXPECT_TRUE(Has(*read, Day(2021, 1, 3)));
  EXPECT_FALSE(Has(*read, Day(2022, 1, 3)));
  EXPECT_TRUE(Has(*read, Day(2022, 1, 4))) << "folded lines are one";
  EXPECT_FALSE(Has(*read, Day(2023, 1, 4)));
  EXPECT_EQ(read->not_understood, 0U);
}

TEST(Holidays, SaysWhatItDoesNotUnderstand) {
  const auto read = ReadIcs(Calendar(
      EventOf("DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=WEEKLY\r\n") +
      EventOf("DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n")));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->not_understood, 2U);
  EXPECT_EQ(read->days.size(), 2U);
}

TEST(Holidays, HostileFilesEnd) {
  EXPECT_FALSE(ReadIcs(""));
  EXPECT_FALSE(ReadIcs("<html>"));
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += EventOf("DTSTART:20150101\r\nDTEND:20991231\r\nRRULE:FREQ=YEARLY\r\n");
  EXPECT_FALSE(ReadIcs(Calendar(many)));
  EXPECT_TRUE(ReadIcs(Calendar(EventOf("DTSTART:9\r\nDTEND:x\r\nRRULE:;;=;FREQ\r\n"))));
  EXPECT_TRUE(ReadIcs("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101"));
}

}  // namespace
}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// The parts of a Go time layout. Private to the room.
#pragma once

#include <cstdint>
#include <string_view>

namespace promql::tmpl {

enum class LayoutPart : std::uint8_t {
  kNone,             // plain text up to the end
  kLongMonth,        // January
  kMonth,            // Jan
  kNumberMonth,      // 1
  kZeroMonth,        // 01
  kLongWeekday,      // Monday
  kWeekday,          // Mon
  kDay,              // 2
  kBlankDay,         // _2
  kZeroDay,          // 02
  kBlankYearDay,     // __2
  kZeroYearDay,      // 002
  kHour,             // 15
  kHour12,           // 3
  kZeroHour12,       // 03
  kMinute,           // 4
  kZeroMinute,       // 04
  kSecond,           // 5
  kZeroSecond,       // 05
  kLongYear,         // 2006
  kYear,             // 06
  kUpperHalf,        // PM
  kLowerHalf,        // pm
  kZoneName,         // MST
  kOffset,           // any of -07, -0700, -07:00, -070000, -07:00:00 and the same with Z
  kFixedFraction,    // .000
  kTrimmedFraction,  // .999
};

struct LayoutStep {
  std::string_view before;  // plain text in front of the part
  LayoutPart part = LayoutPart::kNone;
  std::string_view text;  // of the part
  std::string_view rest;  // of the layout behind it
};

// The first part of a layout.
[[nodiscard]] LayoutStep NextPart(std::string_view layout);

}  // namespace promql::tmpl

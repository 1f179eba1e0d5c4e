// SPDX-License-Identifier: Apache-2.0
// A time zone of the system's zone data (TZif files, RFC 8536): offsets from UTC at any instant,
// and the instants at which they change. Names as Go's time.LoadLocation takes them:
// case-sensitive, no `..`, no absolute path; empty is UTC. Immutable; safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warden {

class TimeZone {
 public:
  // Fails with a message for an unknown zone. UTC needs no zone data.
  [[nodiscard]] static std::expected<std::shared_ptr<const TimeZone>, std::string> Load(
      const std::string& name);
  // From the bytes of a TZif file.
  [[nodiscard]] static std::expected<TimeZone, std::string> Parse(std::string_view tzif);

  // Seconds east of UTC.
  [[nodiscard]] std::chrono::seconds OffsetAt(std::chrono::sys_seconds at) const;

  // The first instant after `at` at which the offset may change; `at` plus ten years when there is
  // none before.
  [[nodiscard]] std::chrono::sys_seconds NextTransition(std::chrono::sys_seconds at) const;

  // One end of a rule for the years past the table, as in POSIX TZ strings. Public for the parser.
  struct Rule {
    enum class Kind : std::uint8_t { kJulian, kDay, kMonth } kind = Kind::kMonth;
    int day = 0;   // of the year, or of the week from Sunday
    int week = 0;  // 5: the last
    int month = 0;
    std::int64_t time = 7200;  // seconds after midnight, may be negative or more than a day
  };

 private:
  struct Transition {
    std::int64_t at = 0;
    std::int32_t offset = 0;
  };
  struct Footer {
    bool is_set = false;
    bool has_dst = false;
    std::int32_t standard = 0;
    std::int32_t daylight = 0;
    Rule start, end;
  };

  static bool ParseFooter(std::string_view text, Footer& out);
  // The two changes of a year by the footer, in order.
  [[nodiscard]] std::vector<Transition> ChangesOf(int year) const;

  std::int32_t first_offset_ = 0;
  std::vector<Transition> transitions_;
  Footer footer_;
};

}  // namespace warden

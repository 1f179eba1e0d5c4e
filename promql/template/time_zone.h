// SPDX-License-Identifier: Apache-2.0
// Time zones out of the system's database (TZif files, RFC 8536), read on first use and kept for
// the life of the process. Immutable once made; any thread may use them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace promql::tmpl {

class TimeZone {
 public:
  struct Local {
    std::string_view abbreviation;  // as long as the zone
    std::int64_t offset = 0;        // seconds east of Greenwich
  };

  // A zone that never changes; the abbreviation may be empty.
  TimeZone(std::string name, std::string abbreviation, std::int64_t offset);

  // By name, "Europe/Berlin"; null when there is none. "" and "UTC" are Utc(), "Local" is
  // SystemLocal().
  [[nodiscard]] static const TimeZone* Find(std::string_view name);
  [[nodiscard]] static const TimeZone& Utc();
  // What programs in a container see as local time: UTC.
  [[nodiscard]] static const TimeZone& SystemLocal();
  // Kept as well; there are few offsets.
  [[nodiscard]] static const TimeZone& Fixed(std::string_view abbreviation, std::int64_t offset);

  // From the bytes of a TZif file; null when they are damaged.
  [[nodiscard]] static std::unique_ptr<const TimeZone> Parse(std::string_view file);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Local At(std::int64_t unix_seconds) const;
  // The first instant after it at which that may change; INT64_MAX: never.
  [[nodiscard]] std::int64_t NextChange(std::int64_t unix_seconds) const;
  // What to subtract from a wall clock read in this zone.
  [[nodiscard]] std::int64_t OffsetOfWallClock(std::int64_t wall_seconds) const;

 private:
  struct Period {
    std::string abbreviation;
    std::int64_t offset = 0;
    bool is_summer = false;
  };
  struct Transition {
    std::int64_t at = 0;
    std::size_t period = 0;
  };
  struct Extent {
    Local local;
    std::int64_t start = INT64_MIN;  // seconds between which it holds
    std::int64_t end = INT64_MAX;
  };

  TimeZone() = default;
  [[nodiscard]] static const TimeZone* Load(std::string_view name);
  [[nodiscard]] bool Read(std::string_view file);
  [[nodiscard]] Extent ExtentAt(std::int64_t unix_seconds) const;
  [[nodiscard]] const Period& FirstPeriod() const;

  std::string name_;
  std::vector<Period> periods_;
  std::vector<Transition> transitions_;
  std::string rule_;  // for times behind the last transition, as in the TZ variable
};

// What a rule in the manner of the TZ variable says, "CET-1CEST,M3.5.0,M10.5.0/3": the period that
// holds at a time behind `last_start`. Nothing (is_valid false) when the rule cannot be read.
struct RuleAnswer {
  bool is_valid = false;
  std::string_view abbreviation;
  std::int64_t offset = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
};
[[nodiscard]] RuleAnswer EvaluateRule(std::string_view rule, std::int64_t last_start,
                                      std::int64_t unix_seconds);

}  // namespace promql::tmpl

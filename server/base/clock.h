// SPDX-License-Identifier: Apache-2.0
// Wall-clock instants in microseconds since 1970 UTC (years 1 to 9999 fit), their RFC 3339 text,
// and the clock that everything asks instead of the system, so that tests move time by hand.
// SystemClock is safe from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace warden {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant Now() const override;
};

// RFC 3339 with any UTC offset, any number of fractional digits (cut to microseconds), `Z` or `z`,
// `T`, `t` or a blank.
[[nodiscard]] std::optional<Instant> ParseRfc3339(std::string_view text);

// `2026-11-21T12:13:25.5Z`: UTC, as many fractional digits as needed, none for whole seconds.
[[nodiscard]] std::string FormatRfc3339(Instant at);

// Whole milliseconds since 1970 UTC, rounded down.
[[nodiscard]] std::int64_t ToMillis(Instant at);

}  // namespace warden

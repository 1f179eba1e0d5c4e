// SPDX-License-Identifier: Apache-2.0
// Numbers and durations as Prometheus reads and prints them (that is, as Go's strconv does).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace promql {

// Decimal, hexadecimal, octal (leading 0), underscores, exponents, Inf and NaN. The failure says
// what is wrong.
[[nodiscard]] std::expected<double, std::string> ParseNumber(std::string_view text);

// Plain digits without exponent, as few as bring the same value back; `+Inf`, `-Inf`, `NaN`.
void AppendNumber(double value, std::string& out);
// As above, but with an exponent for large and small values: `1e+21`.
void AppendCompactNumber(double value, std::string& out);
// With exactly three digits after the point.
void AppendMillis(std::int64_t milliseconds, std::string& out);

// `1h30m`, in nanoseconds.
[[nodiscard]] std::expected<std::int64_t, std::string> ParseDurationNanos(std::string_view text);
// Whole milliseconds; what is finer is cut off.
void AppendDurationNanos(std::int64_t nanoseconds, std::string& out);

}  // namespace promql

// SPDX-License-Identifier: Apache-2.0
// Durations as Prometheus and Alertmanager write them: `1h30m`, units y w d h m s ms, each at most
// once, in that order; a year is 365 days; `0` stands alone. At most 2^63-1 nanoseconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace promql {

[[nodiscard]] std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// Years and weeks only where nothing remains: `2w`, but `8d`.
[[nodiscard]] std::string FormatDuration(std::chrono::milliseconds duration);

// Go's own kind, for the few keys that Alertmanager reads so: `1m30s`, `1.5s`, units ns us ms s m h
// in any order, a sign.
[[nodiscard]] std::optional<std::chrono::nanoseconds> ParseGoDuration(std::string_view text);

}  // namespace promql

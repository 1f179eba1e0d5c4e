// SPDX-License-Identifier: Apache-2.0
// Queries of the Prometheus HTTP API as values, and the requests they become. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/net/http_client.h"

namespace warden::promapi {

// Prometheus refuses ranges of more points a series.
inline constexpr std::size_t kMaxPointsPerQuery = 11'000;

// What becomes of a range of more than kMaxPointsPerQuery steps.
enum class LongRange : std::uint8_t {
  kSplit,  // several queries, up to kMaxParts
  kWiden,  // one query with a wider step
};
inline constexpr std::size_t kMaxParts = 16;

struct InstantQuery {
  std::string expression;
  std::optional<Instant> at = {};  // not set: the server's now
};

struct RangeQuery {
  std::string expression;
  Instant start;  // both ends are evaluated
  Instant end;
  Duration step{0};  // at least a millisecond
  LongRange if_long = LongRange::kSplit;
  // Series that are enough; 0: all. Servers before 3.0 give all.
  std::size_t most_series = 0;
};

// The last `length` up to `end`, both ends moved back to multiples of the step since 1970, so that
// asking again later evaluates the same instants.
[[nodiscard]] RangeQuery AlignedRange(std::string expression, Instant end, Duration length,
                                      Duration step);

// The queries a range becomes, in order of time, each within kMaxPointsPerQuery. invalid: end
// before start, a step under a millisecond, or more than kMaxParts parts.
[[nodiscard]] Result<std::vector<RangeQuery>> Parts(const RangeQuery& query);

// `base` carries the server's URL (with its path prefix and parameters, if any), authorization,
// headers, TLS and limits. GET, or a POST form when the URL would pass 2,000 bytes. The server is
// told base.timeout as its own limit.
[[nodiscard]] HttpRequest BuildRequest(const HttpRequest& base, const InstantQuery& query);
[[nodiscard]] HttpRequest BuildRequest(const HttpRequest& base, const RangeQuery& query);

}  // namespace warden::promapi

// SPDX-License-Identifier: Apache-2.0
// Query parameters as values. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/result.h"
#include "server/net/http_server.h"
#include "server/store/rows.h"

namespace warden::api {

// A whole decimal number from 0 on.
[[nodiscard]] Result<std::int64_t> ReadNumber(std::string_view text, std::string_view name);

// `limit`, 1 to 10,000, or `usual` when it is not given.
[[nodiscard]] Result<std::int64_t> LimitOf(const ServerRequest& request, std::int64_t usual);

// Of the texts of one answer, however much is asked for: more would have to be held for whoever
// reads slowly.
inline constexpr std::size_t kPageBytes = std::size_t{1} << 20;

// The number that a parameter says, none when it is not given.
[[nodiscard]] Result<std::optional<std::int64_t>> NumberOf(const ServerRequest& request,
                                                           const char* name);

// What a request for a list asks for: `limit`, and `place` (`before` or `after`).
struct Wanted {
  PageLimit limit;
  std::optional<std::int64_t> place;
};
[[nodiscard]] Result<Wanted> WantedOf(const ServerRequest& request, std::int64_t usual,
                                      const char* place);

}  // namespace warden::api

// SPDX-License-Identifier: Apache-2.0
// Query parameters as values. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/base/result.h"
#include "server/net/http_server.h"

namespace warden::api {

// A whole decimal number from 0 on.
[[nodiscard]] Result<std::int64_t> ReadNumber(std::string_view text, std::string_view name);

// `limit`, 1 to 10,000, or `usual` when it is not given.
[[nodiscard]] Result<std::int64_t> LimitOf(const ServerRequest& request, std::int64_t usual);

}  // namespace warden::api

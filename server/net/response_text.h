// SPDX-License-Identifier: Apache-2.0
// A response's head as bytes. Line breaks in fields, which would start fields of somebody else's
// choice, become blanks.
#pragma once

#include <string>
#include <string_view>

#include "server/net/http_server.h"

namespace warden {

// The status' own phrase as plain text.
[[nodiscard]] ServerResponse PlainResponse(int status);
// 503 with Retry-After.
[[nodiscard]] ServerResponse BusyResponse();

// The value of Date, now.
[[nodiscard]] std::string HttpDate();

enum class KeepAlive { kYes, kNo };

// Whether a response of that status may have a body at all.
[[nodiscard]] bool HasBody(int status);

// `out` + status line, fields and the empty line; `date` is the value of Date.
void AppendHead(std::string& out, const ServerResponse& response, KeepAlive keep_alive,
                std::string_view date);

}  // namespace warden

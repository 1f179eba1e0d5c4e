// SPDX-License-Identifier: Apache-2.0
// The words for HTTP statuses that we give and get (RFC 9110).
#pragma once

#include <string_view>

namespace warden {

// Empty for a status that is not in the table.
[[nodiscard]] std::string_view ReasonPhrase(int status);

}  // namespace warden

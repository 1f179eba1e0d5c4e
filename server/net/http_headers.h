// SPDX-License-Identifier: Apache-2.0
// Header fields as both sides of the wire give them: in order, repeated names kept, names in the
// sender's letters. Lookups ignore the letters' case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warden {

struct HttpHeader {
  std::string name = {};
  std::string value = {};
  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};
using HttpHeaders = std::vector<HttpHeader>;

// The first field of that name; the view lives as long as the field.
[[nodiscard]] std::optional<std::string_view> FindHeader(const HttpHeaders& headers,
                                                         std::string_view name);

[[nodiscard]] bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace warden

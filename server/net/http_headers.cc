// SPDX-License-Identifier: Apache-2.0
#include "server/net/http_headers.h"

#include <algorithm>

namespace warden {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

std::optional<std::string_view> FindHeader(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const HttpHeader& header) { return EqualsIgnoringCase(header.name, name); });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

}  // namespace warden

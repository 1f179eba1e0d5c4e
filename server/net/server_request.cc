// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/net/http_server.h"

namespace warden {
namespace {

std::optional<std::string_view> FindValue(const std::vector<NameValue>& values,
                                          std::string_view name) {
  const auto found = std::ranges::find(values, name, &NameValue::name);
  if (found == values.end()) return std::nullopt;
  return found->value;
}

}  // namespace

std::optional<std::string_view> ServerRequest::Header(std::string_view name) const {
  return FindHeader(headers, name);
}
std::optional<std::string_view> ServerRequest::Param(std::string_view name) const {
  return FindValue(params, name);
}
std::optional<std::string_view> ServerRequest::Query(std::string_view name) const {
  return FindValue(query, name);
}

}  // namespace warden

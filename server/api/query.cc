// SPDX-License-Identifier: Apache-2.0
#include "server/api/query.h"

#include <charconv>
#include <string>

namespace warden::api {

Result<std::int64_t> ReadNumber(std::string_view text, std::string_view name) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
    return Fail(ErrorCode::kInvalid, std::string(name) + " must be a whole number");
  }
  return value;
}

Result<std::int64_t> LimitOf(const ServerRequest& request, std::int64_t usual) {
  const auto text = request.Query("limit");
  if (!text) return usual;
  const auto value = ReadNumber(*text, "limit");
  if (!value) return value;
  if (*value < 1 || *value > 10'000)
    return Fail(ErrorCode::kInvalid, "limit must be from 1 to 10000");
  return value;
}

Result<std::optional<std::int64_t>> NumberOf(const ServerRequest& request, const char* name) {
  const auto text = request.Query(name);
  if (!text) return std::nullopt;
  const auto value = ReadNumber(*text, name);
  if (!value) return std::unexpected(value.error());
  return *value;
}

Result<Wanted> WantedOf(const ServerRequest& request, std::int64_t usual, const char* place) {
  const auto rows = LimitOf(request, usual);
  if (!rows) return std::unexpected(rows.error());
  const auto at = NumberOf(request, place);
  if (!at) return std::unexpected(at.error());
  return Wanted{.limit = {.rows = *rows, .bytes = kPageBytes}, .place = *at};
}

}  // namespace warden::api

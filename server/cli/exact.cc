// SPDX-License-Identifier: Apache-2.0
#include "server/cli/exact.h"

#include <limits>
#include <system_error>

namespace warden::cli {

std::optional<double> NumberOf(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::quiet_NaN();
  if (error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
#include "server/cli/csv_lines.h"

#include <cmath>
#include <limits>

#include "server/cli/exact.h"

namespace warden::cli {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view Unquoted(std::string_view cell) {
  cell = Trimmed(cell);
  const bool is_quoted = cell.size() >= 2 && cell.front() == '"' && cell.back() == '"';
  return is_quoted ? cell.substr(1, cell.size() - 2) : cell;
}

std::optional<double> CellValue(std::string_view cell) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  if (cell.empty()) return kMissing;
  const auto value = NumberOf(cell);
  return value && !std::isfinite(*value) ? kMissing : value;
}

std::string_view TakeUntil(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return taken;
}

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
#include "server/cli/wide_csv.h"

#include <cmath>
#include <limits>

#include "server/cli/exact.h"

namespace warden::cli {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view Unquoted(std::string_view cell) {
  cell = Trimmed(cell);
  const bool is_quoted = cell.size() >= 2 && cell.front() == '"' && cell.back() == '"';
  return is_quoted ? cell.substr(1, cell.size() - 2) : cell;
}

// The id may hold commas when it is quoted.
std::string_view TakeId(std::string_view& line) {
  std::size_t end = line.find(',');
  if (line.starts_with('"')) {
    const auto close = line.find('"', 1);
    if (close != std::string_view::npos) end = line.find(',', close);
  }
  const auto id = Trimmed(line.substr(0, end));
  line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  return id;
}

Result<WideRow> RowOf(std::string_view line, std::size_t number) {
  WideRow row;
  row.id = TakeId(line);
  std::size_t present = 0;
  for (std::size_t column = 2; !line.empty(); ++column) {
    const auto comma = line.find(',');
    const auto cell = Unquoted(line.substr(0, comma));
    line = comma == std::string_view::npos ? std::string_view{} : line.substr(comma + 1);
    const auto value = cell.empty() ? std::numeric_limits<double>::quiet_NaN() : NumberOf(cell);
    if (!value) {
      return Fail(ErrorCode::kInvalid, "line " + std::to_string(number) + ", column " +
                                           std::to_string(column) + ": \"" +
                                           std::string(cell.substr(0, 80)) + "\" is not a number");
    }
    const bool is_finite = std::isfinite(*value);
    row.values.push_back(is_finite ? *value : std::numeric_limits<double>::quiet_NaN());
    if (!cell.empty()) present = row.values.size();
  }
  row.values.resize(present);
  return row;
}

}  // namespace

Result<std::vector<WideRow>> ReadWideCsv(std::string_view text) {
  std::vector<WideRow> rows;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (Trimmed(line).empty()) continue;
    auto row = RowOf(line, number);
    if (row) {
      rows.push_back(std::move(*row));
    } else if (number > 1) {  // the first line may be a heading
      return std::unexpected(row.error());
    }
  }
  return rows;
}

}  // namespace warden::cli

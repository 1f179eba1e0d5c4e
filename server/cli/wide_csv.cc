// SPDX-License-Identifier: Apache-2.0
#include "server/cli/wide_csv.h"

#include "server/cli/csv_lines.h"

namespace warden::cli {
namespace {

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
    const auto cell = Unquoted(TakeUntil(line, ','));
    const auto value = CellValue(cell);
    if (!value) {
      return Fail(ErrorCode::kInvalid, "line " + std::to_string(number) + ", column " +
                                           std::to_string(column) + ": \"" +
                                           std::string(cell.substr(0, 80)) + "\" is not a number");
    }
    row.values.push_back(*value);
    if (!cell.empty()) present = row.values.size();
  }
  row.values.resize(present);
  return row;
}

}  // namespace

Result<std::vector<WideRow>> ReadWideCsv(std::string_view text) {
  return ReadCsvLines<WideRow>(text, RowOf);
}

}  // namespace warden::cli

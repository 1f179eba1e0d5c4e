// SPDX-License-Identifier: Apache-2.0
// What all CSV files that we read have in common: a byte order mark, blank lines and a heading are
// passed over, cells may be quoted, and a cell without a finite number is a missing value. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/result.h"

namespace warden::cli {

[[nodiscard]] std::string_view Trimmed(std::string_view text);
// Without blanks around it, and without quotes around what is left.
[[nodiscard]] std::string_view Unquoted(std::string_view cell);
// NaN for an empty cell, NaN and infinities; nothing for what is no number.
[[nodiscard]] std::optional<double> CellValue(std::string_view cell);
// Up to the separator, which is taken off `rest` too.
[[nodiscard]] std::string_view TakeUntil(std::string_view& rest, char separator);

// `read` makes a row of a line and its number, from 1. The first line may fail: it is a heading.
template <class Row, class Read>
[[nodiscard]] Result<std::vector<Row>> ReadCsvLines(std::string_view text, const Read& read) {
  std::vector<Row> rows;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = TakeUntil(text, '\n');
    if (Trimmed(line).empty()) continue;
    Result<Row> row = read(line, number);
    if (row) {
      rows.push_back(*std::move(row));
    } else if (number > 1) {
      return std::unexpected(row.error());
    }
  }
  return rows;
}

}  // namespace warden::cli

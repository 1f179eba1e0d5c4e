// SPDX-License-Identifier: Apache-2.0
// Many series as a CSV file, one a row, oldest value first: `id,v1,v2,…`, of any lengths. Ids and
// numbers may be quoted. An empty cell or NaN between values is a missing one; empty cells at the
// end of a row are not values. A first row whose second cell is no number is a heading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace warden::cli {

struct WideRow {
  std::string id;              // as written
  std::vector<double> values;  // NaN: missing
};

// In the file's order. Fails with the line's and the column's number.
[[nodiscard]] Result<std::vector<WideRow>> ReadWideCsv(std::string_view text);

}  // namespace warden::cli

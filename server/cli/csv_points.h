// SPDX-License-Identifier: Apache-2.0
// A series as a CSV file: `timestamp,value`, with or without a heading. Times are
// `YYYY-MM-DD HH:MM:SS` (UTC), RFC 3339 or seconds since 1970, with fractions; an empty value, NaN
// and infinities are missing values. Further columns are not read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/series.h"
#include "server/base/result.h"

namespace warden::cli {

struct CsvRow {
  std::string time;   // as written
  std::string value;  // as written
  anomaly::Point point;
};

// In the file's order. Fails with the line's number on a line that is none of these.
[[nodiscard]] Result<std::vector<CsvRow>> ReadCsvPoints(std::string_view text);

}  // namespace warden::cli

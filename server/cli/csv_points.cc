// SPDX-License-Identifier: Apache-2.0
#include "server/cli/csv_points.h"

#include <chrono>
#include <cmath>
#include <optional>

#include "server/cli/csv_lines.h"
#include "server/cli/exact.h"

namespace warden::cli {
namespace {

// Years 1 to 9999.
constexpr double kFurthestSeconds = 2.5e11;

std::optional<Instant> TimeOf(std::string_view text) {
  if (const auto seconds = NumberOf(text)) {
    if (!(std::abs(*seconds) < kFurthestSeconds)) return std::nullopt;
    return Instant{Duration{static_cast<Duration::rep>(std::llround(*seconds * 1e6))}};
  }
  if (const auto at = ParseRfc3339(text)) return at;
  return ParseRfc3339(std::string(text) + "Z");  // no zone: UTC
}

Result<CsvRow> RowOf(std::string_view line, std::size_t number) {
  const std::string place = "line " + std::to_string(number) + ": ";
  if (!line.contains(',')) return Fail(ErrorCode::kInvalid, place + "expected timestamp,value");
  const auto time = Unquoted(TakeUntil(line, ','));
  const auto value = Unquoted(TakeUntil(line, ','));
  const auto at = TimeOf(time);
  if (!at) {
    return Fail(ErrorCode::kInvalid, place + "\"" + std::string(time.substr(0, 80)) +
                                         "\" is not a time such as 2026-11-21 12:00:00");
  }
  const auto parsed = CellValue(value);
  if (!parsed) {
    return Fail(ErrorCode::kInvalid,
                place + "\"" + std::string(value.substr(0, 80)) + "\" is not a number");
  }
  return CsvRow{std::string(time), std::string(value), {*at, *parsed}};
}

}  // namespace

Result<std::vector<CsvRow>> ReadCsvPoints(std::string_view text) {
  return ReadCsvLines<CsvRow>(text, RowOf);
}

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
#include "server/cli/csv_points.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "server/cli/exact.h"

namespace warden::cli {
namespace {

// Years 1 to 9999.
constexpr double kFurthestSeconds = 2.5e11;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

std::optional<Instant> TimeOf(std::string_view text) {
  if (const auto seconds = NumberOf(text)) {
    if (!(std::abs(*seconds) < kFurthestSeconds)) return std::nullopt;
    return Instant{Duration{static_cast<Duration::rep>(std::llround(*seconds * 1e6))}};
  }
  if (const auto at = ParseRfc3339(text)) return at;
  return ParseRfc3339(std::string(text) + "Z");  // no zone: UTC
}

Result<CsvRow> RowOf(std::string_view line, std::size_t number) {
  const auto comma = line.find(',');
  const std::string place = "line " + std::to_string(number) + ": ";
  if (comma == std::string_view::npos)
    return Fail(ErrorCode::kInvalid, place + "expected timestamp,value");
  const auto time = Trimmed(line.substr(0, comma));
  auto value = line.substr(comma + 1);
  value = Trimmed(value.substr(0, value.find(',')));
  const auto at = TimeOf(time);
  if (!at) {
    return Fail(ErrorCode::kInvalid, place + "\"" + std::string(time.substr(0, 80)) +
                                         "\" is not a time such as 2026-11-21 12:00:00");
  }
  CsvRow row{std::string(time), std::string(value), {*at, 0}};
  const auto parsed = value.empty() ? std::numeric_limits<double>::quiet_NaN() : NumberOf(value);
  if (!parsed) {
    return Fail(ErrorCode::kInvalid,
                place + "\"" + std::string(value.substr(0, 80)) + "\" is not a number");
  }
  row.point.value = std::isfinite(*parsed) ? *parsed : std::numeric_limits<double>::quiet_NaN();
  return row;
}

}  // namespace

Result<std::vector<CsvRow>> ReadCsvPoints(std::string_view text) {
  std::vector<CsvRow> rows;
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

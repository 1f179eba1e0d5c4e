// SPDX-License-Identifier: Apache-2.0
#include "server/cli/series_chart.h"

#include <fstream>

namespace warden::cli {

chart::Chart ChartOf(const SeriesFlags& flags, const NamedSeries& series,
                     const std::vector<anomaly::Verdict>& verdicts) {
  chart::Chart chart;
  const std::string& file = flags.csv_file;
  chart.title = flags.query.empty() ? file.substr(file.rfind('/') + 1) : flags.query;
  if (!series.name.empty() && series.name != flags.query)
    chart.title = series.name + " of " + flags.query;
  chart.unit = chart::UnitOf(flags.query);
  for (const auto& v : verdicts)
    chart.points.push_back({v.at, v.observed, v.expected, v.lower, v.upper});
  return chart;
}

std::string NumberedFile(const std::string& file, std::size_t number) {
  if (number == 1) return file;
  const auto dot = file.rfind('.');
  const auto slash = file.rfind('/');
  const bool has_ending =
      dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot > 0;
  const auto at = has_ending ? dot : file.size();
  return file.substr(0, at) + '.' + std::to_string(number) + file.substr(at);
}

Result<void> WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.close();
  if (!out) return Fail(ErrorCode::kUnavailable, "cannot write " + path);
  return {};
}

}  // namespace warden::cli

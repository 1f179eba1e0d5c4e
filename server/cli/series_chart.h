// SPDX-License-Identifier: Apache-2.0
// Pictures of series for verbs, and the files they go to.
#pragma once

#include <string>
#include <vector>

#include "server/anomaly/verdict.h"
#include "server/base/result.h"
#include "server/chart/chart.h"
#include "server/cli/series_source.h"

namespace warden::cli {

// Values, expectations and bands as verdicts have them; title and unit by the query or the file.
[[nodiscard]] chart::Chart ChartOf(const SeriesFlags& flags, const NamedSeries& series,
                                   const std::vector<anomaly::Verdict>& verdicts);

// `chart.png`, then `chart.2.png`, …
[[nodiscard]] std::string NumberedFile(const std::string& file, std::size_t number);

// unavailable: names the file.
[[nodiscard]] Result<void> WriteFile(const std::string& path, const std::string& bytes);

}  // namespace warden::cli

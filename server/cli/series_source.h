// SPDX-License-Identifier: Apache-2.0
// Where verbs that look at series have them from: a CSV file, or the history of a query, asked of
// the Prometheus that a flag or the configuration names.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "server/anomaly/series.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace CLI {
class App;
}

namespace warden::cli {

struct SeriesFlags {  // as given
  std::string csv_file;
  std::string query;
  std::string prometheus_url;
  std::string config_file;
  std::string since = "30d";
  std::string until;  // empty: now
  std::string step;   // empty: of a query 5m, of a file as it is
  std::size_t max_series = 100;
};

struct NamedSeries {
  std::string name;  // of a query's series the labels, `{a="b"}`; of a file nothing
  std::vector<anomaly::Point> points;
  Duration step{0};  // 0: as the points are
  // Of a file, time and value of each point as they stand there.
  std::vector<std::pair<std::string, std::string>> written;
};

struct SeriesAnswer {
  std::vector<NamedSeries> series;
  std::vector<std::string> notes;  // what was left out, what Prometheus warns of; for stderr
};

// --query, --prometheus.url and their like, and --csv. `flags` outlives the parse.
void AddSeriesFlags(CLI::App& verb, SeriesFlags& flags);

// Reads the file or asks Prometheus (blocks). invalid: the message names the flag, or the file and
// its line.
[[nodiscard]] Result<SeriesAnswer> ReadSeries(const SeriesFlags& flags);

// Whether people look on: progress and colours are for them.
[[nodiscard]] bool IsTerminal(int descriptor);

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
#include "server/cli/series_source.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "promql/model/duration.h"
#include "promql/model/labels.h"
#include "server/base/read_file.h"
#include "server/cli/csv_points.h"
#include "server/cli/prometheus_clients.h"
#include "server/config/load.h"
#include "server/config/url.h"
#include "server/net/curl_http_client.h"
#include "server/prometheus/prometheus_client.h"

namespace warden::cli {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 20;
constexpr std::chrono::milliseconds kUsualStep = std::chrono::minutes(5);
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(2);

Result<std::chrono::milliseconds> ReadDuration(const char* flag, const std::string& text) {
  const auto duration = promql::ParseDuration(text);
  if (!duration || *duration <= std::chrono::milliseconds{0}) {
    return Fail(ErrorCode::kInvalid,
                std::string(flag) + " " + text + " is not a duration such as 30d or 5m");
  }
  return *duration;
}

// The Prometheus of the configuration, with its credentials; --prometheus.url alone needs none.
Result<std::shared_ptr<const Config>> ConfigFor(const SeriesFlags& flags) {
  auto config = std::make_shared<Config>();
  if (!flags.config_file.empty()) {
    auto loaded = LoadConfigFile(flags.config_file);
    if (!loaded) {
      std::string text = Format(loaded.error());
      while (text.ends_with('\n')) text.pop_back();
      return Fail(ErrorCode::kInvalid, std::move(text));
    }
    *config = std::move(loaded->config);
  }
  if (!flags.prometheus_url.empty()) {
    if (const auto problem = HttpUrlProblem(flags.prometheus_url)) {
      return Fail(ErrorCode::kInvalid, "--prometheus.url: " + *problem);
    }
    config->prometheus.url = flags.prometheus_url;
  }
  if (!config->prometheus.is_set()) {
    return Fail(ErrorCode::kInvalid,
                "--query needs --prometheus.url, or a --config.file with a section prometheus");
  }
  return std::shared_ptr<const Config>(std::move(config));
}

Result<promapi::RangeQuery> RangeOf(const SeriesFlags& flags) {
  const auto since = ReadDuration("--since", flags.since);
  if (!since) return std::unexpected(since.error());
  auto step = flags.step.empty() ? Result<std::chrono::milliseconds>(kUsualStep)
                                 : ReadDuration("--step", flags.step);
  if (!step) return std::unexpected(step.error());
  Instant end = SystemClock{}.Now();
  if (!flags.until.empty()) {
    const auto parsed = ParseRfc3339(flags.until);
    if (!parsed) {
      return Fail(ErrorCode::kInvalid, "--until " + flags.until +
                                           " is not an RFC 3339 time such as 2026-11-21T12:00:00Z");
    }
    end = *parsed;
  }
  return promapi::AlignedRange(flags.query, end, *since, *step);
}

// As PromQL writes a selector of exactly this series.
std::string NameOf(const promql::LabelSet& labels) {
  std::string name(labels.Get("__name__"));
  std::string rest;
  for (const auto& [label, value] : labels) {
    if (label == "__name__") continue;
    rest += (rest.empty() ? "" : ",") + label + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        rest += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') rest += '\\';
      rest += c;
    }
    rest += '"';
  }
  if (!rest.empty() || name.empty()) name += '{' + rest + '}';
  return name;
}

Result<SeriesAnswer> AskPrometheus(const SeriesFlags& flags) {
  const auto config = ConfigFor(flags);
  if (!config) return std::unexpected(config.error());
  const auto range = RangeOf(flags);
  if (!range) return std::unexpected(range.error());
  CurlHttpClient http;
  const auto client = PrometheusClients(http)(*config);
  auto answer = client.Query(*range, kPatience);
  if (!answer) return std::unexpected(answer.error());
  SeriesAnswer read;
  read.notes = std::move(answer->warnings);
  if (answer->series.size() > flags.max_series) {
    read.notes.push_back("the query has " + std::to_string(answer->series.size()) +
                         " series; the first " + std::to_string(flags.max_series) +
                         " are looked at (--max-series)");
    answer->series.resize(flags.max_series);
  }
  for (auto& series : answer->series) {
    NamedSeries named;
    named.name = NameOf(series.labels);
    named.step = range->step;
    named.points.reserve(series.samples.size());
    for (const auto& sample : series.samples) named.points.push_back({sample.at, sample.value});
    read.series.push_back(std::move(named));
  }
  return read;
}

Result<SeriesAnswer> ReadCsv(const SeriesFlags& flags) {
  const auto text = ReadFile(flags.csv_file, kLargestFile);
  if (!text) return Fail(text.error().code, flags.csv_file + ": " + text.error().message);
  const auto rows = ReadCsvPoints(*text);
  if (!rows) return Fail(rows.error().code, flags.csv_file + ": " + rows.error().message);
  NamedSeries named;
  if (!flags.step.empty()) {
    const auto step = ReadDuration("--step", flags.step);
    if (!step) return std::unexpected(step.error());
    named.step = *step;
  }
  for (const auto& row : *rows) {
    named.points.push_back(row.point);
    named.written.emplace_back(row.time, row.value);
  }
  SeriesAnswer read;
  read.series.push_back(std::move(named));
  return read;
}

}  // namespace

void AddSeriesFlags(CLI::App& verb, SeriesFlags& flags) {
  verb.add_option("--csv", flags.csv_file,
                  "Series as a file: timestamp,value; times as YYYY-MM-DD HH:MM:SS (UTC), RFC 3339 "
                  "or seconds since 1970")
      ->type_name("FILE");
  verb.add_option("--query", flags.query, "PromQL, whose history is asked of Prometheus")
      ->type_name("PROMQL");
  verb.add_option("--prometheus.url", flags.prometheus_url, "Prometheus, for --query")
      ->type_name("URL");
  verb.add_option("--config.file", flags.config_file,
                  "Configuration whose section prometheus says where, and with which credentials")
      ->envname("PROMWARDEN_CONFIG_FILE")
      ->type_name("FILE");
  verb.add_option("--since", flags.since, "How far back, for --query (" + flags.since + ")")
      ->type_name("DURATION");
  verb.add_option("--until", flags.until, "Up to when, for --query; now unless given")
      ->type_name("TIME");
  verb.add_option("--step", flags.step,
                  "Distance of points (5m for --query; as the points are for --csv)")
      ->type_name("DURATION");
  verb.add_option("--max-series", flags.max_series, "Of a query, so many series at most (100)")
      ->type_name("N");
}

Result<SeriesAnswer> ReadSeries(const SeriesFlags& flags) {
  if (flags.csv_file.empty() == flags.query.empty()) {
    return Fail(ErrorCode::kInvalid, "give one of --csv and --query");
  }
  auto read = flags.query.empty() ? ReadCsv(flags) : AskPrometheus(flags);
  if (!read) return read;
  const bool is_empty = std::all_of(read->series.begin(), read->series.end(),
                                    [](const NamedSeries& s) { return s.points.empty(); });
  if (is_empty) {
    return Fail(ErrorCode::kInvalid, flags.query.empty() ? flags.csv_file + ": no points"
                                                         : "the query has no points in this time");
  }
  return read;
}

bool IsTerminal(int descriptor) { return ::isatty(descriptor) == 1; }

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
// `promwarden forecast`: what series will do next, the range they will stay in, and when they reach
// a threshold. The table goes to stdout, what it rests on to stderr.
#include <CLI/CLI.hpp>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "promql/model/duration.h"
#include "server/anomaly/forecast.h"
#include "server/base/read_file.h"
#include "server/cli/exact.h"
#include "server/cli/series_source.h"
#include "server/cli/verbs.h"
#include "server/cli/wide_csv.h"

namespace warden::cli {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 20;
constexpr std::size_t kFarthest = 100'000;  // steps

struct Options {
  SeriesFlags source;
  std::string wide_file;
  std::string period = "auto";
  std::string threshold;
  std::size_t horizon = 0;
};

int Complain(const std::string& message) {
  std::cerr << "promwarden: " << message << '\n';
  return 2;
}

Result<anomaly::ForecastOptions> ForecastOptionsOf(const Options& options) {
  anomaly::ForecastOptions wanted;
  wanted.horizon = options.horizon;
  if (options.period == "auto") return wanted;
  const std::string& text = options.period;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted.season);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return Fail(ErrorCode::kInvalid, "--period " + text + " is neither auto nor a number of steps");
  }
  return wanted;
}

// Rows are independent; the answers stand in the rows' order.
std::vector<anomaly::Forecast> ForecastAll(const std::vector<WideRow>& rows,
                                           const anomaly::ForecastOptions& options) {
  constexpr unsigned kMostThreads = 16;
  std::vector<anomaly::Forecast> forecasts(rows.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < rows.size(); i = next++) {
      forecasts[i] = anomaly::ForecastSeries(rows[i].values, options);
    }
  };
  const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < cores; ++i) others.emplace_back(work);
  work();
  others.clear();  // joins
  return forecasts;
}

int ForecastWide(const Options& options) {
  const auto wanted = ForecastOptionsOf(options);
  if (!wanted) return Complain(wanted.error().message);
  if (!options.threshold.empty()) return Complain("--threshold takes one series, not --wide");
  const auto text = ReadFile(options.wide_file, kLargestFile);
  if (!text) return Complain(options.wide_file + ": " + text.error().message);
  const auto rows = ReadWideCsv(*text);
  if (!rows) return Complain(options.wide_file + ": " + rows.error().message);
  if (rows->empty()) return Complain(options.wide_file + ": no series");
  const auto forecasts = ForecastAll(*rows, *wanted);
  int status = 0;
  std::string out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (forecasts[i].expected.empty()) {
      std::cerr << "promwarden: " << (*rows)[i].id << ": " << forecasts[i].note << '\n';
      status = 1;
      continue;
    }
    out += (*rows)[i].id;
    for (const double value : forecasts[i].expected) out += ',' + Exact(value);
    out += '\n';
  }
  std::cout << out;
  return status;
}

std::string Quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

std::string InText(Duration ahead) {
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(ahead);
  return promql::FormatDuration(whole);
}

// `lag_regression 40 %, holt_winters 30 %, …`
std::string BasisOf(const anomaly::Forecast& forecast, std::size_t values) {
  std::string text = std::to_string(values) + " values, ";
  text += forecast.periods.season == 0
              ? "no season"
              : "season " + std::to_string(forecast.periods.season) + " steps";
  if (forecast.periods.long_season != 0)
    text += " and " + std::to_string(forecast.periods.long_season);
  for (std::size_t i = 0; i < forecast.shares.size(); ++i) {
    const auto& share = forecast.shares[i];
    text += (i == 0 ? ": " : ", ") + std::string(share.name) + ' ' +
            std::to_string(std::lround(100 * share.weight)) + " %";
  }
  return forecast.note.empty() ? text : text + "; " + forecast.note;
}

std::string CrossingText(const anomaly::Crossing& crossing, const std::string& threshold,
                         const anomaly::EvenSeries& series, std::size_t horizon) {
  const auto when = [&](std::size_t steps) {
    const Instant at = series.At(series.values.size() - 1 + steps);
    return FormatRfc3339(at) + " (in " + InText(at - series.At(series.values.size() - 1)) + ")";
  };
  if (crossing.is_beyond) return "is at " + threshold + " already";
  const std::string what = (crossing.rises ? "rises to " : "falls to ") + threshold;
  const std::string earliest =
      crossing.earliest ? "with 95 % certainty not before " + when(*crossing.earliest)
                        : "with 95 % certainty not within " + InText(series.step * horizon);
  if (!crossing.expected) {
    return "is not expected to " + std::string(crossing.rises ? "rise to " : "fall to ") +
           threshold + " within " + InText(series.step * static_cast<int>(horizon)) +
           (crossing.earliest ? "; " + earliest : "");
  }
  return what + " at " + when(*crossing.expected) + "; " + earliest;
}

int ForecastNamed(const Options& options) {
  auto wanted = ForecastOptionsOf(options);
  if (!wanted) return Complain(wanted.error().message);
  std::optional<double> threshold;
  if (!options.threshold.empty()) {
    threshold = NumberOf(options.threshold);
    if (!threshold || !std::isfinite(*threshold))
      return Complain("--threshold " + options.threshold + " is not a number");
  }
  const auto source = ReadSeries(options.source);
  if (!source) return Complain(source.error().message);
  for (const auto& note : source->notes) std::cerr << "promwarden: " << note << '\n';
  const bool named = !options.source.query.empty();
  int status = 0;
  std::string crossings;
  std::cout << (named ? "series," : "") << "timestamp,expected,lower,upper\n";
  for (const auto& one : source->series) {
    const auto series = anomaly::OntoGrid(one.points, one.step);
    const std::string prefix = named ? one.name + ": " : "";
    if (series.values.empty()) {
      std::cerr << "promwarden: " << prefix << "no two different times: the step is not known\n";
      status = 1;
      continue;
    }
    wanted->day = anomaly::StepsOfADay(series.step);
    const auto forecast = anomaly::ForecastSeries(series.values, *wanted);
    std::cerr << "promwarden: " << prefix << BasisOf(forecast, series.present()) << '\n';
    if (forecast.expected.empty()) {
      status = 1;
      continue;
    }
    for (std::size_t h = 0; h < forecast.expected.size(); ++h) {
      if (named) std::cout << Quoted(one.name) << ',';
      std::cout << FormatRfc3339(series.At(series.values.size() + h)) << ','
                << Exact(forecast.expected[h]) << ',' << Exact(forecast.lower[h]) << ','
                << Exact(forecast.upper[h]) << '\n';
    }
    if (threshold) {
      const double last = anomaly::WithoutGaps(series.values, 0).back();
      crossings += "# " + prefix +
                   CrossingText(anomaly::FindCrossing(forecast, last, *threshold),
                                options.threshold, series, wanted->horizon) +
                   '\n';
    }
  }
  std::cout << crossings;
  return status;
}

int Run(const Options& options) {
  if (options.horizon == 0 || options.horizon > kFarthest) {
    return Complain("--horizon must be a number of steps from 1 to " + std::to_string(kFarthest));
  }
  if (options.wide_file.empty()) return ForecastNamed(options);
  if (!options.source.csv_file.empty() || !options.source.query.empty())
    return Complain("give one of --csv, --wide and --query");
  return ForecastWide(options);
}

}  // namespace

void AddForecast(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand(
      "forecast", "Say what series will do next, in which range, and when they reach a threshold");
  auto options = std::make_shared<Options>();
  AddSeriesFlags(*verb, options->source);
  verb->add_option("--wide", options->wide_file,
                   "Many series as a file, one a row: id,v1,v2,…; prints id,f1,…,fN")
      ->type_name("FILE");
  verb->add_option("--horizon", options->horizon, "Steps to forecast")->required()->type_name("N");
  verb->add_option("--period", options->period, "Steps a season, or auto")->type_name("N|auto");
  verb->add_option("--threshold", options->threshold,
                   "Say when the series reaches this value, on a last line that starts with #")
      ->type_name("X");
  verb->callback([options, &status] { status = Run(*options); });
}

}  // namespace warden::cli

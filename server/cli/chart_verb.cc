// SPDX-License-Identifier: Apache-2.0
// `promwarden chart`: the picture that notifications carry, of any series: values, the band that a
// detector would have expected, a threshold, and what comes next.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promql/model/duration.h"
#include "server/anomaly/backtest.h"
#include "server/anomaly/forecast.h"
#include "server/cli/backtest_report.h"
#include "server/cli/detector_flag.h"
#include "server/cli/exact.h"
#include "server/cli/series_chart.h"
#include "server/cli/series_source.h"
#include "server/cli/verbs.h"

namespace warden::cli {
namespace {

struct Options {
  SeriesFlags source;
  std::string out_file;
  std::string title;
  std::string detector{anomaly::Name(anomaly::kDefaultDetector)};
  std::string last;
  std::string threshold;
  std::string unit;
  std::vector<std::string> marks;
  std::vector<std::string> maintenance;
  std::size_t horizon = 0;
  int width = 800;
  int height = 400;
  bool dark = false;
};

Result<Instant> TimeOf(const char* flag, const std::string& text) {
  const auto at = ParseRfc3339(text);
  if (at) return *at;
  return Fail(ErrorCode::kInvalid, std::string(flag) + " " + text +
                                       " is not an RFC 3339 time such as 2026-11-21T12:00:00Z");
}

std::optional<chart::Unit> UnitNamed(const std::string& name) {
  if (name == "bytes") return chart::Unit::kBytes;
  if (name == "bytes/s") return chart::Unit::kByteRate;
  if (name == "seconds") return chart::Unit::kSeconds;
  if (name == "ratio") return chart::Unit::kRatio;
  if (name == "percent") return chart::Unit::kPercent;
  if (name == "none") return chart::Unit::kNone;
  return std::nullopt;
}

// What is the same in the picture of each series.
Result<chart::Chart> Frame(const Options& options) {
  chart::Chart frame;
  frame.theme = options.dark ? chart::Theme::kDark : chart::Theme::kLight;
  frame.width = options.width;
  frame.height = options.height;
  if (!options.threshold.empty()) {
    frame.threshold = NumberOf(options.threshold);
    if (!frame.threshold || !std::isfinite(*frame.threshold))
      return Fail(ErrorCode::kInvalid, "--threshold " + options.threshold + " is not a number");
  }
  if (!options.unit.empty()) {
    const auto unit = UnitNamed(options.unit);
    if (!unit)
      return Fail(ErrorCode::kInvalid,
                  "--unit must be bytes, bytes/s, seconds, ratio, percent or none");
    frame.unit = *unit;
  }
  for (const auto& text : options.marks) {
    const auto at = TimeOf("--mark", text);
    if (!at) return std::unexpected(at.error());
    frame.marks.push_back(*at);
  }
  for (const auto& text : options.maintenance) {
    const auto slash = text.find('/');
    const auto start = TimeOf("--maintenance", text.substr(0, slash));
    if (!start) return std::unexpected(start.error());
    const auto end =
        TimeOf("--maintenance", slash == std::string::npos ? "" : text.substr(slash + 1));
    if (!end) return std::unexpected(end.error());
    frame.maintenance.push_back({*start, *end});
  }
  return frame;
}

// The forecast goes on where the values end.
void AddForecast(chart::Chart& chart, const anomaly::EvenSeries& series, std::size_t horizon) {
  const auto forecast = anomaly::ForecastSeries(
      series.values, {.horizon = horizon, .day = anomaly::StepsOfADay(series.step)});
  for (std::size_t h = 0; h < forecast.expected.size(); ++h) {
    chart.points.push_back({series.At(series.values.size() + h), std::nan(""), forecast.expected[h],
                            forecast.lower[h], forecast.upper[h]});
  }
}

Result<chart::Chart> Picture(const Options& options, const NamedSeries& series,
                             const anomaly::NamedDetector& detector, const chart::Chart& frame) {
  std::vector<anomaly::Point> points = series.points;
  std::stable_sort(points.begin(), points.end(),
                   [](const anomaly::Point& a, const anomaly::Point& b) { return a.at < b.at; });
  const auto even = anomaly::OntoGrid(points, series.step);
  const auto verdicts =
      anomaly::Backtest(points, detector.kind, detector.ParametersFor(even.step), even.step);
  chart::Chart chart = frame;
  chart::Chart drawn = ChartOf(options.source, series, verdicts);
  chart.title = options.title.empty() ? drawn.title : options.title;
  if (options.unit.empty()) chart.unit = drawn.unit;
  chart.points = std::move(drawn.points);
  for (const auto& episode : Summarise(verdicts, even.step).episodes)
    chart.episodes.push_back({episode.start, episode.end});
  if (!options.last.empty()) {
    const auto last = promql::ParseDuration(options.last);
    if (!last || last->count() <= 0) {
      return Fail(ErrorCode::kInvalid, "--last " + options.last + " is not a duration such as 1d");
    }
    const Instant from = chart.points.back().at - *last;
    std::erase_if(chart.points, [&](const chart::ChartPoint& p) { return p.at < from; });
  }
  if (options.horizon > 0 && !even.values.empty()) AddForecast(chart, even, options.horizon);
  return chart;
}

int Complain(const std::string& message) {
  std::cerr << "promwarden: " << message << '\n';
  return 2;
}

int Run(const Options& options) {
  const auto detector = DetectorOf(options.detector);
  if (!detector) return Complain(detector.error().message);
  if (options.horizon > 100'000) return Complain("--horizon must be at most 100000 steps");
  const auto frame = Frame(options);
  if (!frame) return Complain(frame.error().message);
  const auto source = ReadSeries(options.source);
  if (!source) return Complain(source.error().message);
  for (const auto& note : source->notes) std::cerr << "promwarden: " << note << '\n';
  std::size_t number = 0;
  for (const auto& series : source->series) {
    if (series.points.empty()) continue;
    const auto picture = Picture(options, series, *detector, *frame);
    if (!picture) return Complain(picture.error().message);
    const auto png = chart::RenderPng(*picture);
    if (!png) return Complain(png.error().message);
    const auto file = NumberedFile(options.out_file, ++number);
    if (auto written = WriteFile(file, *png); !written) return Complain(written.error().message);
    std::cout << file << (series.name.empty() ? "" : ": ") << series.name << '\n';
  }
  return 0;
}

}  // namespace

void AddChart(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand(
      "chart", "Draw series with the band that a detector expects, as notifications show it");
  auto options = std::make_shared<Options>();
  AddSeriesFlags(*verb, options->source);
  verb->add_option("--out", options->out_file,
                   "PNG to write; of a query's further series FILE.2.png, …")
      ->required()
      ->type_name("FILE");
  verb->add_option("--title", options->title, "The query or the file unless given")
      ->type_name("TEXT");
  verb->add_option("--detector", options->detector, DetectorHelp())->type_name("NAME");
  verb->add_option("--last", options->last, "Draw only so much; the detector knows all of it")
      ->type_name("DURATION");
  verb->add_option("--threshold", options->threshold, "A dashed line")->type_name("X");
  verb->add_option("--unit", options->unit,
                   "bytes, bytes/s, seconds, ratio, percent or none; by the query unless given")
      ->type_name("UNIT");
  verb->add_option("--mark", options->marks, "When something was deployed; may be repeated")
      ->type_name("TIME");
  verb->add_option("--maintenance", options->maintenance, "A grey span; may be repeated")
      ->type_name("START/END");
  verb->add_option("--horizon", options->horizon, "Go on with a forecast of so many steps")
      ->type_name("N");
  verb->add_option("--width", options->width, "Pixels, 200 to 2000 (800)")->type_name("N");
  verb->add_option("--height", options->height, "Pixels, 150 to 2000 (400)")->type_name("N");
  verb->add_flag("--dark", options->dark, "Light on dark");
  verb->callback([options, &status] { status = Run(*options); });
}

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
// `promwarden backtest`: what a detector would have said of a series, had it watched from the first
// point on. The report goes to stdout, the verdicts and a chart into files that flags name.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "server/anomaly/backtest.h"
#include "server/cli/backtest_report.h"
#include "server/cli/detector_flag.h"
#include "server/cli/exact.h"
#include "server/cli/series_chart.h"
#include "server/cli/series_source.h"
#include "server/cli/verbs.h"
#include "server/config/alert_budget.h"

namespace warden::cli {
namespace {

constexpr const char* kBudget = "1/30d";  // unless said

struct Options {
  SeriesFlags source;
  std::string scores_file;
  std::string png_file;
  std::string detector{anomaly::Name(anomaly::kDefaultDetector)};
  std::string budget;  // empty: not said
  bool dark = false;
};

int Complain(const std::string& message) {
  std::cerr << "promwarden: " << message << '\n';
  return 2;
}

using RowText = std::pair<std::string, std::string>;  // time and value

// As the file has them; of a query, as exact as they are.
std::vector<RowText> TextsOf(const NamedSeries& series) {
  if (!series.written.empty()) return series.written;
  std::vector<RowText> texts;
  for (const auto& point : series.points) {
    texts.emplace_back(FormatRfc3339(point.at), Exact(point.value));
  }
  return texts;
}

std::string QuotedCell(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

void AddScores(std::string& text, const std::string& prefix, const std::vector<RowText>& rows,
               const std::vector<anomaly::Verdict>& verdicts) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& verdict = verdicts[i];
    text += prefix + rows[i].first + ',' + rows[i].second;
    // The score of an alert: of an event where it begins or grows.
    for (const double number : {verdict.expected, verdict.lower, verdict.upper, verdict.news})
      text += ',' + Exact(number);
    text += anomaly::IsAnomalous(verdict.state) ? ",1\n" : ",0\n";
  }
}

struct Verdicts {
  std::vector<anomaly::Verdict> by_time;
  std::vector<anomaly::Verdict> by_row;
};

// Files need not be in order of time; detectors need.
template <class Judge>
Verdicts InOrderOfRows(const std::vector<anomaly::Point>& points, Judge judge) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a].at < points[b].at; });
  std::vector<anomaly::Point> sorted;
  sorted.reserve(points.size());
  for (const std::size_t i : order) sorted.push_back(points[i]);
  Verdicts verdicts{.by_time = judge(sorted), .by_row = {}};
  verdicts.by_row.resize(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) verdicts.by_row[order[i]] = verdicts.by_time[i];
  return verdicts;
}

// One series after another; on a terminal, how far it is.
class Progress {
 public:
  explicit Progress(std::size_t all) : all_(all), is_shown_(all > 1 && IsTerminal(STDERR_FILENO)) {}
  ~Progress() {
    if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void Next() {
    ++done_;
    if (is_shown_) std::cerr << "\r\x1b[K" << done_ << " of " << all_ << " series" << std::flush;
  }
  // Before a line to stdout, which may be the same terminal.
  void Clear() const {
    if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  std::size_t all_;
  std::size_t done_ = 0;
  bool is_shown_;
};

// The budget to compare with: none of a check with fixed limits.
Result<std::string> BudgetOf(const Options& options, const anomaly::NamedDetector& detector) {
  if (detector.domain != nullptr) {
    if (options.budget.empty()) return "";
    return Fail(ErrorCode::kInvalid,
                options.detector + " has fixed limits and keeps to no --alert-budget");
  }
  const std::string text = options.budget.empty() ? kBudget : options.budget;
  if (!ParseAlertBudget(text))
    return Fail(ErrorCode::kInvalid, "--alert-budget " + text + " is not of the form 1/30d");
  return text;
}

anomaly::DetectorParameters ParametersOf(const anomaly::NamedDetector& detector,
                                         const std::string& budget, Duration step) {
  anomaly::DetectorParameters parameters = detector.ParametersFor(step);
  if (const auto alerts = ParseAlertBudget(budget)) parameters.judgement.alert_budget = *alerts;
  return parameters;
}

int Run(const Options& options) {
  const auto detector = DetectorOf(options.detector);
  if (!detector) return Complain(detector.error().message);
  const auto budget = BudgetOf(options, *detector);
  if (!budget) return Complain(budget.error().message);
  const auto source = ReadSeries(options.source);
  if (!source) return Complain(source.error().message);
  for (const auto& note : source->notes) std::cerr << "promwarden: " << note << '\n';
  const bool is_named = !options.source.query.empty();
  std::string scores = std::string(is_named ? "series," : "") +
                       "timestamp,value,expected,lower,upper,score,anomalous\n";
  std::size_t number = 0;
  Progress progress(source->series.size());
  for (const auto& series : source->series) {
    progress.Next();
    const Duration step = series.step > Duration{0}
                              ? series.step
                              : anomaly::OntoGrid(series.points).step;  // whatever their order
    const auto parameters = ParametersOf(*detector, *budget, step);
    const auto verdicts = InOrderOfRows(series.points, [&](std::span<const anomaly::Point> sorted) {
      return anomaly::Backtest(sorted, detector->kind, parameters, step);
    });
    const auto summary = Summarise(verdicts.by_time, step);
    progress.Clear();
    if (is_named) std::cout << series.name << '\n';
    std::cout << Report(summary, step, *budget);
    if (!options.scores_file.empty()) {
      AddScores(scores, is_named ? QuotedCell(series.name) + ',' : "", TextsOf(series),
                verdicts.by_row);
    }
    if (!options.png_file.empty()) {
      auto chart = ChartOf(options.source, series, verdicts.by_time);
      chart.theme = options.dark ? chart::Theme::kDark : chart::Theme::kLight;
      for (const auto& episode : summary.episodes)
        chart.episodes.push_back({episode.start, episode.end});
      const auto png = chart::RenderPng(chart);
      if (!png) return Complain(png.error().message);
      if (auto written = WriteFile(NumberedFile(options.png_file, ++number), *png); !written)
        return Complain(written.error().message);
    }
  }
  if (!options.scores_file.empty()) {
    if (auto written = WriteFile(options.scores_file, scores); !written)
      return Complain(written.error().message);
  }
  return 0;
}

}  // namespace

void AddBacktest(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand(
      "backtest", "Say what a detector would have said of a series, point by point");
  auto options = std::make_shared<Options>();
  AddSeriesFlags(*verb, options->source);
  verb->add_option("--detector", options->detector, DetectorHelp())->type_name("NAME");
  verb->add_option("--alert-budget", options->budget,
                   std::string("Alerts that a series may cost (") + kBudget + ")")
      ->type_name("N/DURATION");
  verb->add_option("--scores", options->scores_file, "Write a row of verdict per row of input")
      ->type_name("FILE");
  verb->add_option("--png", options->png_file,
                   "Draw series, band and episodes; of a query's further series FILE.2.png, …")
      ->type_name("FILE");
  verb->add_flag("--dark", options->dark, "Draw on dark ground");
  verb->callback([options, &status] { status = Run(*options); });
}

}  // namespace warden::cli

// SPDX-License-Identifier: Apache-2.0
// `promwarden backtest`: what a detector would have said of a series, had it watched from the first
// point on.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "server/anomaly/backtest.h"
#include "server/base/read_file.h"
#include "server/cli/csv_points.h"
#include "server/cli/exact.h"
#include "server/cli/verbs.h"

namespace warden::cli {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 20;

struct Options {
  std::string csv_file;
  std::string scores_file;
  std::string detector{anomaly::Name(anomaly::kDefaultDetector)};
};

std::string ScoresText(const std::vector<CsvRow>& rows,
                       const std::vector<anomaly::Verdict>& verdicts) {
  std::string text = "timestamp,value,expected,lower,upper,score,anomalous\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& verdict = verdicts[i];
    text += rows[i].time + ',' + rows[i].value;
    for (const double number : {verdict.expected, verdict.lower, verdict.upper, verdict.score})
      text += ',' + Exact(number);
    text += anomaly::IsAnomalous(verdict.state) ? ",1\n" : ",0\n";
  }
  return text;
}

int Run(const Options& options) {
  const auto complain = [](const std::string& message) {
    std::cerr << "promwarden: " << message << '\n';
    return 2;
  };
  const auto kind = anomaly::DetectorKindOf(options.detector);
  if (!kind) return complain("there is no detector \"" + options.detector + "\"");
  const auto text = ReadFile(options.csv_file, kLargestFile);
  if (!text) return complain(options.csv_file + ": " + text.error().message);
  const auto rows = ReadCsvPoints(*text);
  if (!rows) return complain(options.csv_file + ": " + rows.error().message);
  std::vector<anomaly::Point> points;
  points.reserve(rows->size());
  for (const auto& row : *rows) points.push_back(row.point);
  const auto verdicts = anomaly::Backtest(points, *kind, {});
  if (!options.scores_file.empty()) {
    std::ofstream out(options.scores_file, std::ios::binary);
    out << ScoresText(*rows, verdicts);
    out.close();
    if (!out) return complain("cannot write " + options.scores_file);
  }
  std::size_t anomalous = 0;
  for (const auto& verdict : verdicts) anomalous += anomaly::IsAnomalous(verdict.state) ? 1 : 0;
  std::cout << rows->size() << " points, " << anomalous << " anomalous\n";
  return 0;
}

}  // namespace

void AddBacktest(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand(
      "backtest", "Say what a detector would have said of a series, point by point");
  auto options = std::make_shared<Options>();
  verb->add_option("--csv", options->csv_file, "Series: timestamp,value")
      ->required()
      ->type_name("FILE");
  verb->add_option("--scores", options->scores_file, "Write a row of verdict per row of input")
      ->type_name("FILE");
  verb->add_option("--detector", options->detector, "Detector (" + options->detector + ")")
      ->type_name("NAME");
  verb->callback([options, &status] { status = Run(*options); });
}

}  // namespace warden::cli

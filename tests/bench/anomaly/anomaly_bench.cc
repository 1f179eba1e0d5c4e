// SPDX-License-Identifier: Apache-2.0
// What anomaly checks cost: a Holt-Winters fit of a week of 5-minute points (beside the seconds
// statsmodels' default fit took where the golden files were made), one streamed point with its
// band, 100,000 of them (alone: `bench_anomaly watch`), reading an answer, drawing a chart. Best of
// several runs: other work on the machine only ever adds.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "server/anomaly/auto_engine.h"
#include "server/anomaly/detector.h"
#include "server/anomaly/holt_winters_fit.h"
#include "server/chart/chart.h"
#include "server/prometheus/answer.h"
#include "tests/unit/server/anomaly/golden.h"
#include "tests/unit/server/anomaly/made_series.h"

namespace warden::anomaly {
namespace {

double BestSeconds(int runs, const std::function<void()>& work) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  return best;
}

// Of this process, so that a busy machine counts for less: for what waits for memory, not for
// others.
double BestProcessorSeconds(int runs, const std::function<void()>& work) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const std::clock_t start = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

void BenchFits() {
  std::printf("%-40s %6s %5s %10s %8s %9s %9s\n", "fit (all states and parameters)", "points", "m",
              "ms", "warm ms", "ratio", "sse/best");
  int not_above = 0;
  int files = 0;
  for (const auto& path : GoldenFiles("holt_winters", "fit_")) {
    const rapidjson::Document target = ReadJson(path);
    const rapidjson::Document golden =
        ReadJson(path.parent_path() / target["series_file"].GetString());
    const std::vector<double> series = Numbers(golden["series"]);
    const HoltWintersForm form = FormOf(golden);
    HoltWintersFit fit;
    const double seconds = BestSeconds(9, [&] { fit = FitHoltWinters(series, form).value(); });
    const double warm = BestSeconds(9, [&] { (void)RefitHoltWinters(series, form, fit); });
    const double sse = fit.sse / target["target_states_optimised"]["sse"].GetDouble();
    ++files;
    not_above += sse <= 1.0005 ? 1 : 0;
    std::printf("%-40s %6zu %5zu %10.3f %8.3f %8.0fx %9.6f\n", path.stem().c_str(), series.size(),
                form.period, 1e3 * seconds, 1e3 * warm,
                target["default_seconds"].GetDouble() / seconds, sse);
  }
  if (files == 0) std::printf("  no golden files in %s\n", GoldenFolder().c_str());
  std::printf(
      "%d of %d fits at most at the best known error; ratio: statsmodels' recorded time\n\n",
      not_above, files);
}

void BenchDetectors() {
  const std::vector<double> week = MakeDaily(1);
  const std::vector<double> day = MakeDaily(2, {.points = 288 * 20});
  std::printf("%-40s %12s %16s\n", "detector", "learn ms", "point+band us");
  for (const DetectorKind kind :
       {DetectorKind::kAuto, DetectorKind::kHoltWinters, DetectorKind::kEwma, DetectorKind::kZscore,
        DetectorKind::kMad, DetectorKind::kRollingPercentile, DetectorKind::kSeasonal,
        DetectorKind::kTrend, DetectorKind::kLevelShift, DetectorKind::kFatigue}) {
    const auto detector = MakeDetector(kind, {});
    const double learn = BestSeconds(5, [&] {
      detector->Begin(Even({}).start, std::chrono::minutes(5));
      detector->Learn(week);
    });
    double scores = 0;
    // On from the week, so that times never fall.
    Instant at = Even({}).start + std::chrono::days(7);
    const double stream = BestSeconds(5, [&] {
      for (const double value : day) {
        scores += detector->Step(value, at, Judgement{}).score;
        at += std::chrono::minutes(5);
      }
    });
    std::printf("%-40s %12.3f %16.3f%s\n", std::string(Name(kind)).c_str(), 1e3 * learn,
                1e6 * stream / static_cast<double>(day.size()), std::isnan(scores) ? "!" : "");
  }
  std::printf("\n");
}

// A series' check on a schedule without the query: state back from the store, one new point judged
// with its band, state to the store.
void BenchSeriesCheck() {
  AutoEngine engine({});
  engine.SetStep(std::chrono::minutes(5));
  const std::vector<double> days = MakeDaily(4, {.points = 288 * 20});
  const EvenSeries grid = Even(days);
  for (std::size_t i = 0; i < days.size(); ++i)
    (void)engine.Step(days[i], grid.At(i), AutoEngine::Bands::kNone);
  const std::string saved = engine.Save();
  constexpr std::size_t kChecks = 2000;
  double scores = 0;
  const double seconds = BestSeconds(5, [&] {
    for (std::size_t i = 0; i < kChecks; ++i) {
      AutoEngine one({});
      one.SetStep(std::chrono::minutes(5));
      if (!one.Restore(saved)) return;
      scores += one.Step(days[i], grid.At(days.size()), AutoEngine::Bands::kWanted).score;
      scores += static_cast<double>(one.Save().size()) * 0;
    }
  });
  std::printf("series-check with one new point, auto: %.2f us; state %zu bytes%s\n\n",
              1e6 * seconds / kChecks, saved.size(), std::isnan(scores) ? "!" : "");
}

// A watch's series, one new point each: the states lie in memory, each somewhere else, and are
// moved on by a step, with the band that production always asks for, or without. They go to the
// store every 15 minutes: a fifteenth of that is in each minute, too.
void BenchWatch() {
  constexpr std::size_t kSeries = 100'000;
  AutoEngine engine({});
  engine.SetStep(std::chrono::minutes(1));
  const std::vector<double> values = MakeDaily(4, {.points = 288 * 10});
  const EvenSeries grid = Even(values);
  for (std::size_t i = 0; i < values.size(); ++i)
    (void)engine.Step(values[i], grid.At(i), AutoEngine::Bands::kNone);
  std::vector<AutoEngine> engines(kSeries, engine);
  Instant at = grid.At(values.size());
  double scores = 0;
  std::printf("%zu series, one new point each, arithmetic only%13s %9s %15s\n", kSeries, "s",
              "us each", "% of a core");
  const auto print = [](const char* what, double seconds, double minutes) {
    std::printf("  %-56s %9.3f %9.2f %15.2f\n", what, seconds, 1e6 * seconds / kSeries,
                100 * seconds / 60 / minutes);
  };
  for (const auto bands : {AutoEngine::Bands::kWanted, AutoEngine::Bands::kNone}) {
    const double seconds = BestProcessorSeconds(3, [&] {
      for (std::size_t i = 0; i < kSeries; ++i)
        scores += engines[i].Step(values[i % values.size()], at, bands).score;
      at += std::chrono::minutes(1);
    });
    print(bands == AutoEngine::Bands::kWanted ? "step with its band, each minute"
                                              : "step without a band, each minute",
          seconds, 1);
  }
  std::size_t bytes = 0;
  const double save = BestProcessorSeconds(3, [&] {
    for (const auto& one : engines) bytes += one.Save().size();
  });
  print("state as bytes, every 15 minutes", save, 15);
  const std::string saved = engine.Save();
  const double restore = BestProcessorSeconds(3, [&] {
    for (auto& one : engines) bytes += one.Restore(saved) ? 1U : 0U;
  });
  std::printf("  all states back after a restart: %.3f s; state %zu bytes, engine %zu%s\n\n",
              restore, saved.size(), sizeof(AutoEngine),
              std::isnan(scores) || bytes == 0 ? "!" : "");
}

void BenchAnswer() {
  std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  constexpr int kSeries = 500;
  constexpr int kPoints = 2016;
  for (int s = 0; s < kSeries; ++s) {
    body += (s == 0 ? "" : ",") + std::string(R"({"metric":{"__name__":"m","instance":"host-)") +
            std::to_string(s) + R"(:9100","job":"node"},"values":[)";
    for (int t = 0; t < kPoints; ++t) {
      body += (t == 0 ? "[" : ",[") + std::to_string(1'795'000'000 + 300 * t) + ",\"" +
              std::to_string(100 + s + 0.37 * t) + "\"]";
    }
    body += "]}";
  }
  body += "]}}";
  std::size_t samples = 0;
  const double seconds = BestSeconds(3, [&] {
    const auto answer = promapi::ReadAnswer(200, body);
    samples = 0;
    for (const auto& series : answer->series) samples += series.samples.size();
  });
  std::printf("read an answer of %zu samples (%.1f MB): %.1f ms, %.0f MB/s, %.0f ns a sample\n\n",
              samples, static_cast<double>(body.size()) / 1e6, 1e3 * seconds,
              static_cast<double>(body.size()) / 1e6 / seconds,
              1e9 * seconds / static_cast<double>(samples));
}

void BenchChart() {
  chart::Chart chart;
  chart.title = "a day";
  const std::vector<double> day = MakeDaily(3, {.points = 288});
  for (std::size_t i = 0; i < day.size(); ++i) {
    chart.points.push_back({Even({}).start + std::chrono::minutes(5) * static_cast<int>(i), day[i],
                            day[i], day[i] - 8, day[i] + 8});
  }
  std::size_t bytes = 0;
  const double seconds = BestSeconds(5, [&] { bytes = chart::RenderPng(chart)->size(); });
  std::printf("draw a chart of %zu points: %.1f ms, %zu bytes\n", day.size(), 1e3 * seconds, bytes);
}

// For beside_statsmodels.py: one golden series, the processor time of a fit, as JSON.
int FitOne(const std::string& path) {
  const rapidjson::Document golden = ReadJson(path);
  const std::vector<double> series = Numbers(golden["series"]);
  const HoltWintersForm form = FormOf(golden);
  HoltWintersFit fit;
  constexpr int kRuns = 5;
  const std::clock_t start = std::clock();
  for (int run = 0; run < kRuns; ++run) fit = FitHoltWinters(series, form).value();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kRuns;
  std::printf("{\"seconds\":%.9f,\"sse\":%.17g,\"evaluations\":%zu}\n", seconds, fit.sse,
              fit.evaluations);
  return 0;
}

}  // namespace
}  // namespace warden::anomaly

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "watch") {
    warden::anomaly::BenchWatch();
    return 0;
  }
  if (argc == 3 && std::string(argv[1]) == "fit") return warden::anomaly::FitOne(argv[2]);
  warden::anomaly::BenchFits();
  warden::anomaly::BenchDetectors();
  warden::anomaly::BenchSeriesCheck();
  warden::anomaly::BenchWatch();
  warden::anomaly::BenchAnswer();
  warden::anomaly::BenchChart();
}

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/anomaly/ewma.h"
#include "server/anomaly/statistics.h"
#include "tests/unit/server/anomaly/golden.h"

namespace warden::anomaly {
namespace {

void ExpectClose(double got, double golden, double scale, const char* what, std::size_t row) {
  if (std::isnan(golden)) return;
  EXPECT_NEAR(got, golden, 1e-9 * scale) << what << " at row " << row;
}

TEST(Ewma, AgreesWithGoldenMeansAndVariances) {
  const auto files = GoldenFiles("rolling", "");
  if (files.empty()) GTEST_SKIP() << "no golden files in " << GoldenFolder();
  for (const auto& path : files) {
    const rapidjson::Document golden = ReadJson(path);
    const std::vector<double> series = Numbers(golden["series"]);
    for (const double alpha : {0.05, 0.3}) {
      for (const Weighting weighting : {Weighting::kRecursive, Weighting::kAdjusted}) {
        const bool adjusted = weighting == Weighting::kAdjusted;
        const std::string key = std::string("ewm_alpha") + (alpha == 0.05 ? "0.05" : "0.3") +
                                (adjusted ? "_adjusted" : "_recursive");
        SCOPED_TRACE(path.filename().string() + " " + key);
        const auto& expected = golden["expected"][key.c_str()];
        const std::vector<double> means = Numbers(expected["mean"]);
        const std::vector<double> variances = Numbers(expected["var_biased"]);
        Ewma ewma(alpha, weighting);
        double scale = 0;
        for (std::size_t i = 0; i < series.size(); ++i) {
          ewma.Add(series[i]);
          scale = std::max(scale, std::abs(series[i]));
          ExpectClose(ewma.mean(), means[i], scale, "mean", i);
          ExpectClose(ewma.deviation() * ewma.deviation(), variances[i], scale * scale, "var", i);
        }
      }
    }
  }
}

TEST(Statistics, AgreeWithGoldenRollingWindows) {
  const auto files = GoldenFiles("rolling", "");
  if (files.empty()) GTEST_SKIP() << "no golden files in " << GoldenFolder();
  for (const auto& path : files) {
    SCOPED_TRACE(path.filename().string());
    const rapidjson::Document golden = ReadJson(path);
    const std::vector<double> series = Numbers(golden["series"]);
    const auto& expected = golden["expected"]["rolling36"];
    std::map<std::string, std::vector<double>> columns;
    for (const auto& column : expected.GetObject()) {
      columns[column.name.GetString()] = Numbers(column.value);
    }
    ASSERT_EQ(columns.size(), 12U);
    double scale = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      // The golden window is 36 rows, of which missing ones are left out.
      SortedWindow window(36);
      for (std::size_t row = i < 35 ? 0 : i - 35; row <= i; ++row) {
        if (!std::isnan(series[row])) window.Add(series[row]);
      }
      if (window.size() < 5) continue;
      scale = std::max(scale, std::abs(window.sorted().back()));
      const auto sorted = window.sorted();
      const MeanAndDeviation seen = MeanDeviation(sorted);
      ExpectClose(seen.mean, columns["mean"][i], scale, "mean", i);
      // pandas' own rolling variance drifts by about 1e-8 of the largest value.
      EXPECT_NEAR(seen.deviation, columns["std_pop"][i], 1e-7 * scale) << "row " << i;
      ExpectClose(QuantileOfSorted(sorted, 0.5), columns["median"][i], scale, "median", i);
      ExpectClose(MadOfSorted(sorted), columns["mad"][i], scale, "mad", i);
      for (const char* q : {"0.01", "0.05", "0.25", "0.75", "0.95", "0.99"}) {
        ExpectClose(QuantileOfSorted(sorted, std::atof(q)),
                    columns[std::string("quantile_") + q][i], scale, q, i);
      }
    }
  }
}

TEST(SortedWindow, StaysSortedAndForgetsTheOldest) {
  SortedWindow window(4);
  const std::vector<double> values = {5, 1, 4, 1, 9, 9, 0, 1, 1, 1, 1, 7};
  for (std::size_t i = 0; i < values.size(); ++i) {
    window.Add(values[i]);
    std::vector<double> last(values.begin() + static_cast<std::ptrdiff_t>(i < 3 ? 0 : i - 3),
                             values.begin() + static_cast<std::ptrdiff_t>(i + 1));
    std::sort(last.begin(), last.end());
    EXPECT_EQ(std::vector<double>(window.sorted().begin(), window.sorted().end()), last);
  }
}

}  // namespace
}  // namespace warden::anomaly

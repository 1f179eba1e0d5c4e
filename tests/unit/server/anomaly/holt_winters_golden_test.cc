// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/anomaly/holt_winters_error.h"
#include "server/anomaly/holt_winters_fit.h"
#include "server/anomaly/holt_winters_model.h"
#include "tests/unit/server/anomaly/golden.h"

namespace warden::anomaly {
namespace {

double Largest(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

TEST(HoltWintersModel, AgreesWithGoldenRecursionsToTwelveDigits) {
  const auto files = GoldenFiles("holt_winters", "hw_");
  if (files.empty()) GTEST_SKIP() << "no golden files in " << GoldenFolder();
  double worst = 0;
  for (const auto& path : files) {
    SCOPED_TRACE(path.filename().string());
    const rapidjson::Document golden = ReadJson(path);
    const std::vector<double> series = Numbers(golden["series"]);
    const double tolerance = 1e-12 * Largest(series);
    const auto& start = golden["initial"];
    HoltWintersStates states;
    states.level = start["level"].GetDouble();
    states.trend = NumberOr(start["trend"], 0);
    if (start["seasonal"].IsArray()) states.season = Numbers(start["seasonal"]);
    const auto& p = golden["smoothing"];
    const Smoothing smoothing{NumberOr(p["alpha"], 0), NumberOr(p["beta"], 0),
                              NumberOr(p["gamma"], 0), NumberOr(p["phi"], 1)};
    HoltWintersModel model(FormOf(golden), smoothing, states);

    const auto& expected = golden["expected"];
    const std::vector<double> fitted = Numbers(expected["fitted"]);
    double sse = 0;
    for (std::size_t t = 0; t < series.size(); ++t) {
      const double forecast = model.Forecast();
      ASSERT_NEAR(forecast, fitted[t], tolerance) << "at " << t;
      worst = std::max(worst, std::abs(forecast - fitted[t]) / Largest(series));
      const double error = model.Step(series[t]);
      sse += error * error;
    }
    const bool offset = path.filename().string().find("big_offset") != std::string::npos;
    const double golden_sse = expected["sse"].GetDouble();
    EXPECT_NEAR(sse, golden_sse, golden_sse * (offset ? 1e-4 : 1e-9) + 1e-24);
    const HoltWintersStates last = model.states();
    EXPECT_NEAR(last.level, expected["final_level"].GetDouble(), tolerance);
    if (expected["final_trend"].IsNumber()) {
      const bool factor = FormOf(golden).trend == Component::kMultiplicative;
      EXPECT_NEAR(last.trend, expected["final_trend"].GetDouble(), factor ? 1e-12 : tolerance);
    }
    if (expected["final_seasonal"].IsArray()) {
      const std::vector<double> season = Numbers(expected["final_seasonal"]);
      ASSERT_EQ(season.size(), last.season.size());
      const bool factor = FormOf(golden).season == Component::kMultiplicative;
      for (std::size_t j = 0; j < season.size(); ++j) {
        EXPECT_NEAR(last.season[j], season[j], factor ? 1e-12 : tolerance) << "season " << j;
      }
    }
    const std::vector<double> forecast = Numbers(expected["forecast"]);
    for (std::size_t h = 1; h <= forecast.size(); ++h) {
      EXPECT_NEAR(model.Forecast(h), forecast[h - 1], tolerance) << "h " << h;
    }
  }
  RecordProperty("worst", std::to_string(worst));
  EXPECT_EQ(files.size(), 32U);
}

TEST(HoltWintersFit, ReachesTheBestKnownErrorOnEveryGoldenSeries) {
  const auto files = GoldenFiles("holt_winters", "fit_");
  if (files.empty()) GTEST_SKIP() << "no golden files in " << GoldenFolder();
  int at_most_equal = 0;
  for (const auto& path : files) {
    SCOPED_TRACE(path.filename().string());
    const rapidjson::Document target = ReadJson(path);
    const rapidjson::Document golden =
        ReadJson(path.parent_path() / target["series_file"].GetString());
    const std::vector<double> series = Numbers(golden["series"]);
    const HoltWintersForm form = FormOf(golden);
    const auto fit = FitHoltWinters(series, form);
    ASSERT_TRUE(fit.has_value());
    const double ratio = fit->sse / target["target_states_optimised"]["sse"].GetDouble();
    EXPECT_LE(ratio, 1.002);
    if (ratio <= 1.0005) ++at_most_equal;

    // What is reported is what the recursion gives.
    HoltWintersModel model(form, fit->smoothing, fit->initial);
    double sse = 0;
    for (const double y : series) {
      const double error = model.Step(y);
      sse += error * error;
    }
    const bool offset = path.filename().string().find("big_offset") != std::string::npos;
    EXPECT_NEAR(sse / fit->sse, 1, offset ? 1e-3 : 1e-6);
    EXPECT_GE(fit->smoothing.alpha, 0);
    EXPECT_LE(fit->smoothing.alpha + fit->smoothing.gamma, 1 + 1e-12);
  }
  EXPECT_EQ(files.size(), 31U);
  EXPECT_GE(at_most_equal, 28);
}

TEST(HoltWintersFit, WarmRefitIsCheapAndNotWorse) {
  const auto path = GoldenFolder() / "holt_winters" / "hw_25_syn_add_m288.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no golden files in " << GoldenFolder();
  const rapidjson::Document golden = ReadJson(path);
  const std::vector<double> series = Numbers(golden["series"]);
  const auto cold = FitHoltWinters(series, FormOf(golden));
  ASSERT_TRUE(cold.has_value());
  const auto warm = RefitHoltWinters(series, FormOf(golden), *cold);
  ASSERT_TRUE(warm.has_value());
  EXPECT_LE(warm->sse, cold->sse * (1 + 1e-9));
  EXPECT_LT(warm->evaluations, 30U);
}

TEST(HoltWintersModel, KnowsHowItsErrorGrows) {
  const Smoothing p{.alpha = 0.5, .beta = 0.2, .gamma = 0.3, .phi = 0.9};
  const HoltWintersStates flat{.level = 1, .trend = 0, .season = {0, 0, 0}};
  const HoltWintersModel level({Component::kNone, Damping::kNone, Component::kNone, 0}, p,
                               {.level = 1, .trend = 0, .season = {}});
  EXPECT_DOUBLE_EQ(level.ErrorGrowth(1), 1);
  EXPECT_DOUBLE_EQ(level.ErrorGrowth(5), std::sqrt(1 + 4 * 0.25));
  const HoltWintersModel season({Component::kNone, Damping::kNone, Component::kAdditive, 3}, p,
                                flat);
  EXPECT_DOUBLE_EQ(season.ErrorGrowth(4), std::sqrt(1 + 2 * 0.25 + 0.64));
  const HoltWintersModel trend({Component::kAdditive, Damping::kNone, Component::kNone, 0}, p,
                               {.level = 1, .trend = 0, .season = {}});
  EXPECT_DOUBLE_EQ(trend.ErrorGrowth(3), std::sqrt(1 + 0.36 + 0.49));
  const HoltWintersModel damped({Component::kAdditive, Damping::kDamped, Component::kNone, 0}, p,
                                {.level = 1, .trend = 0, .season = {}});
  EXPECT_DOUBLE_EQ(damped.ErrorGrowth(2), std::sqrt(1 + 0.59 * 0.59));
}

// Central differences against the adjoint, for every form, with and without a gap.
class Gradient
    : public ::testing::TestWithParam<std::tuple<Component, Damping, Component, double>> {};

TEST_P(Gradient, IsExact) {
  const auto [trend, damping, season, ninth] = GetParam();
  const HoltWintersForm form{trend, damping, season, season == Component::kNone ? 0U : 4U};
  const std::vector<double> series = {10, 14, 8,  11, 11.5, 15.5, 9,  12, ninth, 17,
                                      10, 13, 13, 18, 10.5, 14,   14, 19, 11.5,  15};
  std::vector<double> x = {0.5, 0.4, 0.6, 0.7, 10, 0.3};
  if (trend == Component::kMultiplicative) x[kSlope] = 1.02;
  for (std::size_t j = 0; j < form.period; ++j) {
    const double offset = 0.1 * static_cast<double>(j) - 0.15;
    x.push_back(season == Component::kMultiplicative ? 1 + offset : 5 * offset);
  }
  HoltWintersError error(series, form);
  std::vector<double> gradient(x.size());
  const double value = error.ValueAndGradient(x, gradient);
  EXPECT_DOUBLE_EQ(value, error.Value(x));
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> up = x;
    std::vector<double> down = x;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    const double slope = (error.Value(up) - error.Value(down)) / 2e-5;
    EXPECT_NEAR(gradient[i], slope, 1e-5 * (1 + std::abs(slope))) << "unknown " << i;
  }
}

constexpr Component kForms[] = {Component::kNone, Component::kAdditive, Component::kMultiplicative};
INSTANTIATE_TEST_SUITE_P(AllForms, Gradient,
                         ::testing::Combine(::testing::ValuesIn(kForms),
                                            ::testing::Values(Damping::kNone, Damping::kDamped),
                                            ::testing::ValuesIn(kForms),
                                            ::testing::Values(11.0, std::nan(""))));

}  // namespace
}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/predictor.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

// The value one season ago; with a decay, the mean over all seasons, each older one counting so
// much less.
class SeasonalMean final : public Predictor {
 public:
  SeasonalMean(std::span<const double> values, std::size_t season, double decay)
      : values_(values), season_(season), decay_(decay) {}

  std::string_view name() const override { return decay_ == 0 ? "last_season" : "seasonal_mean"; }

  std::vector<double> Continue(std::size_t origin, std::size_t steps) override {
    if (origin < season_) return {};
    std::vector<double> cycle(season_);
    for (std::size_t slot = 0; slot < season_; ++slot) cycle[slot] = Mean(origin - season_ + slot);
    std::vector<double> forecast(steps);
    for (std::size_t h = 0; h < steps; ++h) forecast[h] = cycle[h % season_];
    return forecast;
  }

 private:
  [[nodiscard]] double Mean(std::size_t newest) const {
    constexpr double kLeast = 1e-6;  // older seasons than that cannot be seen
    double sum = values_[newest];
    double weights = 1;
    double weight = decay_;
    for (std::size_t t = newest; t >= season_ && weight > kLeast; weight *= decay_) {
      t -= season_;
      sum += weight * values_[t];
      weights += weight;
    }
    return sum / weights;
  }

  std::span<const double> values_;
  std::size_t season_;
  double decay_;
};

// The last value and the mean slope so far, which fades: a walk with drift.
class Drift final : public Predictor {
 public:
  explicit Drift(std::span<const double> values) : values_(values) {}

  std::string_view name() const override { return "drift"; }

  std::vector<double> Continue(std::size_t origin, std::size_t steps) override {
    if (origin < 2) return {};
    const auto passed = static_cast<double>(origin - 1);
    double step = values_[origin - 1] / passed - values_[0] / passed;
    // A slope holds about as long as it was seen.
    const double fade = std::exp(-1 / passed);
    std::vector<double> forecast(steps);
    double value = values_[origin - 1];
    for (double& f : forecast) {
      value += step;
      step *= fade;
      f = value;
    }
    return forecast;
  }

 private:
  std::span<const double> values_;
};

class LastValue final : public Predictor {
 public:
  explicit LastValue(std::span<const double> values) : values_(values) {}
  std::string_view name() const override { return "last_value"; }
  std::vector<double> Continue(std::size_t origin, std::size_t steps) override {
    if (origin == 0) return {};
    return std::vector<double>(steps, values_[origin - 1]);
  }

 private:
  std::span<const double> values_;
};

}  // namespace

std::vector<std::unique_ptr<Predictor>> MakePredictors(std::span<const double> values,
                                                       const Periods& periods) {
  constexpr double kDecay = 0.5;
  std::vector<std::unique_ptr<Predictor>> all;
  for (const std::size_t season : {periods.season, periods.long_season}) {
    if (season == 0) continue;
    all.push_back(std::make_unique<SeasonalMean>(values, season, 0));
    all.push_back(std::make_unique<SeasonalMean>(values, season, kDecay));
  }
  all.push_back(MakeHoltWintersPredictor(values, periods.season, Trend::kNone));
  all.push_back(MakeHoltWintersPredictor(values, periods.season, Trend::kDamped));
  all.push_back(MakeLagRegression(values, periods, Scale::kPlain));
  all.push_back(MakeLagRegression(values, periods, Scale::kLogarithmic));
  if (periods.long_season != 0) {
    const Periods short_only{.season = periods.season, .long_season = 0};
    all.push_back(MakeLagRegression(values, short_only, Scale::kPlain));
  }
  if (periods.season == 0) {
    all.push_back(std::make_unique<LastValue>(values));
    all.push_back(std::make_unique<Drift>(values));
  }
  return all;
}

}  // namespace warden::anomaly

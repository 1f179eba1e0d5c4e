// SPDX-License-Identifier: Apache-2.0
// Fitted once, at the first origin it is asked from; from later origins the fit goes on from there.
#include <cmath>
#include <optional>
#include <utility>

#include "server/anomaly/holt_winters_fit.h"
#include "server/anomaly/predictor.h"

namespace warden::anomaly {
namespace {

class HoltWintersPredictor final : public Predictor {
 public:
  HoltWintersPredictor(std::span<const double> values, std::size_t season, Trend trend)
      : values_(values) {
    form_.trend = trend == Trend::kNone ? Component::kNone : Component::kAdditive;
    form_.damping = trend == Trend::kNone ? Damping::kNone : Damping::kDamped;
    form_.season = season == 0 ? Component::kNone : Component::kAdditive;
    form_.period = season;
  }

  std::string_view name() const override {
    return form_.trend == Component::kNone ? "holt_winters" : "holt_winters_damped";
  }

  std::vector<double> Continue(std::size_t origin, std::size_t steps) override {
    const std::span<const double> known = values_.first(origin);
    // Forecasts need the parameters to a digit or two, not to the last.
    const FitOptions options{.fixed = {}, .starts = 2, .max_evaluations = 100, .tolerance = 1e-4};
    fit_ = fit_ ? RefitHoltWinters(known, form_, *fit_, options)
                : FitHoltWinters(known, form_, options);
    if (!fit_) return {};
    HoltWintersModel model(form_, fit_->smoothing, fit_->initial);
    for (const double value : known) (void)model.Step(value);
    std::vector<double> forecast(steps);
    for (std::size_t h = 0; h < steps; ++h) forecast[h] = model.Forecast(h + 1);
    return forecast;
  }

 private:
  std::span<const double> values_;
  HoltWintersForm form_;
  std::optional<HoltWintersFit> fit_;
};

}  // namespace

std::unique_ptr<Predictor> MakeHoltWintersPredictor(std::span<const double> values,
                                                    std::size_t season, Trend trend) {
  return std::make_unique<HoltWintersPredictor>(values, season, trend);
}

}  // namespace warden::anomaly

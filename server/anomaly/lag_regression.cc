// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "server/anomaly/predictor.h"
#include "server/anomaly/statistics.h"

namespace warden::anomaly {
namespace {

constexpr double kRidge = 0.3;  // in units of one point's squared standardised value
constexpr std::size_t kPointsAWeight = 5;
// Forecasts that feed on forecasts may leave the range of the values by so much of it.
constexpr double kMargin = 0.5;

// Those up to a third of the series, ascending, each once.
std::vector<std::size_t> LagsOf(const Periods& periods, std::size_t points) {
  std::vector<std::size_t> lags = {1, 2, 3};
  const auto add = [&](std::size_t season, std::initializer_list<std::size_t> offsets) {
    for (const std::size_t offset : offsets) lags.push_back(season - 1 + offset);
  };
  if (periods.season > 1) {
    add(periods.season, {0, 1, 2, 3});
    add(2 * periods.season, {1, 2});
  }
  if (periods.long_season > 1) add(periods.long_season, {0, 1, 2, 3});
  std::sort(lags.begin(), lags.end());
  lags.erase(std::unique(lags.begin(), lags.end()), lags.end());
  std::erase_if(lags, [&](std::size_t lag) { return lag == 0 || 3 * lag > points; });
  return lags;
}

// The normal equations of least squares, of which only the lower triangle is kept, and their
// solution by Cholesky's decomposition.
class NormalEquations {
 public:
  explicit NormalEquations(std::size_t unknowns)
      : unknowns_(unknowns), squares_(unknowns * unknowns), products_(unknowns) {}

  void Add(std::span<const double> row, double target) {
    for (std::size_t i = 0; i < unknowns_; ++i) {
      double* const line = &squares_[i * unknowns_];
      for (std::size_t j = 0; j <= i; ++j) line[j] += row[i] * row[j];
      products_[i] += row[i] * target;
    }
  }

  [[nodiscard]] std::vector<double> Solve(double ridge) const {
    const std::size_t k = unknowns_;
    std::vector<double> root = squares_;
    for (std::size_t i = 0; i < k; ++i) {
      root[i * k + i] += ridge;
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = root[i * k + j];
        for (std::size_t m = 0; m < j; ++m) sum -= root[i * k + m] * root[j * k + m];
        root[i * k + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / root[j * k + j];
      }
    }
    std::vector<double> x = products_;
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t m = 0; m < i; ++m) x[i] -= root[i * k + m] * x[m];
      x[i] /= root[i * k + i];
    }
    for (std::size_t i = k; i-- > 0;) {
      for (std::size_t m = i + 1; m < k; ++m) x[i] -= root[m * k + i] * x[m];
      x[i] /= root[i * k + i];
    }
    return x;
  }

 private:
  std::size_t unknowns_;
  std::vector<double> squares_;
  std::vector<double> products_;
};

class LagRegression final : public Predictor {
 public:
  LagRegression(std::span<const double> values, const Periods& periods, Scale scale)
      : values_(values), periods_(periods), scale_(scale) {}

  std::string_view name() const override {
    return scale_ == Scale::kPlain ? "lag_regression" : "log_lag_regression";
  }

  std::vector<double> Continue(std::size_t origin, std::size_t steps) override {
    if (!Start(origin)) return {};
    for (; taken_ < origin; ++taken_) {
      Fill(taken_);
      equations_->Add(row_, standard_[taken_]);
    }
    const std::vector<double> weights = equations_->Solve(kRidge);
    const auto [low, high] =
        std::minmax_element(standard_.begin(), standard_.begin() + static_cast<long>(origin));
    const double margin = kMargin * (*high - *low);
    const double least = *low - margin;
    const double most = *high + margin;
    // The forecasts overwrite what comes after the origin, for the time being.
    const std::vector<double> after(standard_.begin() + static_cast<long>(origin), standard_.end());
    standard_.resize(origin + steps);
    std::vector<double> forecast(steps);
    for (std::size_t h = 0; h < steps; ++h) {
      Fill(origin + h);
      double value = 0;
      for (std::size_t i = 0; i < row_.size(); ++i) value += weights[i] * row_[i];
      value = std::clamp(value, least, most);
      standard_[origin + h] = value;
      forecast[h] = Back(value);
    }
    standard_.resize(origin);
    standard_.insert(standard_.end(), after.begin(), after.end());
    return forecast;
  }

 private:
  // Chooses lags and scale by what is known at the first origin; false when this predictor cannot
  // speak.
  bool Start(std::size_t origin) {
    if (equations_ != nullptr) return true;
    if (is_unfit_ || origin < 3) return false;
    is_unfit_ = true;
    lags_ = LagsOf(periods_, origin);
    if (lags_.empty() || origin < lags_.back() + kPointsAWeight * (lags_.size() + 1)) return false;
    const std::span<const double> known = values_.first(origin);
    if (scale_ == Scale::kLogarithmic &&
        std::any_of(values_.begin(), values_.end(), [](double v) { return v <= 0; })) {
      return false;
    }
    std::vector<double> start(known.begin(), known.end());
    for (double& v : start) v = Forth(v);
    standard_by_ = MeanDeviation(start);
    if (!(standard_by_.deviation > 0) || !std::isfinite(standard_by_.deviation)) return false;
    standard_.assign(values_.begin(), values_.end());
    for (double& v : standard_) v = (Forth(v) - standard_by_.mean) / standard_by_.deviation;
    row_.resize(lags_.size() + 1);
    equations_ = std::make_unique<NormalEquations>(row_.size());
    taken_ = lags_.back();
    return true;
  }

  void Fill(std::size_t t) {
    row_[0] = 1;
    for (std::size_t i = 0; i < lags_.size(); ++i) row_[i + 1] = standard_[t - lags_[i]];
  }

  [[nodiscard]] double Forth(double v) const { return scale_ == Scale::kPlain ? v : std::log(v); }
  [[nodiscard]] double Back(double v) const {
    v = v * standard_by_.deviation + standard_by_.mean;
    return scale_ == Scale::kPlain ? v : std::exp(v);
  }

  std::span<const double> values_;
  Periods periods_;
  Scale scale_;
  bool is_unfit_ = false;
  std::vector<std::size_t> lags_;
  MeanAndDeviation standard_by_;
  std::vector<double> standard_;  // all values, standardised by those known at the first origin
  std::size_t taken_ = 0;         // points before it are in the equations
  std::vector<double> row_;
  std::unique_ptr<NormalEquations> equations_;
};

}  // namespace

std::unique_ptr<Predictor> MakeLagRegression(std::span<const double> values, const Periods& periods,
                                             Scale scale) {
  return std::make_unique<LagRegression>(values, periods, scale);
}

}  // namespace warden::anomaly

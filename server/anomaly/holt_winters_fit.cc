// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/holt_winters_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "server/anomaly/holt_winters_error.h"
#include "server/anomaly/lbfgs.h"

namespace warden::anomaly {
namespace {

constexpr std::size_t kFirstLap = 10;  // evaluations
constexpr std::size_t kSecondLap = 25;
constexpr double kNear = 1.01;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// y = shift + scale v. The scale is a power of two times the spread, applied in two steps so that
// neither overflows.
struct Standard {
  double shift = 0;
  double scale = 1;
  std::vector<double> values;
};

bool HasFactor(const HoltWintersForm& form) {
  return form.trend == Component::kMultiplicative || form.season == Component::kMultiplicative;
}

std::optional<Standard> Standardise(std::span<const double> series, const HoltWintersForm& form) {
  double largest = 0;
  std::size_t present = 0;
  for (const double y : series) {
    if (std::isnan(y)) continue;
    if (std::isinf(y) || (y <= 0 && HasFactor(form))) return std::nullopt;
    largest = std::max(largest, std::abs(y));
    ++present;
  }
  if (present < 4 || (form.season != Component::kNone && series.size() < 2 * form.period)) {
    return std::nullopt;
  }
  int exponent = 0;
  std::frexp(largest, &exponent);
  const double unit = largest == 0 ? 1 : std::ldexp(1.0, std::clamp(exponent, -1000, 1000));
  Standard standard;
  standard.values.assign(series.begin(), series.end());
  for (double& v : standard.values) v /= unit;
  double mean = 0;
  for (const double v : standard.values) mean += std::isnan(v) ? 0 : v;
  mean /= static_cast<double>(present);
  double variance = 0;
  for (const double v : standard.values) variance += std::isnan(v) ? 0 : (v - mean) * (v - mean);
  variance /= static_cast<double>(present);
  const double shift = HasFactor(form) ? 0 : mean;
  const double spread = HasFactor(form) ? mean : std::sqrt(variance);
  const double divisor = spread > 0 ? spread : 1;
  for (double& v : standard.values) v = (v - shift) / divisor;
  standard.shift = shift * unit;
  standard.scale = divisor * unit;
  return standard;
}

// Mean of the present values of [first, last); NaN when there are none.
double Mean(const std::vector<double>& values, std::size_t first, std::size_t last) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t t = first; t < last; ++t) {
    if (std::isnan(values[t])) continue;
    sum += values[t];
    ++count;
  }
  return count == 0 ? kNan : sum / static_cast<double>(count);
}

// Starting states by classical decomposition over the first `cycles` periods (Hyndman &
// Athanasopoulos 8.6, with whole cycles in place of a moving average).
std::vector<double> HeuristicStates(const std::vector<double>& v, const HoltWintersForm& form,
                                    std::size_t cycles) {
  std::vector<double> x(kSeason + form.period, 0.0);
  const std::size_t m =
      form.season == Component::kNone ? std::min<std::size_t>(v.size() / 2, 10) : form.period;
  const double count = static_cast<double>(cycles);
  const auto width = static_cast<double>(m);
  double first = Mean(v, 0, m);
  double last = Mean(v, (cycles - 1) * m, cycles * m);
  if (std::isnan(first)) first = Mean(v, 0, v.size());
  if (std::isnan(last)) last = first;
  const double slope = cycles > 1 ? (last - first) / ((count - 1) * width) : 0;
  const double start = form.trend == Component::kNone ? first : first - slope * (width + 1) / 2;
  x[kLevel] = start;
  x[kSlope] = slope;
  if (form.trend == Component::kMultiplicative) {
    x[kLevel] = std::max(start, 0.1 * first);
    x[kSlope] = cycles > 1 ? std::pow(last / first, 1 / ((count - 1) * width)) : 1;
  }
  for (std::size_t j = 0; j < form.period; ++j) {
    double sum = 0;
    std::size_t seen = 0;
    for (std::size_t c = 0; c < cycles; ++c) {
      const double y = v[c * m + j];
      const double line = first + slope * (static_cast<double>(c * m + j) - (width - 1) / 2);
      const double part = form.season == Component::kMultiplicative ? y / line : y - line;
      if (std::isnan(part)) continue;
      sum += part;
      ++seen;
    }
    const double neutral = form.season == Component::kMultiplicative ? 1 : 0;
    x[kSeason + j] = seen == 0 ? neutral : sum / static_cast<double>(seen);
  }
  return x;
}

// Inverse square root of the curvature of each unknown, so that L-BFGS sees a round bowl: by
// differences of the errors for the six leading unknowns (Gauss-Newton diagonal), in closed form
// for the seasons.
std::vector<double> Scales(HoltWintersError& error, const std::vector<double>& x,
                           const HoltWintersForm& form, std::size_t length) {
  std::vector<double> scales(x.size(), 1.0);
  (void)error.Value(x);
  const std::vector<double> at(error.errors().begin(), error.errors().end());
  for (std::size_t i = 0; i < kSeason; ++i) {
    std::vector<double> moved = x;
    const double step = i < kLevel ? 1e-3 : 1e-6;
    moved[i] += moved[i] > 0.8 && i < kLevel ? -step : step;
    const double sum = error.Value(moved);
    double curvature = 0;
    if (std::isfinite(sum)) {
      for (std::size_t t = 0; t < at.size(); ++t) {
        const double change = (error.errors()[t] - at[t]) / step;
        curvature += change * change;
      }
    }
    const double largest = i < kLevel ? 0.1 : 1.0;
    scales[i] = curvature > 0 ? std::min(largest, 1 / std::sqrt(2 * curvature)) : largest;
  }
  if (form.period == 0) return scales;
  const double keep = 1 - error.SmoothingAt(x).gamma;
  const double cycles = static_cast<double>(length) / static_cast<double>(form.period);
  const double weight = keep < 1 ? (1 - std::pow(keep, 2 * cycles)) / (1 - keep * keep) : cycles;
  std::fill(scales.begin() + kSeason, scales.end(), 1 / std::sqrt(2 * weight));
  return scales;
}

struct Found {
  std::vector<double> x;
  double value = 0;
  std::size_t evaluations = 0;
};

// One start on its way down.
class Descent {
 public:
  Descent(HoltWintersError& error, const std::vector<double>& start, const HoltWintersForm& form,
          std::size_t length, const FitOptions& options)
      : error_(error),
        scales_(Scales(error, start, form, length)),
        lbfgs_(Scaled(start, scales_), {.memory = 8,
                                        .max_evaluations = options.max_evaluations,
                                        .tolerance = options.tolerance}),
        x_(start.size()),
        gradient_(start.size()) {}

  // Goes on until it is done or has made so many evaluations in all.
  void Run(std::size_t evaluations) {
    while (!lbfgs_.done() && lbfgs_.evaluations() < evaluations) {
      for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = lbfgs_.Ask()[i] * scales_[i];
      const double value = error_.ValueAndGradient(x_, gradient_);
      for (std::size_t i = 0; i < x_.size(); ++i) gradient_[i] *= scales_[i];
      lbfgs_.Tell(value, gradient_);
    }
  }

  // Infinite where the start itself was outside the domain.
  [[nodiscard]] double value() const {
    return std::isfinite(lbfgs_.best_value()) ? lbfgs_.best_value()
                                              : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] std::size_t evaluations() const { return lbfgs_.evaluations(); }
  [[nodiscard]] Found found() const {
    Found found{lbfgs_.best(), lbfgs_.best_value(), lbfgs_.evaluations()};
    for (std::size_t i = 0; i < found.x.size(); ++i) found.x[i] *= scales_[i];
    return found;
  }

 private:
  static std::vector<double> Scaled(std::vector<double> x, const std::vector<double>& scales) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] /= scales[i];
    return x;
  }

  HoltWintersError& error_;
  std::vector<double> scales_;
  Lbfgs lbfgs_;
  std::vector<double> x_;
  std::vector<double> gradient_;
};

// Runs all starts for a while, goes on with those near the lead, then with the leader alone. Far
// from the optimum is where starts differ: after 25 evaluations the best of three is the best in
// the end, or within 0.1 % of it, on every golden series.
Found Race(std::vector<Descent>& descents) {
  const auto lead = [&] {
    return std::min_element(
        descents.begin(), descents.end(),
        [](const Descent& a, const Descent& b) { return a.value() < b.value(); });
  };
  for (Descent& descent : descents) descent.Run(kFirstLap);
  const double near = lead()->value() * kNear;
  for (Descent& descent : descents) {
    if (descent.value() <= near) descent.Run(kSecondLap);
  }
  const auto winner = lead();
  winner->Run(std::numeric_limits<std::size_t>::max());
  Found found = winner->found();
  found.evaluations = 0;
  for (const Descent& descent : descents) found.evaluations += descent.evaluations();
  return found;
}

// The best grid points, best first, no two alike in both alpha and beta.
std::vector<std::vector<double>> GridStarts(HoltWintersError& error, const std::vector<double>& v,
                                            const HoltWintersForm& form, std::size_t wanted) {
  static constexpr double kAlphas[] = {0.03, 0.15, 0.5, 0.95};
  static constexpr double kBetas[] = {0.01, 0.5};
  static constexpr double kGammaShares[] = {0.02, 0.25, 0.8};
  struct Candidate {
    double value;
    std::size_t alpha, beta, gamma;
    std::vector<double> x;
  };
  const std::size_t m =
      form.season == Component::kNone ? std::min<std::size_t>(v.size() / 2, 10) : form.period;
  const std::size_t all = std::max<std::size_t>(v.size() / m, 2);
  const std::vector<double> whole = HeuristicStates(v, form, all);
  const std::vector<double> early = HeuristicStates(v, form, 2);
  std::vector<Candidate> candidates;
  const std::size_t betas = form.trend == Component::kNone ? 1 : std::size(kBetas);
  const std::size_t gammas = form.season == Component::kNone ? 1 : std::size(kGammaShares);
  for (std::size_t a = 0; a < std::size(kAlphas); ++a) {
    for (std::size_t b = 0; b < betas; ++b) {
      for (std::size_t g = 0; g < gammas; ++g) {
        Candidate c{0, a, b, g, g == 0 ? whole : early};
        Smoothing p{kAlphas[a], kBetas[b], (1 - kAlphas[a]) * kGammaShares[g], 0.97};
        HoltWintersError::SetSmoothing(p, c.x);
        c.value = error.Value(c.x);
        if (std::isfinite(c.value)) candidates.push_back(std::move(c));
      }
    }
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& one, const Candidate& two) { return one.value < two.value; });
  std::vector<std::vector<double>> starts;
  std::vector<const Candidate*> taken;
  for (const Candidate& c : candidates) {
    if (taken.size() >= wanted) break;
    const bool alike = std::any_of(taken.begin(), taken.end(), [&](const Candidate* other) {
      return other->beta == c.beta && (other->alpha == c.alpha || other->gamma == c.gamma);
    });
    if (!alike) taken.push_back(&c);
  }
  for (const Candidate* c : taken) starts.push_back(c->x);
  return starts;
}

HoltWintersFit Unscaled(const Found& found, const HoltWintersError& error,
                        const HoltWintersForm& form, const Standard& standard) {
  HoltWintersFit fit;
  fit.smoothing = error.SmoothingAt(found.x);
  fit.evaluations = found.evaluations;
  fit.sse = found.value * standard.scale * standard.scale;
  fit.initial.level = found.x[kLevel] * standard.scale + standard.shift;
  const bool factor = form.trend == Component::kMultiplicative;
  fit.initial.trend = factor ? found.x[kSlope] : found.x[kSlope] * standard.scale;
  if (form.trend == Component::kNone) fit.initial.trend = 0;
  fit.initial.season.assign(found.x.begin() + kSeason, found.x.end());
  if (form.season == Component::kAdditive) {
    for (double& s : fit.initial.season) s *= standard.scale;
  }
  return fit;
}

HoltWintersForm Normal(HoltWintersForm form) {
  if (form.season == Component::kNone) form.period = 0;
  if (form.trend == Component::kNone) form.damping = Damping::kNone;
  return form;
}

}  // namespace

std::optional<HoltWintersFit> FitHoltWinters(std::span<const double> series,
                                             const HoltWintersForm& wanted,
                                             const FitOptions& options) {
  const HoltWintersForm form = Normal(wanted);
  const std::optional<Standard> standard = Standardise(series, form);
  if (!standard) return std::nullopt;
  HoltWintersError error(standard->values, form, options.fixed);
  std::vector<Descent> descents;
  for (const std::vector<double>& start :
       GridStarts(error, standard->values, form, options.starts)) {
    descents.emplace_back(error, start, form, series.size(), options);
  }
  if (descents.empty()) return std::nullopt;
  const Found best = Race(descents);
  if (!std::isfinite(best.value)) return std::nullopt;
  return Unscaled(best, error, form, *standard);
}

std::optional<HoltWintersFit> RefitHoltWinters(std::span<const double> series,
                                               const HoltWintersForm& wanted,
                                               const HoltWintersFit& earlier,
                                               const FitOptions& options) {
  const HoltWintersForm form = Normal(wanted);
  const std::optional<Standard> standard = Standardise(series, form);
  if (!standard || earlier.initial.season.size() != form.period) return std::nullopt;
  std::vector<double> x(kSeason + form.period, 0.0);
  HoltWintersError::SetSmoothing(earlier.smoothing, x);
  x[kLevel] = (earlier.initial.level - standard->shift) / standard->scale;
  x[kSlope] = earlier.initial.trend;
  if (form.trend != Component::kMultiplicative) x[kSlope] /= standard->scale;
  for (std::size_t j = 0; j < form.period; ++j) {
    const double season = earlier.initial.season[j];
    x[kSeason + j] = form.season == Component::kAdditive ? season / standard->scale : season;
  }
  HoltWintersError error(standard->values, form, options.fixed);
  Descent descent(error, x, form, series.size(), options);
  descent.Run(std::numeric_limits<std::size_t>::max());
  const Found found = descent.found();
  if (!std::isfinite(found.value)) return std::nullopt;
  return Unscaled(found, error, form, *standard);
}

}  // namespace warden::anomaly

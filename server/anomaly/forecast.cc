// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "server/anomaly/forecast_interval.h"
#include "server/anomaly/predictor.h"

namespace warden::anomaly {
namespace {

constexpr std::size_t kLongestHistory = 20'000;
constexpr std::size_t kTrials = 4;       // origins in the past
constexpr double kShareForTrials = 0.1;  // of the history, at most, for one of them
constexpr double kTrialDiscount = 0.7;   // each older one counts so much less
constexpr std::size_t kMostShares = 5;
constexpr double kWeightPower = 4;
constexpr double kMargin = 0.5;  // of the past's range, beyond it
constexpr std::size_t kFewestForTrials = 10;

// One predictor's answers.
struct Candidate {
  std::string_view name;
  std::vector<std::vector<double>> trials;  // the newest first
  std::vector<double> forecast;
  double error = 0;
};

// What the past allows.
struct Bounds {
  double low = 0;
  double high = 0;
};

Bounds BoundsOf(std::span<const double> values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double margin = kMargin * *most - kMargin * *least;
  Bounds bounds{*least - margin, *most + margin};
  if (*least >= 0) bounds.low = std::max(bounds.low, 0.0);
  if (*most <= 0) bounds.high = std::min(bounds.high, 0.0);
  constexpr double kLargest = std::numeric_limits<double>::max();
  return {std::max(bounds.low, -kLargest), std::min(bounds.high, kLargest)};
}

struct Trials {
  std::size_t count = 0;
  std::size_t steps = 0;

  [[nodiscard]] std::size_t Origin(std::size_t trial, std::size_t points) const {
    return points - (trial + 1) * steps;
  }
};

Trials TrialsFor(std::size_t points, std::size_t horizon) {
  if (points < kFewestForTrials) return {};
  const auto most = static_cast<std::size_t>(kShareForTrials * static_cast<double>(points));
  return {kTrials, std::clamp<std::size_t>(most, 1, horizon)};
}

double MeanError(std::span<const double> forecast, std::span<const double> actual) {
  double sum = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    sum += std::abs(forecast[i] - actual[i]) / static_cast<double>(actual.size());
  }
  return sum;
}

// Asks at every origin, the oldest first; nothing when the predictor passes at one of them.
std::optional<Candidate> Ask(Predictor& predictor, std::span<const double> values,
                             const Trials& trials, std::size_t horizon, const Bounds& bounds) {
  Candidate candidate{.name = predictor.name(), .trials = {}, .forecast = {}, .error = 0};
  const auto ask = [&](std::size_t origin, std::size_t steps) {
    std::vector<double> answer = predictor.Continue(origin, steps);
    for (double& v : answer) {
      if (!std::isnan(v)) v = std::clamp(v, bounds.low, bounds.high);
    }
    const bool is_whole =
        std::none_of(answer.begin(), answer.end(), [](double v) { return std::isnan(v); });
    return is_whole ? answer : std::vector<double>{};
  };
  candidate.trials.resize(trials.count);
  double weight = std::pow(kTrialDiscount, static_cast<double>(trials.count));
  for (std::size_t trial = trials.count; trial-- > 0;) {
    const std::size_t origin = trials.Origin(trial, values.size());
    candidate.trials[trial] = ask(origin, trials.steps);
    if (candidate.trials[trial].empty()) return std::nullopt;
    weight /= kTrialDiscount;
    candidate.error +=
        weight * MeanError(candidate.trials[trial], values.subspan(origin, trials.steps));
  }
  candidate.forecast = ask(values.size(), horizon);
  if (candidate.forecast.empty()) return std::nullopt;
  return candidate;
}

// Keeps the best, with weights that add up to one in `error`'s place.
void Weigh(std::vector<Candidate>& candidates, double scale) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.error < b.error; });
  if (candidates.size() > kMostShares) candidates.resize(kMostShares);
  if (candidates.empty()) return;
  // A predictor that never erred gets all there is.
  const double least = std::max(candidates.front().error, 1e-12 * scale);
  double sum = 0;
  for (Candidate& c : candidates) {
    const double ratio = least > 0 ? least / std::max(c.error, least) : 1;
    c.error = std::pow(ratio, kWeightPower);
    sum += c.error;
  }
  for (Candidate& c : candidates) c.error /= sum;
}

template <class Part>
std::vector<double> Average(const std::vector<Candidate>& weighed, std::size_t steps, Part part) {
  std::vector<double> mean(steps, 0.0);
  for (const Candidate& c : weighed) {
    for (std::size_t i = 0; i < steps; ++i) mean[i] += c.error * part(c)[i];
  }
  return mean;
}

Forecast NothingKnown(std::string note) {
  Forecast forecast;
  forecast.note = std::move(note);
  return forecast;
}

// The interval by the errors the average itself would have made.
void AddInterval(Forecast& forecast, const std::vector<Candidate>& weighed,
                 std::span<const double> values, const Trials& trials, const Bounds& bounds) {
  std::vector<TrialErrors> errors;
  for (std::size_t trial = 0; trial < trials.count; ++trial) {
    const std::size_t origin = trials.Origin(trial, values.size());
    const std::vector<double> mean = Average(
        weighed, trials.steps, [&](const Candidate& c) -> const auto& { return c.trials[trial]; });
    TrialErrors one{.origin = origin, .errors = {}};
    for (std::size_t i = 0; i < trials.steps; ++i)
      one.errors.push_back(values[origin + i] - mean[i]);
    errors.push_back(std::move(one));
  }
  const std::vector<double> half =
      HalfWidths(errors, values.size(), forecast.expected.size(), forecast.periods.season);
  const bool never_negative = bounds.low >= 0;
  const bool never_positive = bounds.high <= 0;
  for (std::size_t i = 0; i < half.size(); ++i) {
    const double low = forecast.expected[i] - half[i];
    const double high = forecast.expected[i] + half[i];
    forecast.lower.push_back(never_negative ? std::max(low, 0.0) : low);
    forecast.upper.push_back(never_positive ? std::min(high, 0.0) : high);
  }
}

}  // namespace

std::vector<double> WithoutGaps(std::span<const double> values, std::size_t season) {
  const auto first =
      std::find_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  std::vector<double> filled(first, values.end());
  for (double& v : filled) {
    if (!std::isfinite(v)) v = std::numeric_limits<double>::quiet_NaN();
  }
  for (std::size_t t = 0; t < filled.size(); ++t) {
    if (!std::isnan(filled[t])) continue;
    std::size_t next = t;
    while (next < filled.size() && std::isnan(filled[next])) ++next;
    const double before = filled[t - 1];
    const bool ends = next == filled.size();
    const double after = ends ? before : filled[next];
    const auto width = static_cast<double>(next - t + 1);
    // A season ago, moved so that it meets the ends of the gap.
    const bool seasonal = season != 0 && t > season;
    const double moved_before = seasonal ? before - filled[t - 1 - season] : before;
    const double moved_after =
        seasonal && !ends && next - season < t ? after - filled[next - season] : moved_before;
    const double end = seasonal ? moved_after : after;
    for (std::size_t k = t; k < next; ++k) {
      const double share = static_cast<double>(k - t + 1) / width;
      const double line = moved_before * (1 - share) + end * share;
      filled[k] = seasonal ? line + filled[k - season] : line;
    }
    t = next;
  }
  return filled;
}

Forecast ForecastSeries(std::span<const double> all, const ForecastOptions& options) {
  if (all.size() > kLongestHistory) all = all.last(kLongestHistory);
  std::vector<double> values = WithoutGaps(all, 0);
  if (values.empty()) return NothingKnown("there is no value to start from");
  Forecast forecast;
  forecast.periods = FindPeriods(values, options.day);
  if (options.season != 0) {
    const bool is_seen = values.size() >= 2 * options.season;
    forecast.periods.season = is_seen && options.season > 1 ? options.season : 0;
    forecast.periods.long_season = LongSeasonOf(values, forecast.periods.season);
    if (!is_seen) {
      forecast.note = "a season of " + std::to_string(options.season) + " steps needs " +
                      std::to_string(2 * options.season) + " values and has " +
                      std::to_string(values.size()) + ": forecast without season";
    }
  }
  values = WithoutGaps(all, forecast.periods.season);
  const Bounds bounds = BoundsOf(values);
  const Trials trials = TrialsFor(values.size(), std::max<std::size_t>(options.horizon, 1));
  if (trials.count == 0) {
    forecast.expected.assign(options.horizon, values.back());
    forecast.lower.assign(options.horizon, std::numeric_limits<double>::quiet_NaN());
    forecast.upper = forecast.lower;
    forecast.shares.push_back({"last_value", 1});
    forecast.note = "only " + std::to_string(values.size()) +
                    " values: the last one is repeated, and nothing is known of its errors";
    return forecast;
  }
  std::vector<Candidate> candidates;
  for (const auto& predictor : MakePredictors(values, forecast.periods)) {
    if (auto candidate = Ask(*predictor, values, trials, options.horizon, bounds)) {
      candidates.push_back(std::move(*candidate));
    }
  }
  Weigh(candidates, std::max(std::abs(bounds.low), std::abs(bounds.high)));
  if (candidates.empty()) return NothingKnown("no predictor can continue this series");
  forecast.expected = Average(candidates, options.horizon,
                              [](const Candidate& c) -> const auto& { return c.forecast; });
  for (const Candidate& c : candidates) {
    const auto same = std::find_if(forecast.shares.begin(), forecast.shares.end(),
                                   [&](const PredictorShare& s) { return s.name == c.name; });
    if (same == forecast.shares.end()) {
      forecast.shares.push_back({c.name, c.error});
    } else {
      same->weight += c.error;  // the same predictor, of another season
    }
  }
  std::stable_sort(
      forecast.shares.begin(), forecast.shares.end(),
      [](const PredictorShare& a, const PredictorShare& b) { return a.weight > b.weight; });
  const auto is_number = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(forecast.expected, is_number))
    return NothingKnown("values are too large to compute with");
  AddInterval(forecast, candidates, values, trials, bounds);
  return forecast;
}

Crossing FindCrossing(const Forecast& forecast, double last_value, double threshold) {
  Crossing crossing;
  crossing.rises = last_value < threshold;
  crossing.is_beyond = last_value == threshold;
  const auto first = [&](const std::vector<double>& line) -> std::optional<std::size_t> {
    const auto found = std::find_if(line.begin(), line.end(), [&](double v) {
      return crossing.rises ? v >= threshold : v <= threshold;
    });
    if (found == line.end()) return std::nullopt;
    return static_cast<std::size_t>(found - line.begin()) + 1;
  };
  crossing.expected = first(forecast.expected);
  crossing.earliest = first(crossing.rises ? forecast.upper : forecast.lower);
  return crossing;
}

}  // namespace warden::anomaly

// SPDX-License-Identifier: Apache-2.0
#include "server/anomaly/auto_forecast.h"

#include <algorithm>
#include <cmath>

namespace warden::anomaly {
namespace {

// The season counts when it lowers the error by this much.
constexpr double kGain = 0.95;
// A mean absolute error of 1 is this many normal deviations.
constexpr double kAbsoluteToSigma = 1.2533;
// Errors beyond so many deviations are cut before they are learned from.
constexpr double kCut = 4;
constexpr double kFirst = 20;      // values are taken as they come
constexpr double kDayGain = 0.13;  // half-life of five days
constexpr double kProfileCut = 6;
constexpr double kWeekCut = 20;
// Share of the hour's own scale, the rest is the whole day's.
constexpr double kHourly = 0.8;
// How far the last hour's distance carries.
constexpr double kCarry = 0.8;
// Spreads between neighbours in time that are an edge.
constexpr double kEdge = 2;
// Predictors from here on know the clock; so many spreads from one that does not are far.
constexpr std::size_t kFirstSeasonal = 3;
constexpr double kApart = 4;
// The level follows by so much of its speed when the week is known: or it would swing with it.
constexpr double kWithWeek = 0.3;
// Share of its first error that an hour of the week takes over.
constexpr double kFirstVisit = 0.9;
// Neighbours in time are not weighed in where they do more harm than this: steps by the clock.
constexpr double kSharp = 0.9;

double Bounded(double value, double most) { return std::clamp(value, -most, most); }

// The slot's own value, and its neighbours' weighed in by a triangle, but not across an edge (Lee's
// sigma filter, 1983): many days have steps by the clock.
double SmoothedDay(const AutoState& state, std::size_t slot, std::size_t slots, double own) {
  static constexpr std::array<double, 5> kKernel{1, 1.5, 2, 1.5, 1};
  double sum = 0;
  double weight = 0;
  for (std::size_t k = 0; k < kKernel.size(); ++k) {
    const std::size_t at = (slot + 2 * slots + k - 2) % slots;
    if (!state.day_seen[at]) continue;
    const double value = static_cast<double>(state.day[at]);
    if (std::abs(value - own) > kEdge * state.spread) continue;
    sum += kKernel[k] * value;
    weight += kKernel[k];
  }
  return weight > 0 ? sum / weight : 0;
}

// Where they are far apart and the season is known, the one that knows the clock has the say: steps
// come at their hours, and an incident does not become what is expected.
double BestTwo(const AutoState& state, const std::array<double, kPredictors>& candidates) {
  const auto& error = state.error;
  std::size_t best = error[1] < error[0] ? 1 : 0;
  std::size_t second = 1 - best;
  for (std::size_t i = 2; i < kPredictors; ++i) {
    if (error[i] < error[best]) {
      second = best;
      best = i;
    } else if (error[i] < error[second]) {
      second = i;
    }
  }
  const auto weight = [&](std::size_t i) {
    const double e = static_cast<double>(error[i]);
    return 1 / (e * e + 1e-30);
  };
  double one = weight(best);
  double two = weight(second);
  const bool best_knows = best >= kFirstSeasonal;
  if (state.seasons > 0 && best_knows != (second >= kFirstSeasonal)) {
    const double apart = (candidates[best] - candidates[second]) / (kApart * state.spread + 1e-30);
    (best_knows ? two : one) /= 1 + apart * apart;
  }
  return (one * candidates[best] + two * candidates[second]) / (one + two);
}

void LearnErrors(AutoState& state, const Rates& rates, const Outlook& f, double value) {
  const double n = state.points;
  const double weight = std::max(rates.day, 1 / (n + 1));
  const double cut = n < kFirst ? 1e300 : 3 * kCut * std::max(state.spread, f.smallest_scale);
  for (std::size_t i = 0; i < kPredictors; ++i) {
    const double error = std::min(std::abs(value - f.candidates[i]), cut);
    state.error[i] += static_cast<float>(weight * (error - static_cast<double>(state.error[i])));
  }
  if (n <= rates.per_day) return;
  const double later = std::max(rates.day, 1 / (n - rates.per_day + 1));
  const double most = 12 * f.profile_scale;
  const double with = std::min(std::abs(value - state.level - f.day), most);
  const double without = std::min(std::abs(value - state.mean), most);
  state.error_with_day +=
      static_cast<float>(later * (with - static_cast<double>(state.error_with_day)));
  state.error_without_day +=
      static_cast<float>(later * (without - static_cast<double>(state.error_without_day)));
  if (n <= 7 * rates.per_day) {
    state.error_with_week = state.error_with_day;
    return;
  }
  const double with_week = std::min(std::abs(value - state.level - f.day - f.week), most);
  state.error_with_week +=
      static_cast<float>(rates.day / 3 * (with_week - static_cast<double>(state.error_with_week)));
}

void LearnScales(AutoState& state, const Rates& rates, const Outlook& f, double value,
                 double share) {
  const double n = state.points;
  const double least = f.smallest_scale;
  const double weight = share * std::max(rates.day / 2, 1 / (n + 1));
  const bool is_new = n < kFirst;
  const auto cut = [&](double error, double scale) {
    return kAbsoluteToSigma *
           (is_new ? std::abs(error) : std::min(std::abs(error), kCut * std::max(scale, least)));
  };
  const double error = value - f.expected;
  auto& hourly = state.spread_by_hour[static_cast<std::size_t>(f.place.hour())];
  if (hourly == 0) hourly = static_cast<float>(state.spread);
  const double by_hour = static_cast<double>(hourly);
  const double hour_weight =
      share * std::min(0.1, std::max(8 * rates.day, std::min(1.0, 24 / (n + 1))));
  hourly +=
      static_cast<float>(hour_weight * (cut(error, std::max(by_hour, state.spread)) - by_hour));
  state.spread += weight * (cut(error, state.spread) - state.spread);
  state.profile_spread +=
      weight * (cut(value - f.profile, state.profile_spread) - state.profile_spread);
}

// How much of an error an hour of the week takes over in a step: at first the mean of its visits.
double WeekGain(double n, bool is_seen, const Rates& rates) {
  const double visits = std::floor(n / (7 * rates.per_day)) + 1;
  const double of_hour = is_seen ? std::min(kFirstVisit, 1 / visits) : kFirstVisit;
  return of_hour <= Rates::kWeekGain ? rates.week : 1 - std::pow(1 - of_hour, rates.hour_share);
}

void LearnProfile(AutoState& state, const Rates& rates, const Outlook& f, double value,
                  double share) {
  const double n = state.points;
  const double scale = f.profile_scale;
  const double cut =
      n < kFirst ? value : f.profile + Bounded(value - f.profile, kProfileCut * scale);
  const double away = Bounded(value - (state.level + f.day + f.week), 6 * scale);
  state.recent += rates.hour * (away - state.recent);
  const double here = cut - state.level;
  float& day = state.day[f.slot];
  if (!state.day_seen[f.slot]) {
    day = static_cast<float>(here);
    state.day_seen.set(f.slot);
  } else if (!f.place.is_holiday) {
    const double gain = share * rates.slot_share * std::max(kDayGain, 1 / (n / rates.per_day + 1));
    day += static_cast<float>(gain * (here - f.week - static_cast<double>(day)));
  }
  if (n > 2 * rates.per_day) {
    // An hour is the mean of its steps, so that few weeks tell it well.
    const auto hour = static_cast<std::size_t>(f.place.hour_of_week());
    float& week = state.week[hour];
    for (std::size_t back = 1; back <= rates.hours; ++back)
      state.week_seen.set((hour + kWeekSlots - back) % kWeekSlots);
    const double of_step = share * WeekGain(n, state.week_seen[hour], rates);
    week += static_cast<float>(of_step * Bounded(here - f.day - f.week, kWeekCut * scale));
  }
  const double weight = share * std::max(rates.day, 1 / (n + 1));
  state.mean += weight * (cut - state.mean);
  if (n <= 2 * rates.per_day && state.seasons == 0) {
    state.level = state.mean;
  } else {
    state.level += (state.seasons == 2 ? kWithWeek : 1) * weight * (here - f.day - f.week);
  }
}

void LearnValueItself(AutoState& state, const Rates& rates, double value, double scale) {
  const double n = state.points;
  const double from_smooth = value - state.smooth;
  state.smooth += std::max(rates.smooth, 1 / (n + 1)) *
                  (n < kFirst ? from_smooth : Bounded(from_smooth, kProfileCut * scale));
  if (value != state.last) {
    const double step = std::abs(value - state.last);
    state.smallest_step =
        state.smallest_step == 0 ? step : std::min(state.smallest_step * 1.0001, step);
  }
  state.last = value;
  state.maximum = std::max(state.maximum, value);
  state.minimum = std::min(state.minimum, value);
}

}  // namespace

bool HasDaily(const AutoState& state, const Rates& rates) {
  // A day that holds on some weekdays only is one too.
  return rates.slots > 1 && state.points > rates.per_day &&
         std::min(state.error_with_day, state.error_with_week) <
             static_cast<float>(kGain) * state.error_without_day;
}

bool HasWeekly(const AutoState& state, const Rates& rates) {
  return state.points > 8 * rates.per_day && HasDaily(state, rates) &&
         state.error_with_week < static_cast<float>(kGain) * state.error_with_day;
}

Outlook OutlookOf(const AutoState& state, const Rates& rates, const LocalPlace& place,
                  double min_scale) {
  Outlook f;
  f.place = place;
  f.slot = static_cast<std::size_t>(place.second) * rates.slots / 86400;
  const double own = state.day_seen[f.slot] ? static_cast<double>(state.day[f.slot]) : 0;
  const double smoothed = SmoothedDay(state, f.slot, rates.slots, own);
  const bool is_sharp = state.error[3] < static_cast<float>(kSharp) * state.error[4];
  f.day = is_sharp ? own : smoothed;
  f.week = static_cast<double>(state.week[static_cast<std::size_t>(place.hour_of_week())]);
  const double carried = kCarry * state.recent;
  f.candidates = {state.last, state.smooth, state.mean + carried,
                  state.level + own + f.week + carried, state.level + smoothed + f.week + carried};
  f.expected = state.points < 3 ? state.last : BestTwo(state, f.candidates);
  f.profile = HasDaily(state, rates) ? state.level + f.day + (HasWeekly(state, rates) ? f.week : 0)
                                     : state.mean;
  f.smallest_scale =
      std::max({0.5 * state.smallest_step, 1e-3 * std::abs(state.level), 1e-12, min_scale});
  const double spread = std::max(state.spread, f.smallest_scale);
  const double hourly =
      static_cast<double>(state.spread_by_hour[static_cast<std::size_t>(place.hour())]);
  f.scale =
      std::max(f.smallest_scale, kHourly * (hourly > 0 ? hourly : spread) + (1 - kHourly) * spread);
  f.profile_scale = std::max(f.smallest_scale, state.profile_spread * f.scale / spread);
  return f;
}

void LearnValue(AutoState& state, const Rates& rates, const Outlook& forecast, double value,
                double share) {
  LearnErrors(state, rates, forecast, value);
  LearnScales(state, rates, forecast, value, share);
  LearnProfile(state, rates, forecast, value, share);
  LearnValueItself(state, rates, value, forecast.profile_scale);
  ++state.points;
}

}  // namespace warden::anomaly

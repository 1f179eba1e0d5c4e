// SPDX-License-Identifier: Apache-2.0
#include "server/delivery/circumstances.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/anomaly/statistics.h"

namespace warden {
namespace {

constexpr double kBeyond = 2;     // deviations: what belongs to an unusual stretch
constexpr double kDeviating = 4;  // deviations: what is told of a sibling
constexpr double kMost = 99;
// One deviation is at least this share of the median: what never moved may move a little.
constexpr double kLeastShare = 0.02;
constexpr std::size_t kFewest = 12;
constexpr std::size_t kTold = 5;
constexpr std::chrono::minutes kFresh{15};

struct Newest {
  double value = 0;
  double deviation = 0;  // in robust deviations
};

// Of the newest finite value; nothing without enough of them, or when the series is not fresh.
std::optional<Newest> NewestOf(const promapi::TimeSeries& series, Instant now) {
  std::vector<double> before;
  for (const auto& sample : series.samples) {
    if (sample.at >= now - kCircumstances && std::isfinite(sample.value))
      before.push_back(sample.value);
  }
  if (before.size() < kFewest || now - series.samples.back().at > kFresh) return std::nullopt;
  const double newest = before.back();
  before.pop_back();
  std::ranges::sort(before);
  const double median = anomaly::QuantileOfSorted(before, 0.5);
  const double distance = newest - median;
  if (distance == 0) return Newest{newest, 0};
  const double one = std::max(anomaly::kMadToSigma * anomaly::MadOfSorted(before),
                              kLeastShare * std::max(std::fabs(median), std::fabs(newest) / 2));
  return Newest{newest, std::clamp(distance / one, -kMost, kMost)};
}

promql::LabelSet WithoutName(const promql::LabelSet& labels) {
  promql::LabelSet out = labels;
  out.Remove("__name__");
  return out;
}

}  // namespace

std::optional<AnomalyCourse> CourseOf(std::span<const anomaly::Verdict> verdicts) {
  std::optional<AnomalyCourse> course;
  double side = 0;
  double farthest = 0;
  for (auto verdict = verdicts.rbegin(); verdict != verdicts.rend(); ++verdict) {
    if (std::isnan(verdict->observed)) continue;
    if (!(std::fabs(verdict->deviation) > kBeyond)) break;
    if (!course) {
      course.emplace();
      side = verdict->deviation;
    }
    if (verdict->deviation * side <= 0) break;
    course->began_at = verdict->at;
    if (std::fabs(verdict->deviation) < farthest) continue;
    farthest = std::fabs(verdict->deviation);
    course->peak = verdict->observed;
    course->peak_at = verdict->at;
  }
  return course;
}

Siblings SiblingsOf(const promql::LabelSet& own, std::span<const promapi::TimeSeries> series,
                    Instant now) {
  const promql::LabelSet mine = WithoutName(own);
  Siblings out;
  for (const auto& one : series) {
    promql::LabelSet labels = WithoutName(one.labels);
    if (labels == mine || one.samples.empty()) continue;
    const auto newest = NewestOf(one, now);
    if (!newest) continue;
    ++out.looked_at;
    if (std::fabs(newest->deviation) < kDeviating) continue;
    for (const auto& [name, value] : mine) {
      if (labels.Get(name) == value) labels.Remove(name);
    }
    out.deviating.push_back({std::move(labels), newest->value, newest->deviation});
  }
  std::ranges::stable_sort(out.deviating, std::greater{}, [](const AnomalySibling& sibling) {
    return std::fabs(sibling.deviation);
  });
  if (out.deviating.size() > kTold) out.deviating.resize(kTold);
  return out;
}

}  // namespace warden

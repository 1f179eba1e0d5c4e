// SPDX-License-Identifier: Apache-2.0
// How well the detector `auto` keeps its budget on series without incidents, and how much of which
// incident it finds, how soon, by size: over all kinds of made series. No arguments: seeds 1 to
// 100; one number: so many seeds.
//
// usage: bench_detection [SEEDS]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/server/anomaly/made_incident.h"

namespace warden::anomaly {
namespace {

double Median(std::vector<double> values) {
  if (values.empty()) return kUnknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void BenchQuiet(unsigned seeds) {
  constexpr Quiet kYear;
  std::printf(
      "a year without incidents, alerts told as a multiple of the budget (one in 30 days)\n");
  std::printf("%-12s %8s %8s %8s %8s %12s\n", "series", "least", "median", "most", "mean",
              "0.5 to 2");
  std::size_t kept = 0;
  std::size_t all = 0;
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    std::vector<double> shares;
    for (unsigned seed = 1; seed <= seeds; ++seed)
      shares.push_back(RealisedShare(static_cast<LoadKind>(kind), seed, kYear));
    double sum = 0;
    for (const double share : shares) sum += share;
    const auto within = static_cast<std::size_t>(
        std::ranges::count_if(shares, [](double share) { return share >= 0.5 && share <= 2; }));
    kept += within;
    all += shares.size();
    std::printf("%-12s %8.2f %8.2f %8.2f %8.2f %6zu of %zu\n",
                std::string(Name(static_cast<LoadKind>(kind))).c_str(), std::ranges::min(shares),
                Median(shares), std::ranges::max(shares), sum / static_cast<double>(shares.size()),
                within, shares.size());
    std::fflush(stdout);
  }
  std::printf("within half and twice the budget: %zu of %zu series (%.1f %%)\n\n", kept, all,
              100.0 * static_cast<double>(kept) / static_cast<double>(all));
}

constexpr std::size_t kDay = 288;

// What the time of learning costs.
void BenchYoung(unsigned seeds) {
  std::array<double, 3> told{};
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const auto load = MakeLoad(static_cast<LoadKind>(kind), seed, {.days = 56});
      AutoEngine engine({});
      engine.SetStep(load.step);
      for (std::size_t i = 0; i < load.values.size(); ++i) {
        const std::size_t week = i / kDay / 7;
        if (engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kNone).news >= 0.5)
          told[week == 0 ? 0 : week < 4 ? 1 : 2] += 1;
      }
    }
  }
  const double months = static_cast<double>(seeds) * kLoadKinds / 30;
  std::printf(
      "\nfrom the first value on, as a multiple of the budget: first week %.2f, weeks 2 to 4 "
      "%.2f, weeks 5 to 8 %.2f\n\n",
      told[0] / (7 * months), told[1] / (21 * months), told[2] / (28 * months));
}

struct Found {
  std::size_t told = 0;
  std::size_t in_three = 0;
  std::vector<double> delays;
};

// One engine has seen some weeks of a series; each incident happens to a copy of it.
void BenchIncidents(unsigned seeds, int weeks) {
  const std::vector<Incident> incidents{
      {IncidentKind::kSpike, 4},    {IncidentKind::kSpike, 6},    {IncidentKind::kSpike, 10},
      {IncidentKind::kDip, 4},      {IncidentKind::kDip, 6},      {IncidentKind::kDip, 10},
      {IncidentKind::kOutage, 0},   {IncidentKind::kShift, 2},    {IncidentKind::kShift, 3},
      {IncidentKind::kShift, 4},    {IncidentKind::kShift, 6},    {IncidentKind::kDrift, 4},
      {IncidentKind::kDrift, 8},    {IncidentKind::kFlatline, 0}, {IncidentKind::kNoSeason, 0},
      {IncidentKind::kVariance, 2}, {IncidentKind::kVariance, 4}};
  std::vector<std::vector<Found>> found(incidents.size(), std::vector<Found>(kLoadKinds));
  for (int kind = 0; kind < kLoadKinds; ++kind) {
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      const auto calm = MakeLoad(static_cast<LoadKind>(kind), seed, {.days = 7 * weeks + 3});
      const std::size_t at = static_cast<std::size_t>(7 * weeks) * kDay + seed * 7 % kDay;
      AutoEngine engine({});
      engine.SetStep(calm.step);
      (void)engine.Step(calm.values[0], calm.At(0), AutoEngine::Bands::kNone);
      for (std::size_t i = 1; i < at; ++i)
        (void)engine.Step(calm.values[i], calm.At(i), AutoEngine::Bands::kNone);
      for (std::size_t k = 0; k < incidents.size(); ++k) {
        auto load = calm;
        const std::size_t steps = PutIn(load, incidents[k], at);
        auto copy = engine;
        const auto first = FirstTold(copy, load, at, at + steps);
        Found& sum = found[k][static_cast<std::size_t>(kind)];
        if (!first) continue;
        ++sum.told;
        sum.in_three += *first < 3 ? 1 : 0;
        sum.delays.push_back(static_cast<double>(*first + 1));
      }
    }
  }
  std::printf(
      "incidents after %d weeks, percent told while they last (of %u); steps to the alert, "
      "median\n%-14s",
      weeks, seeds, "");
  for (int kind = 0; kind < kLoadKinds; ++kind)
    std::printf(" %10s", std::string(Name(static_cast<LoadKind>(kind))).c_str());
  std::printf(" %8s %8s\n", "all", "within 3");
  for (std::size_t k = 0; k < incidents.size(); ++k) {
    std::string name(Name(incidents[k].kind));
    if (HasSize(incidents[k].kind))
      name += " " + std::to_string(static_cast<int>(incidents[k].size));
    std::printf("%-14s", name.c_str());
    std::size_t told = 0;
    std::size_t in_three = 0;
    for (const Found& one : found[k]) {
      std::printf(" %4zu (%3.0f)", 100 * one.told / seeds, Median(one.delays));
      told += one.told;
      in_three += one.in_three;
    }
    const std::size_t all = static_cast<std::size_t>(seeds) * kLoadKinds;
    std::printf(" %6zu %% %6zu %%\n", 100 * told / all, 100 * in_three / all);
  }
}

}  // namespace
}  // namespace warden::anomaly

int main(int argc, char** argv) {
  const int asked = argc > 1 ? std::atoi(argv[1]) : 100;
  const auto seeds = static_cast<unsigned>(std::clamp(asked, 1, 100'000));
  for (const int weeks : {3, 6}) warden::anomaly::BenchIncidents(seeds, weeks);
  warden::anomaly::BenchYoung(seeds);
  warden::anomaly::BenchQuiet(seeds);
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/anomaly/made_incident.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace warden::anomaly {
namespace {

struct Trait {
  std::string_view name;
  std::size_t steps;
  bool has_size;
};
constexpr std::array<Trait, kIncidentKinds> kTraits{{{"spike", 1, true},
                                                     {"dip", 1, true},
                                                     {"outage", 6, false},
                                                     {"shift", 72, true},
                                                     {"drift", 144, true},
                                                     {"flatline", 72, false},
                                                     {"no season", 288, false},
                                                     {"variance", 144, true}}};

const Trait& TraitOf(IncidentKind kind) { return kTraits[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view Name(IncidentKind kind) { return TraitOf(kind).name; }
bool HasSize(IncidentKind kind) { return TraitOf(kind).has_size; }

std::size_t PutIn(MadeLoad& load, const Incident& incident, std::size_t at) {
  const std::size_t steps = std::min(TraitOf(incident.kind).steps, load.values.size() - at);
  const std::vector<double> calm = load.values;
  std::mt19937_64 random(at);
  std::normal_distribution<double> noise;
  for (std::size_t i = at; i < at + steps; ++i) {
    double& value = load.values[i];
    const double by = incident.size * load.scales[i];
    switch (incident.kind) {
      case IncidentKind::kSpike:
      case IncidentKind::kShift:
        value += by;
        break;
      case IncidentKind::kDip:
        value -= by;
        break;
      case IncidentKind::kOutage:
        value = 0;
        break;
      case IncidentKind::kDrift:
        value += by * static_cast<double>(i - at + 1) / static_cast<double>(steps);
        break;
      case IncidentKind::kFlatline:
        value = calm[at - 1];
        break;
      case IncidentKind::kNoSeason:
        value = calm[i - 144];
        break;
      case IncidentKind::kVariance:
        value += load.scales[i] * std::sqrt(incident.size * incident.size - 1) * noise(random);
        break;
    }
  }
  return steps;
}

std::optional<std::size_t> FirstTold(AutoEngine& engine, const MadeLoad& load, std::size_t from,
                                     std::size_t to) {
  for (std::size_t i = from; i < std::min(to, load.values.size()); ++i) {
    if (engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kNone).news >= 0.5)
      return i - from;
  }
  return std::nullopt;
}

double RealisedShare(LoadKind kind, unsigned seed, const Quiet& quiet) {
  const auto load = MakeLoad(kind, seed, {.days = quiet.days});
  DetectorParameters parameters;
  parameters.judgement.alert_budget = quiet.budget;
  AutoEngine engine(parameters);
  engine.SetStep(load.step);
  const auto warm_up = static_cast<std::size_t>(std::chrono::days(quiet.warm_up) / load.step);
  std::size_t told = 0;
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    const auto verdict = engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kNone);
    told += i >= warm_up && verdict.news >= 0.5 ? 1 : 0;
  }
  return static_cast<double>(told) / (quiet.budget * (quiet.days - quiet.warm_up));
}

}  // namespace warden::anomaly

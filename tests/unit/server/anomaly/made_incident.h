// SPDX-License-Identifier: Apache-2.0
// Incidents put into made series, and what a detector said of them: the measure of recall, delay
// and false alarms that the tests take a sample of and tests/bench/anomaly runs whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/anomaly/auto_engine.h"
#include "tests/unit/server/anomaly/made_load.h"

namespace warden::anomaly {

enum class IncidentKind : std::uint8_t {
  kSpike,     // one step, `size` deviations of the noise at that hour above
  kDip,       // one step, below
  kOutage,    // half an hour of zeros; no size
  kShift,     // another level, `size` deviations up, for six hours
  kDrift,     // reaches `size` deviations in twelve hours
  kFlatline,  // six hours of the last value; no size
  kNoSeason,  // a day lived half a day late; no size
  kVariance,  // the noise is `size` times as large for twelve hours
};
inline constexpr int kIncidentKinds = 8;
[[nodiscard]] std::string_view Name(IncidentKind kind);
[[nodiscard]] bool HasSize(IncidentKind kind);

struct Incident {
  IncidentKind kind{};
  double size = 0;
};

// Puts the incident in at step `at`; answers how many steps it lasts (fewer where the load ends).
std::size_t PutIn(MadeLoad& load, const Incident& incident, std::size_t at);

// Feeds the steps from `from` up to `to`; the first of them that is told, counted from `from`.
[[nodiscard]] std::optional<std::size_t> FirstTold(AutoEngine& engine, const MadeLoad& load,
                                                   std::size_t from, std::size_t to);

struct Quiet {
  int days = 365;
  int warm_up = 14;  // days at the start that are not counted
  double budget = 1.0 / 30;
};

// Alerts told of a series without incidents, as a multiple of its budget.
[[nodiscard]] double RealisedShare(LoadKind kind, unsigned seed, const Quiet& quiet);

}  // namespace warden::anomaly

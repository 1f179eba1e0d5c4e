// SPDX-License-Identifier: Apache-2.0
// What an engine tells of a made series.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "server/anomaly/auto_engine.h"
#include "tests/unit/server/anomaly/made_load.h"

namespace warden::anomaly {

inline constexpr std::size_t kDay = 288;  // steps of five minutes

struct Told {
  std::size_t at = 0;
  Verdict verdict;
};

// Everything told from step `from` on, which the engine is fed to the end.
inline std::vector<Told> TellAll(AutoEngine& engine, const MadeLoad& load, std::size_t from = 0) {
  engine.SetStep(load.step);
  std::vector<Told> told;
  for (std::size_t i = 0; i < load.values.size(); ++i) {
    auto verdict = engine.Step(load.values[i], load.At(i), AutoEngine::Bands::kWanted);
    if (i >= from && verdict.news >= 0.5) told.push_back({i, std::move(verdict)});
  }
  return told;
}

}  // namespace warden::anomaly

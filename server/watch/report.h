// SPDX-License-Identifier: Apache-2.0
// What a watch has to say of itself after a run: plain immutable values, shared with whoever asks.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/anomaly/verdict.h"
#include "server/base/clock.h"
#include "server/check/check.h"
#include "server/config/watch_config.h"
#include "server/watch/anomaly_log.h"
#include "server/watch/step_grid.h"

namespace warden {

enum class WatchState : std::uint8_t {
  kWaiting,   // has not run yet
  kLearning,  // no series has enough values yet, or there is no series
  kOk,
  kFiring,   // an alert is open
  kFailing,  // the last run failed: `error` says why; series are those of the last that worked
};
[[nodiscard]] constexpr std::string_view Name(WatchState state) {
  constexpr std::string_view kNames[] = {"waiting", "learning", "ok", "firing", "failing"};
  return kNames[static_cast<std::size_t>(state)];
}

struct WatchReport {
  WatchConfig watch;
  WatchState state = WatchState::kWaiting;
  std::optional<Instant> last_run;      // begin of the last run
  std::optional<Instant> last_success;  // of the last that worked
  std::string error;                    // why the last run failed
  std::vector<std::string> warnings;    // Prometheus' own: the answer may be incomplete
  std::vector<SeriesCheck> series;      // on the newest step, in order of labels
  std::size_t left_out = 0;             // series beyond max_series
  std::size_t points = 0;               // values taken in by this process
  SkipCounts skipped;                   // likewise
  std::size_t open_alerts = 0;
  // Of the series' whole past, a series and day; only of the detector auto.
  std::optional<double> alerts_per_day;
  std::vector<AnomalyRecord> anomalies;  // open and recent ones, the newest first
};

struct WatchView {
  std::string name;
  Instant next_run;
  bool is_running = false;
  std::shared_ptr<const WatchReport> report;  // never null
};

}  // namespace warden

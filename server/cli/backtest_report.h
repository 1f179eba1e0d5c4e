// SPDX-License-Identifier: Apache-2.0
// What a backtest has to tell: the episodes in which a detector would have raised an alert, and how
// often that is beside the budget. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/anomaly/verdict.h"
#include "server/base/clock.h"

namespace warden::cli {

// One alert's life: from its first anomalous point to its last. Episodes less than half an hour (or
// three steps) apart are one.
struct BacktestEpisode {
  Instant onset;  // when values had left the band, or become suspect, without coming back
  Instant start;  // the first anomalous point: the alert
  Instant end;    // the last one
  std::size_t points = 0;
  anomaly::Verdict peak;  // the largest deviation; farthest past the limit
};

struct BacktestSummary {
  std::size_t points = 0;
  std::size_t gaps = 0;      // points without a value
  std::size_t learning = 0;  // points before the detector spoke
  Duration judged{0};        // time in which it did
  std::vector<BacktestEpisode> episodes;
  [[nodiscard]] double alerts_a_day() const;
};

// `verdicts` in order of time; `step`: their usual distance.
[[nodiscard]] BacktestSummary Summarise(std::span<const anomaly::Verdict> verdicts, Duration step);

// Lines for people: what was looked at, a table of episodes (the strongest `most`, in order of
// time), and the rate beside the budget.
[[nodiscard]] std::string Report(const BacktestSummary& summary, Duration step,
                                 std::string_view budget, std::size_t most = 50);

}  // namespace warden::cli

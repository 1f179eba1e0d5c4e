// SPDX-License-Identifier: Apache-2.0
// From verdicts to alerts: an episode begins after `fire_after` anomalous checks in a row that span
// `for`, and ends after `resolve_after` normal ones; while it lasts, one alert fires. Pure, with a
// text form for the store.
//
//   quiet ──anomalous × fire_after, for──▶ firing ──normal × resolve_after──▶ quiet
//     (a gap, or a detector that is still learning, counts as neither)
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/alert/alert.h"
#include "server/check/check.h"
#include "server/config/watch_config.h"

namespace warden {

struct Episode {
  std::size_t anomalous = 0;  // in a row
  std::size_t normal = 0;
  Instant since;       // of the first anomalous one in a row
  Instant checked_at;  // the last check that held the series
  // The worst that was seen in this row: an episode that goes on may look harmless at times.
  anomaly::Severity worst = anomaly::Severity::kNone;
  bool fires = false;
  bool in_storm = false;  // another alert stands for it (storm.h)
  Instant starts_at;
  promql::LabelSet labels;  // of the alert while it fires
  friend bool operator==(const Episode&, const Episode&) = default;
};

// By the series' labels; only of those that are not simply normal.
using Episodes = std::map<promql::LabelSet, Episode>;

// Moves every episode on by one check and says which alerts are to be told: those that fire, each
// time (the receiver of them recognises repeats), and those that end now. Series that have vanished
// from the answer count as normal.
[[nodiscard]] std::vector<Alert> Advance(const WatchConfig& watch,
                                         const std::vector<SeriesCheck>& checks, Instant now,
                                         Episodes& episodes);

// The alert of a verdict: labels of series and watch, severity by the mapping, values and a
// sentence in annotations.
[[nodiscard]] Alert AlertOf(const WatchConfig& watch, const promql::LabelSet& series,
                            const anomaly::Verdict& verdict);

// `instance="a",job="b"`, values quoted as Go does.
[[nodiscard]] std::string SeriesText(const promql::LabelSet& labels);

// `9, expected 1 to 3`; `9, expected at most 3` where one side is not watched
[[nodiscard]] std::string RangeText(const anomaly::Verdict& verdict);

// Only those that fire, a line each; reading skips lines it does not understand.
[[nodiscard]] std::string EncodeEpisodes(const Episodes& episodes);
[[nodiscard]] Episodes DecodeEpisodes(std::string_view text);

}  // namespace warden

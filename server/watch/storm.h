// SPDX-License-Identifier: Apache-2.0
// When many series of one watch become unusual at once, people are told once: alerts that begin are
// counted, and those of a step that brings an hour beyond the watch's limit are held back together.
// As long as one of them fires, one alert stands for them all, with the label promwarden_storm and
// the labels that all its series share. Alerts that were told before go on by themselves. Pure.
#pragma once

#include <string>
#include <vector>

#include "server/alert/alert.h"
#include "server/watch/episode.h"

namespace warden {

struct Storm {
  std::vector<Instant> begun;  // alerts that were told by themselves within the last hour
  promql::LabelSet labels;     // of the alert that stands for all; empty while there is no storm
  Instant starts_at;

  [[nodiscard]] bool rages() const { return !labels.empty(); }
  friend bool operator==(const Storm&, const Storm&) = default;
};

// After Advance, with what it said of the same step: alerts of the storm go, the one for all comes.
void GatherStorm(const WatchConfig& watch, const std::vector<SeriesCheck>& checks, Instant now,
                 Episodes& episodes, Storm& storm, std::vector<Alert>& alerts);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Why an alert that fires is kept quiet now, if it is, and when to look again. Three causes, in
// Alertmanager's order: inhibition, the route's active and mute time intervals, and maintenance
// windows. A muted alert is not forgotten: its incident looks again when the cause ends. Pure;
// borrows the configuration.
#pragma once

#include <optional>
#include <string>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/triage/inhibit_index.h"
#include "server/triage/state.h"

namespace warden {

struct Mute {
  std::string reason;            // for people: `outside the active time interval "office hours"`
  std::optional<Instant> until;  // unknown for inhibition: it ends with its source
};

// By the route's intervals: the same for all alerts of an incident. `route` may be null (gone from
// the configuration).
[[nodiscard]] std::optional<Mute> MutedByTime(const Config& config, const Route* route,
                                              Instant now);
// By the first window that is open and matches.
[[nodiscard]] std::optional<Mute> MutedByMaintenance(const Config& config,
                                                     const promql::LabelSet& labels, Instant now);
[[nodiscard]] std::optional<Mute> MutedByInhibition(const Config& config, const InhibitIndex& index,
                                                    const TriageState& state,
                                                    const promql::LabelSet& labels);

}  // namespace warden

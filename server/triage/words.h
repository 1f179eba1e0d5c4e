// SPDX-License-Identifier: Apache-2.0
// Names that triage makes up: of incidents, and of alerts in the reasons of a timeline. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/alert/ids.h"
#include "server/base/clock.h"
#include "server/triage/state.h"

namespace warden {

// `HighErrorRate{instance="a:1"}, DiskFull and 17 more`, at most three by name.
[[nodiscard]] std::string AlertList(const TriageState& state, const std::vector<AlertId>& alerts);

// 13 characters of a-z and 2-7: a hash of what makes an incident one of its kind, `previous` being
// the last one that was opened (a group may open twice in a microsecond).
[[nodiscard]] std::string IncidentUid(std::string_view route_id, std::string_view group_key,
                                      IncidentId previous, Instant opened_at);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// What would become of an alert, in words for a terminal: every node of the tree it meets and why
// it stops there, what mutes it at that time, which receivers hear of it through which channels.
// Pure. Inhibition is left out: it depends on what else fires.
#pragma once

#include <string>

#include "promql/model/labels.h"
#include "server/base/clock.h"
#include "server/config/config.h"

namespace warden {

[[nodiscard]] std::string ExplainRoute(const Config& config, const promql::LabelSet& labels,
                                       Instant at);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Changes → rows, in the order that keeps every reference valid.
#pragma once

#include "server/base/result.h"
#include "server/store/store.h"
#include "server/triage/changes.h"
#include "server/triage/state.h"

namespace warden {

// Alerts, groups, incidents that are open, members, timeline.
Result<void> WriteRecords(RecordSink& sink, const TriageState& state, const Changes& changes);

// All else.
Result<void> WriteRest(Transaction& transaction, const Changes& changes);

}  // namespace warden

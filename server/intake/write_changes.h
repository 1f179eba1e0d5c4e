// SPDX-License-Identifier: Apache-2.0
// Changes → rows, in the order that keeps every reference valid.
#pragma once

#include "server/base/result.h"
#include "server/store/store.h"
#include "server/triage/changes.h"
#include "server/triage/state.h"

namespace warden {

Result<void> WriteChanges(Transaction& transaction, const TriageState& state,
                          const Changes& changes);

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// How a turn's changes get to disk: straight into their tables, or, while turns come thick and
// fast, as one journal entry each, with the tables brought up to date for many turns at once. Then
// what is listed lags behind what was answered by kLag at most. Notifications, deliveries and ends
// of incidents never lag. One owner, on the store's thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/base/result.h"
#include "server/store/journal.h"
#include "server/store/store.h"
#include "server/triage/changes.h"
#include "server/triage/state.h"

namespace warden {

class Ledger {
 public:
  using Steady = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kLag{100};

  enum class Pace : std::uint8_t { kCalm, kBusy };

  // Takes the records out of `changes`; what else is in there stays.
  Result<void> Write(Transaction& transaction, const TriageState& state, Changes& changes,
                     Pace pace, Steady::time_point now);
  // Whether tables lag behind.
  [[nodiscard]] bool lags() const { return is_journaled_; }
  // The store was read back, and with it what stood in the journal.
  void Forget() {
    behind_ = {};
    is_journaled_ = false;
  }

 private:
  Changes behind_;  // records only
  bool is_journaled_ = false;
  Steady::time_point since_;
  JournalEntry entry_;
};

}  // namespace warden

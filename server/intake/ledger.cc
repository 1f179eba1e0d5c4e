// SPDX-License-Identifier: Apache-2.0
#include "server/intake/ledger.h"

#include <cstddef>
#include <iterator>
#include <utility>

#include "server/intake/write_changes.h"

namespace warden {
namespace {

// The tables are brought up to date at the latest when so many alerts wait for it.
constexpr std::size_t kMostAlerts = 2048;
// A turn with more alerts fills pages of its own: writing them twice would cost more than it saves.
constexpr std::size_t kSmallTurn = 32;

bool HasOnlyRecords(const Changes& changes) {
  return changes.closed.empty() && changes.notifications.empty() && changes.deliveries.empty() &&
         changes.quarantine.empty();
}

void MoveRecords(Changes& from, Changes& to) {
  to.alerts.merge(from.alerts);
  to.groups.merge(from.groups);
  to.incidents.merge(from.incidents);
  for (auto& [key, member] : from.members) to.members.insert_or_assign(key, member);
  to.timeline.insert(to.timeline.end(), std::make_move_iterator(from.timeline.begin()),
                     std::make_move_iterator(from.timeline.end()));
  from.alerts.clear();
  from.groups.clear();
  from.incidents.clear();
  from.members.clear();
  from.timeline.clear();
}

}  // namespace

Result<void> Ledger::Write(Transaction& transaction, const TriageState& state, Changes& changes,
                           Pace pace, Steady::time_point now) {
  const bool is_due = behind_.alerts.size() >= kMostAlerts || (lags() && now - since_ >= kLag);
  const bool is_small = changes.alerts.size() <= kSmallTurn && HasOnlyRecords(changes);
  if (pace == Pace::kBusy && is_small && !is_due) {
    if (changes.empty()) return {};
    entry_.Clear();
    if (auto written = WriteRecords(entry_, state, changes); !written) return written;
    if (!lags()) since_ = now;
    is_journaled_ = true;
    MoveRecords(changes, behind_);
    return transaction.AddJournal(entry_.bytes());
  }
  MoveRecords(changes, behind_);
  auto written = WriteRecords(transaction, state, behind_);
  if (written) written = WriteRest(transaction, changes);
  if (written && is_journaled_) written = transaction.ClearJournal();
  Forget();
  return written;
}

}  // namespace warden

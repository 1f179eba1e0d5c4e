// SPDX-License-Identifier: Apache-2.0
#include "server/triage/tally.h"

namespace warden {

Tally::Tally(const TriageState& state) {
  for (const auto& [id, record] : state.alerts()) Look(record);
  for (const auto& [id, incident] : state.incidents()) {
    for (const auto& [alert, member] : incident.members) Look(id, alert, member.muted);
  }
  counts_.open_incidents = static_cast<std::int64_t>(state.incidents().size());
}

void Tally::Apply(const TriageState& state, const Changes& changes) {
  for (const auto id : changes.alerts) {
    if (const auto* record = state.FindAlert(id)) Look(*record);
  }
  for (const auto& [key, member] : changes.members) {
    const auto* incident = state.FindIncident(key.first);
    // Whoever left keeps a row, as it was in the end.
    const bool is_in = incident != nullptr && incident->members.contains(key.second);
    Look(key.first, key.second, is_in && member.muted);
  }
  for (const auto& incident : changes.closed) Close(incident.id);
  counts_.open_incidents = static_cast<std::int64_t>(state.incidents().size());
}

void Tally::Look(const AlertRecord& record) {
  if (record.alert.status == AlertStatus::kFiring) {
    firing_.insert(record.id);
  } else {
    firing_.erase(record.id);
  }
  counts_.firing_alerts = static_cast<std::int64_t>(firing_.size());
}

void Tally::Look(IncidentId incident, AlertId alert, bool is_muted) {
  if (is_muted) {
    counts_.muted_alerts += muted_[incident].insert(alert).second ? 1 : 0;
  } else if (const auto found = muted_.find(incident); found != muted_.end()) {
    counts_.muted_alerts -= static_cast<std::int64_t>(found->second.erase(alert));
    if (found->second.empty()) muted_.erase(found);
  }
  counts_.muted_incidents = static_cast<std::int64_t>(muted_.size());
}

void Tally::Close(IncidentId incident) {
  const auto found = muted_.find(incident);
  if (found == muted_.end()) return;
  counts_.muted_alerts -= static_cast<std::int64_t>(found->second.size());
  muted_.erase(found);
  counts_.muted_incidents = static_cast<std::int64_t>(muted_.size());
}

}  // namespace warden

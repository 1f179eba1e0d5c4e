// SPDX-License-Identifier: Apache-2.0
#include "server/intake/write_changes.h"

namespace warden {

Result<void> WriteRecords(RecordSink& sink, const TriageState& state, const Changes& changes) {
  Result<void> done;
  for (const auto id : changes.alerts) {
    const auto* alert = state.FindAlert(id);
    if (done && alert != nullptr) done = sink.PutAlert(*alert);
  }
  for (const auto& key : changes.groups) {
    const auto* group = state.FindGroup(key);
    if (done && group != nullptr) done = sink.PutGroup(*group);
  }
  for (const auto id : changes.incidents) {
    const auto* incident = state.FindIncident(id);
    if (done && incident != nullptr) done = sink.PutIncident(*incident);
  }
  for (const auto& [key, member] : changes.members) {
    if (done) done = sink.PutMember(key.first, key.second, member);
  }
  for (const auto& entry : changes.timeline) {
    if (done) done = sink.AddTimeline(entry);
  }
  return done;
}

Result<void> WriteRest(Transaction& transaction, const Changes& changes) {
  Result<void> done;
  for (const auto& incident : changes.closed) {
    if (done) done = transaction.PutIncident(incident);
  }
  for (const auto& notification : changes.notifications) {
    if (done) done = transaction.AddNotification(notification);
  }
  for (const auto& delivery : changes.deliveries) {
    if (!done) break;
    if (auto added = transaction.AddDelivery(delivery); !added)
      done = std::unexpected(added.error());
  }
  for (const auto& row : changes.quarantine) {
    if (done) done = transaction.AddQuarantine(row);
  }
  return done;
}

}  // namespace warden

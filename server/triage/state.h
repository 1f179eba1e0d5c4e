// SPDX-License-Identifier: Apache-2.0
// Triage's image of what the store knows: every alert that fires or ended lately, the last state of
// each message group, and the open incidents. One owner (intake, on the store's thread) changes it
// through Triage only; when a commit fails it is thrown away and loaded again.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/alert/incident.h"

namespace warden {

class TriageState {
 public:
  TriageState() = default;
  explicit TriageState(StoredState stored);

  [[nodiscard]] AlertRecord* FindAlert(AlertId id);
  [[nodiscard]] const AlertRecord* FindAlert(AlertId id) const;
  [[nodiscard]] AlertRecord* FindAlert(std::string_view source, std::uint64_t fingerprint);
  AlertRecord& AddAlert(std::string_view source, Alert alert);
  // Drops resolved alerts that no open incident holds and that changed before `before`.
  void ForgetAlerts(Instant before);

  [[nodiscard]] GroupRecord& Group(std::string key) { return groups_[std::move(key)]; }
  [[nodiscard]] const GroupRecord* FindGroup(const std::string& key) const;

  [[nodiscard]] Incident* FindIncident(IncidentId id);
  [[nodiscard]] const Incident* FindIncident(IncidentId id) const;
  // The open one of a route's group.
  [[nodiscard]] Incident* FindIncident(std::string_view route_id, std::string_view group_key);
  Incident& AddIncident(Incident incident);  // gives it its id
  void CloseIncident(IncidentId id);         // forgets it

  void SetFlush(Incident& incident, std::optional<Instant> at);
  // The latest thing that is known to have happened.
  [[nodiscard]] Instant LastEvent() const;
  // Moves what happened and what is planned to happen into the past by this much.
  void MoveBack(Duration by);
  // Incidents whose time has come, earliest first.
  [[nodiscard]] std::vector<IncidentId> DueIncidents(Instant now) const;
  [[nodiscard]] std::optional<Instant> NextFlush() const;

  [[nodiscard]] IncidentId last_incident() const { return last_incident_; }
  [[nodiscard]] NotificationId NextNotification() {
    return NotificationId{++last_notification_.value};
  }
  [[nodiscard]] DeliveryId NextDelivery() { return DeliveryId{++last_delivery_.value}; }

  [[nodiscard]] const std::unordered_map<AlertId, AlertRecord>& alerts() const { return alerts_; }
  [[nodiscard]] const std::unordered_map<IncidentId, Incident>& incidents() const {
    return incidents_;
  }

 private:
  static std::string AlertKey(std::string_view source, std::uint64_t fingerprint);
  static std::string IncidentKey(std::string_view route_id, std::string_view group_key);

  std::unordered_map<AlertId, AlertRecord> alerts_;
  std::unordered_map<std::string, AlertId> alert_by_key_;
  std::unordered_map<std::string, GroupRecord> groups_;
  std::unordered_map<IncidentId, Incident> incidents_;
  std::unordered_map<std::string, IncidentId> incident_by_key_;
  std::set<std::pair<Instant, IncidentId>> flushes_;
  AlertId last_alert_;
  IncidentId last_incident_;
  NotificationId last_notification_;
  DeliveryId last_delivery_;
};

}  // namespace warden

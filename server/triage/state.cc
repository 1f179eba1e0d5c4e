// SPDX-License-Identifier: Apache-2.0
#include "server/triage/state.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warden {

TriageState::TriageState(StoredState stored)
    : last_alert_(stored.last_alert),
      last_incident_(stored.last_incident),
      last_notification_(stored.last_notification),
      last_delivery_(stored.last_delivery) {
  for (auto& record : stored.alerts) {
    // Rows come in the order of their ids: of several with one key the newest is the one that
    // counts.
    alert_by_key_[AlertKey(record.source, record.alert.fingerprint)] = record.id;
    const auto id = record.id;
    alerts_.emplace(id, std::move(record));
  }
  for (auto& group : stored.groups) {
    auto key = group.key;
    groups_.emplace(std::move(key), std::move(group));
  }
  for (auto& incident : stored.incidents) {
    for (const auto& [alert, member] : incident.members) {
      if (auto* record = FindAlert(alert)) record->incidents.push_back(incident.id);
    }
    incident_by_key_[IncidentKey(incident.route_id, incident.group_key)] = incident.id;
    if (incident.flush_at) flushes_.emplace(*incident.flush_at, incident.id);
    const auto id = incident.id;
    incidents_.emplace(id, std::move(incident));
  }
}

AlertRecord* TriageState::FindAlert(AlertId id) {
  const auto found = alerts_.find(id);
  return found == alerts_.end() ? nullptr : &found->second;
}

const AlertRecord* TriageState::FindAlert(AlertId id) const {
  const auto found = alerts_.find(id);
  return found == alerts_.end() ? nullptr : &found->second;
}

AlertRecord* TriageState::FindAlert(std::string_view source, std::uint64_t fingerprint) {
  const auto found = alert_by_key_.find(AlertKey(source, fingerprint));
  return found == alert_by_key_.end() ? nullptr : FindAlert(found->second);
}

AlertRecord& TriageState::AddAlert(std::string_view source, Alert alert) {
  const AlertId id{++last_alert_.value};
  alert_by_key_[AlertKey(source, alert.fingerprint)] = id;
  AlertRecord record;
  record.id = id;
  record.source = source;
  record.alert = std::move(alert);
  return alerts_.emplace(id, std::move(record)).first->second;
}

void TriageState::ForgetAlerts(Instant before) {
  std::erase_if(alerts_, [&](const auto& entry) {
    const AlertRecord& record = entry.second;
    const bool gone = record.alert.status == AlertStatus::kResolved && record.incidents.empty() &&
                      record.changed_at < before;
    if (!gone) return false;
    const auto key = alert_by_key_.find(AlertKey(record.source, record.alert.fingerprint));
    if (key != alert_by_key_.end() && key->second == record.id) alert_by_key_.erase(key);
    return true;
  });
  constexpr auto kGroupMemory =
      std::chrono::hours{120};  // the longest repeat_interval that Alertmanager honours
  std::erase_if(groups_,
                [&](const auto& entry) { return entry.second.seen_at < before - kGroupMemory; });
}

const GroupRecord* TriageState::FindGroup(const std::string& key) const {
  const auto found = groups_.find(key);
  return found == groups_.end() ? nullptr : &found->second;
}

Incident* TriageState::FindIncident(IncidentId id) {
  const auto found = incidents_.find(id);
  return found == incidents_.end() ? nullptr : &found->second;
}

const Incident* TriageState::FindIncident(IncidentId id) const {
  const auto found = incidents_.find(id);
  return found == incidents_.end() ? nullptr : &found->second;
}

Incident* TriageState::FindIncident(std::string_view route_id, std::string_view group_key) {
  const auto found = incident_by_key_.find(IncidentKey(route_id, group_key));
  return found == incident_by_key_.end() ? nullptr : FindIncident(found->second);
}

Incident& TriageState::AddIncident(Incident incident) {
  incident.id = IncidentId{++last_incident_.value};
  incident_by_key_[IncidentKey(incident.route_id, incident.group_key)] = incident.id;
  const auto id = incident.id;
  return incidents_.emplace(id, std::move(incident)).first->second;
}

void TriageState::CloseIncident(IncidentId id) {
  auto* incident = FindIncident(id);
  assert(incident != nullptr);
  SetFlush(*incident, std::nullopt);
  for (const auto& [alert, member] : incident->members) {
    if (auto* record = FindAlert(alert)) std::erase(record->incidents, id);
  }
  const auto key = incident_by_key_.find(IncidentKey(incident->route_id, incident->group_key));
  if (key != incident_by_key_.end() && key->second == id) incident_by_key_.erase(key);
  incidents_.erase(id);
}

void TriageState::SetFlush(Incident& incident, std::optional<Instant> at) {
  if (incident.flush_at) flushes_.erase({*incident.flush_at, incident.id});
  incident.flush_at = at;
  if (at) flushes_.emplace(*at, incident.id);
}

Instant TriageState::LastEvent() const {
  Instant last;
  for (const auto& [id, record] : alerts_) last = std::max(last, record.changed_at);
  for (const auto& [id, incident] : incidents_)
    last = std::max({last, incident.opened_at, incident.flushed_at.value_or(last)});
  return last;
}

void TriageState::MoveBack(Duration by) {
  for (auto& [id, record] : alerts_) {
    record.changed_at -= by;
    record.seen_at -= by;
  }
  for (auto& [id, incident] : incidents_) {
    if (incident.flush_at) SetFlush(incident, *incident.flush_at - by);
    if (incident.flushed_at) *incident.flushed_at -= by;
    if (incident.announced_at) *incident.announced_at -= by;
  }
}

std::vector<IncidentId> TriageState::DueIncidents(Instant now) const {
  std::vector<IncidentId> due;
  for (const auto& [at, incident] : flushes_) {
    if (at > now) break;
    due.push_back(incident);
  }
  return due;
}

std::optional<Instant> TriageState::NextFlush() const {
  if (flushes_.empty()) return std::nullopt;
  return flushes_.begin()->first;
}

std::string TriageState::AlertKey(std::string_view source, std::uint64_t fingerprint) {
  std::string key(source);
  key += '\n';
  key.append(reinterpret_cast<const char*>(&fingerprint), sizeof fingerprint);
  return key;
}

std::string TriageState::IncidentKey(std::string_view route_id, std::string_view group_key) {
  std::string key(route_id);
  key += '\n';
  key += group_key;
  return key;
}

}  // namespace warden

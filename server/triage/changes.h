// SPDX-License-Identifier: Apache-2.0
// What a turn of triage has decided and what must be written for it, in one transaction. Records
// that changed are named by id and read from the TriageState when they are written; incidents that
// closed travel along.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/alert/incident.h"
#include "server/alert/notification.h"

namespace warden {

struct Changes {
  std::set<AlertId> alerts;
  std::set<std::string> groups;
  std::set<IncidentId> incidents;
  std::vector<Incident> closed;
  std::map<std::pair<IncidentId, AlertId>, Member> members;
  std::vector<TimelineEntry> timeline;
  std::vector<Notification> notifications;
  std::vector<Delivery> deliveries;
  std::vector<QuarantineRow> quarantine;

  [[nodiscard]] bool empty() const {
    return alerts.empty() && groups.empty() && incidents.empty() && closed.empty() &&
           members.empty() && timeline.empty() && notifications.empty() && deliveries.empty() &&
           quarantine.empty();
  }
};

}  // namespace warden

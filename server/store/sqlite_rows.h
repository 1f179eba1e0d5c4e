// SPDX-License-Identifier: Apache-2.0
// Rows of the SQLite schema ⇄ values: the column lists stand here once, beside the functions that
// read them. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "server/store/rows.h"
#include "server/store/sqlite.h"

namespace warden::sqlite {

#define PROMWARDEN_ALERT_COLUMNS                                                               \
  "a.id, a.source, a.fingerprint, a.firing, a.labels, a.annotations, a.starts_at, a.ends_at, " \
  "a.generator_url, a.peer, a.changed_at, a.seen_at"
#define PROMWARDEN_INCIDENT_COLUMNS                                                              \
  "i.id, i.uid, i.route_id, i.group_key, i.receiver, i.group_labels, i.annotates, i.opened_at, " \
  "i.closed_at, i.flush_at, "                                                                    \
  "i.flushed_at, i.announced_at, i.notifications, i.timeline_entries, i.left_out"
#define PROMWARDEN_DELIVERY_COLUMNS                                                         \
  "d.id, d.notification, d.incident, d.receiver, d.kind, d.position, d.state, d.attempts, " \
  "d.created_at, d.not_before, "                                                            \
  "d.expires_at, d.lease_until, d.settled_at, d.last_error, d.carries"

[[nodiscard]] AlertRecord ReadAlert(const Statement& row, int first = 0);
[[nodiscard]] Incident ReadIncident(const Statement& row);
[[nodiscard]] Delivery ReadDelivery(const Statement& row);

[[nodiscard]] std::string EncodeIds(const std::vector<NotificationId>& ids);
[[nodiscard]] std::vector<NotificationId> DecodeIds(std::string_view text);
// One line an alert: `id firing starts_at ends_at`, `-` for no end.
[[nodiscard]] std::string EncodeAlerts(const std::vector<NotifiedAlert>& alerts);
[[nodiscard]] std::vector<NotifiedAlert> DecodeAlerts(std::string_view text);

}  // namespace warden::sqlite

// SPDX-License-Identifier: Apache-2.0
// The read side of SqliteStore.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "server/store/journal.h"
#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_store.h"

namespace warden {

using sqlite::ForEach;
using sqlite::Statement;

// What turns before a crash, or before a failed one, had not put into their tables yet.
Result<void> SqliteStore::ReplayJournal() {
  std::vector<std::string> entries;
  {
    const std::lock_guard lock(writer_->mutex);
    auto found = ForEach(*writer_, "SELECT entry FROM journal ORDER BY id",
                         [&](const Statement& row) { entries.emplace_back(row.Text(0)); });
    if (!found) return found;
  }
  if (entries.empty()) return {};
  return Transact([&entries](Transaction& transaction) -> Result<void> {
    for (const auto& entry : entries) {
      if (auto put = ReplayEntry(entry, transaction); !put) return put;
    }
    return transaction.ClearJournal();
  });
}

// Whoever held these leases is gone: nobody knows whether the message arrived. One that a newer
// message of its incident waits behind gives way to it, so that the two never go out at once.
Result<void> SqliteStore::TakeBackLeases() {
  std::vector<Delivery> leased;
  {
    const std::lock_guard lock(writer_->mutex);
    auto found = ForEach(
        *writer_,
        "SELECT " PROMWARDEN_DELIVERY_COLUMNS " FROM delivery d WHERE d.state = 1 ORDER BY d.id",
        [&](const Statement& row) { leased.push_back(sqlite::ReadDelivery(row)); });
    if (!found) return found;
  }
  if (leased.empty()) return {};
  return Transact([&leased](Transaction& transaction) -> Result<void> {
    for (auto& row : leased) {
      row.state = DeliveryState::kUnknown;
      if (auto put = transaction.PutDelivery(row); !put) return std::unexpected(put.error());
    }
    return {};
  });
}

Result<StoredState> SqliteStore::Load(Instant recent) {
  if (auto replayed = ReplayJournal(); !replayed) return std::unexpected(replayed.error());
  if (auto taken = TakeBackLeases(); !taken) return std::unexpected(taken.error());
  const std::lock_guard lock(writer_->mutex);
  auto& db = *writer_;
  StoredState state;
  std::unordered_map<IncidentId, std::size_t> places;
  auto done = ForEach(
      db, "SELECT " PROMWARDEN_INCIDENT_COLUMNS " FROM incident i WHERE i.closed_at IS NULL",
      [&](const Statement& row) {
        state.incidents.push_back(sqlite::ReadIncident(row));
        places.emplace(state.incidents.back().id, state.incidents.size() - 1);
      });
  if (done) {
    done = ForEach(db,
                   "SELECT m.incident, m.alert, m.announced, m.muted FROM member m JOIN incident i "
                   "ON i.id = m.incident "
                   "WHERE i.closed_at IS NULL AND (m.announced <> 2 OR i.left_out > 0)",
                   [&](const Statement& row) {
                     auto& incident = state.incidents[places.at(IncidentId{row.Int(0)})];
                     incident.members.emplace(
                         AlertId{row.Int(1)},
                         Member{static_cast<Announced>(row.Int(2)), row.Int(3) != 0});
                   });
  }
  if (done) {
    done = ForEach(
        db,
        "SELECT " PROMWARDEN_ALERT_COLUMNS
        " FROM alert a WHERE a.changed_at >= ?1 OR a.firing = 1 OR a.id IN (SELECT m.alert "
        "FROM member m JOIN incident i ON i.id = m.incident WHERE i.closed_at IS NULL AND "
        "(m.announced <> 2 OR i.left_out > 0)) ORDER BY a.id",
        [&](const Statement& row) { state.alerts.push_back(sqlite::ReadAlert(row)); }, recent);
  }
  if (done) {
    done = ForEach(
        db, "SELECT key, state_hash, peer, seen_at, duplicates FROM message_group",
        [&](const Statement& row) {
          state.groups.push_back({std::string(row.Text(0)), static_cast<std::uint64_t>(row.Int(1)),
                                  std::string(row.Text(2)), row.Time(3), row.Int(4)});
        });
  }
  if (done) {
    done = ForEach(db,
                   "SELECT (SELECT max(id) FROM alert), (SELECT max(id) FROM incident), (SELECT "
                   "max(id) FROM notification), "
                   "(SELECT max(id) FROM delivery)",
                   [&](const Statement& row) {
                     state.last_alert = AlertId{row.Int(0)};
                     state.last_incident = IncidentId{row.Int(1)};
                     state.last_notification = NotificationId{row.Int(2)};
                     state.last_delivery = DeliveryId{row.Int(3)};
                   });
  }
  if (!done) return std::unexpected(done.error());
  return state;
}

namespace {

// What a delivery has to say of alerts: those that its notification lists come first.
struct Told {
  std::vector<NotifiedAlert> alerts;
  std::size_t listed = 0;
};

// The newest notification speaks for an alert; those it carries add what it no longer lists.
Result<Told> ReadTold(sqlite::Connection& db, const Delivery& delivery) {
  Told told;
  std::set<AlertId> seen;
  std::vector<NotificationId> order = {delivery.notification};
  order.insert(order.end(), delivery.carries.rbegin(), delivery.carries.rend());
  for (const auto id : order) {
    const auto done = ForEach(
        db, "SELECT alerts FROM notification WHERE id = ?",
        [&](const Statement& row) {
          for (const auto& alert : sqlite::DecodeAlerts(row.Text(0))) {
            if (seen.insert(alert.alert).second) told.alerts.push_back(alert);
          }
        },
        id);
    if (!done) return std::unexpected(done.error());
    if (id == delivery.notification) told.listed = told.alerts.size();
  }
  return told;
}

// Their texts; those that are carried are resolved when they are over by now.
Result<std::vector<Alert>> ReadAlerts(sqlite::Connection& db, const Told& told) {
  std::vector<Alert> alerts;
  alerts.reserve(told.alerts.size());
  for (std::size_t i = 0; i < told.alerts.size(); ++i) {
    const auto& notified = told.alerts[i];
    const auto done = ForEach(
        db, "SELECT " PROMWARDEN_ALERT_COLUMNS " FROM alert a WHERE a.id = ?",
        [&](const Statement& row) {
          Alert alert = sqlite::ReadAlert(row).alert;
          const bool is_over = i >= told.listed && alert.status == AlertStatus::kResolved;
          if (!is_over || notified.status == AlertStatus::kResolved) {
            alert.status = notified.status;
            alert.starts_at = notified.starts_at;
            alert.ends_at = notified.ends_at;
          }
          alerts.push_back(std::move(alert));
        },
        notified.alert);
    if (!done) return std::unexpected(done.error());
  }
  std::ranges::stable_sort(alerts, [](const Alert& a, const Alert& b) {
    return a.status != b.status ? a.status == AlertStatus::kFiring : a.starts_at < b.starts_at;
  });
  return alerts;
}

// A notification without its alerts; without an id when there is none.
Result<Message> ReadNotification(sqlite::Connection& db, NotificationId id) {
  Message message;
  const auto done = ForEach(
      db,
      "SELECT " PROMWARDEN_INCIDENT_COLUMNS
      ", n.sequence, n.at, n.firing, n.reason, n.muted FROM notification n JOIN incident i ON "
      "i.id = n.incident WHERE n.id = ?",
      [&](const Statement& row) {
        const Incident incident = sqlite::ReadIncident(row);
        message.incident_uid = incident.uid;
        message.receiver = incident.receiver;
        message.route_id = incident.route_id;
        message.group_key = incident.group_key;
        message.group_labels = incident.group_labels;
        message.opened_at = incident.opened_at;
        message.closed_at = incident.closed_at;
        message.notification = id;
        message.sequence = row.Int(15);
        message.at = row.Time(16);
        message.status = row.Int(17) != 0 ? AlertStatus::kFiring : AlertStatus::kResolved;
        message.reason = static_cast<NotifyReason>(row.Int(18));
        message.muted = row.Int(19);
      },
      id);
  if (!done) return std::unexpected(done.error());
  return message;
}

}  // namespace

Result<Message> SqliteStore::LoadMessage(const Delivery& delivery) {
  const std::lock_guard lock(reader_->mutex);
  auto message = ReadNotification(*reader_, delivery.notification);
  if (!message) return message;
  if (!message->notification)
    return Fail(ErrorCode::kInternal,
                "delivery " + std::to_string(delivery.id.value) + " has no notification");
  const auto told = ReadTold(*reader_, delivery);
  if (!told) return std::unexpected(told.error());
  auto alerts = ReadAlerts(*reader_, *told);
  if (!alerts) return std::unexpected(alerts.error());
  message->alerts = *std::move(alerts);
  message->delivery_key = message->incident_uid + "-" + std::to_string(delivery.id.value);
  message->may_be_duplicate = delivery.state == DeliveryState::kUnknown;
  message->common_labels = CommonLabels(message->alerts);
  message->common_annotations = CommonAnnotations(message->alerts);
  return message;
}

Result<std::string> SqliteStore::RemoteId(IncidentId incident, const Destination& destination) {
  const std::lock_guard lock(reader_->mutex);
  std::string remote_id;
  auto done = ForEach(
      *reader_,
      "SELECT remote_id FROM remote WHERE incident = ? AND receiver = ? AND kind = ? AND position "
      "= ?",
      [&](const Statement& row) { remote_id = row.Text(0); }, incident, destination.receiver,
      destination.kind, destination.index);
  if (!done) return std::unexpected(done.error());
  return remote_id;
}

Result<std::optional<Instant>> SqliteStore::NextDue(const std::vector<Destination>& blocked) {
  const std::lock_guard lock(reader_->mutex);
  std::optional<Instant> next;
  auto done = ForEach(*reader_,
                      "SELECT receiver, kind, position, min(not_before) FROM delivery INDEXED BY "
                      "delivery_waiting WHERE state IN (0, 2) "
                      "GROUP BY receiver, kind, position",
                      [&](const Statement& row) {
                        const Destination destination{std::string(row.Text(0)),
                                                      std::string(row.Text(1)), row.Int(2)};
                        if (std::ranges::find(blocked, destination) != blocked.end()) return;
                        if (!next || row.Time(3) < *next) next = row.Time(3);
                      });
  if (!done) return std::unexpected(done.error());
  return next;
}

Result<std::map<std::string, DestinationQueue>> SqliteStore::Queues() {
  const std::lock_guard lock(counter_->mutex);
  std::map<std::string, DestinationQueue> queues;
  auto done = ForEach(
      *counter_,
      "SELECT receiver, kind, position, count(*), min(created_at) FROM delivery WHERE state IN (0, "
      "2) GROUP BY "
      "receiver, kind, position",
      [&](const Statement& row) {
        queues[Text(Destination{std::string(row.Text(0)), std::string(row.Text(1)), row.Int(2)})] =
            {row.Int(3), row.MaybeTime(4)};
      });
  if (!done) return std::unexpected(done.error());
  return queues;
}

Result<std::optional<std::string>> SqliteStore::FindBlob(std::string_view name) {
  const std::lock_guard lock(reader_->mutex);
  std::optional<std::string> value;
  auto done = ForEach(
      *reader_, "SELECT value FROM blob WHERE name = ?",
      [&](const Statement& row) { value = row.Text(0); }, name);
  if (!done) return std::unexpected(done.error());
  return value;
}

Result<std::vector<std::string>> SqliteStore::BlobNames(std::string_view prefix) {
  const std::lock_guard lock(lister_->mutex);
  std::vector<std::string> names;
  auto done = ForEach(
      *lister_, "SELECT name FROM blob WHERE name >= ? ORDER BY name",
      [&](const Statement& row) {
        if (row.Text(0).starts_with(prefix)) names.emplace_back(row.Text(0));
      },
      prefix);
  if (!done) return std::unexpected(done.error());
  return names;
}

}  // namespace warden

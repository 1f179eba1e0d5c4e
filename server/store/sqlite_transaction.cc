// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_transaction.h"

#include <algorithm>
#include <cstdint>

#include "server/alert/webhook.h"
#include "server/store/sqlite_rows.h"

namespace warden {

using sqlite::ForEach;
using sqlite::Run;
using sqlite::Statement;

namespace {

constexpr std::int64_t kMostQuarantined = 1000;

}  // namespace

Result<void> SqliteTransaction::PutAlert(const AlertRecord& record) {
  const auto& alert = record.alert;
  const std::string labels = EncodeLabels(alert.labels);
  const std::string annotations = EncodeLabels(alert.annotations);
  return Run(db_,
             "INSERT INTO alert VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
             "firing = excluded.firing, "
             "annotations = excluded.annotations, starts_at = excluded.starts_at, ends_at = "
             "excluded.ends_at, "
             "generator_url = excluded.generator_url, peer = excluded.peer, changed_at = "
             "excluded.changed_at, seen_at = excluded.seen_at",
             record.id, record.source, alert.fingerprint, alert.status == AlertStatus::kFiring,
             labels, annotations, alert.starts_at, alert.ends_at, alert.generator_url, record.peer,
             record.changed_at, record.seen_at);
}

Result<void> SqliteTransaction::PutGroup(const GroupRecord& group) {
  return Run(db_, "INSERT OR REPLACE INTO message_group VALUES (?,?,?,?,?)", group.key,
             group.state_hash, group.peer, group.seen_at, group.duplicates);
}

Result<void> SqliteTransaction::PutIncident(const Incident& incident) {
  const std::string group_labels = EncodeLabels(incident.group_labels);
  return Run(
      db_,
      "INSERT INTO incident VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
      "annotates = excluded.annotates, closed_at = excluded.closed_at, flush_at = "
      "excluded.flush_at, "
      "flushed_at = excluded.flushed_at, announced_at = excluded.announced_at, "
      "notifications = excluded.notifications, timeline_entries = excluded.timeline_entries, "
      "left_out = excluded.left_out",
      incident.id, incident.uid, incident.route_id, incident.group_key, incident.receiver,
      group_labels, incident.annotates, incident.opened_at, incident.closed_at, incident.flush_at,
      incident.flushed_at, incident.announced_at, incident.notifications, incident.timeline_entries,
      incident.left_out);
}

Result<void> SqliteTransaction::PutMember(IncidentId incident, AlertId alert,
                                          const Member& member) {
  return Run(db_, "INSERT OR REPLACE INTO member VALUES (?,?,?,?)", incident, alert,
             static_cast<int>(member.announced), member.muted);
}

Result<void> SqliteTransaction::AddTimeline(const TimelineEntry& entry) {
  return Run(db_, "INSERT INTO timeline VALUES (?,?,?,?,?)", entry.incident, entry.sequence,
             entry.at, static_cast<int>(entry.kind), entry.reason);
}

Result<void> SqliteTransaction::AddJournal(std::string_view entry) {
  return Run(db_, "INSERT INTO journal (entry) VALUES (CAST(? AS BLOB))", entry);
}

Result<void> SqliteTransaction::ClearJournal() { return Run(db_, "DELETE FROM journal"); }

Result<void> SqliteTransaction::AddNotification(const Notification& notification) {
  const std::string alerts = sqlite::EncodeAlerts(notification.alerts);
  return Run(db_, "INSERT INTO notification VALUES (?,?,?,?,?,?,?,?)", notification.id,
             notification.incident, notification.sequence, notification.at,
             notification.status == AlertStatus::kFiring, static_cast<int>(notification.reason),
             notification.muted, alerts);
}

Result<std::int64_t> SqliteTransaction::AddDelivery(Delivery delivery) {
  std::vector<Delivery> waiting;
  const auto found = ForEach(
      db_,
      "SELECT " PROMWARDEN_DELIVERY_COLUMNS
      " FROM delivery d WHERE d.incident = ? AND d.state IN (0, 2) AND "
      "d.receiver = ? AND d.kind = ? AND d.position = ? ORDER BY d.id",
      [&](const Statement& row) { waiting.push_back(sqlite::ReadDelivery(row)); },
      delivery.incident, delivery.destination.receiver, delivery.destination.kind,
      delivery.destination.index);
  if (!found) return std::unexpected(found.error());
  for (auto& old : waiting) {
    delivery.carries.insert(delivery.carries.end(), old.carries.begin(), old.carries.end());
    delivery.carries.push_back(old.notification);
    old.state = DeliveryState::kSuperseded;
    old.settled_at = delivery.created_at;
    old.last_error = "superseded by a newer state of the incident";
    if (auto updated = Update(old); !updated) return std::unexpected(updated.error());
    Settle(DeliveryState::kSuperseded);
  }
  const std::string carries = sqlite::EncodeIds(delivery.carries);
  const auto& to = delivery.destination;
  auto inserted = Run(db_, "INSERT INTO delivery VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                      delivery.id, delivery.notification, delivery.incident, to.receiver, to.kind,
                      to.index, static_cast<int>(delivery.state), delivery.attempts,
                      delivery.created_at, delivery.not_before, delivery.expires_at,
                      delivery.lease_until, delivery.settled_at, delivery.last_error, carries);
  if (!inserted) return std::unexpected(inserted.error());
  ++balance_.created;
  ++balance_.pending;
  return static_cast<std::int64_t>(waiting.size());
}

Result<void> SqliteTransaction::AddQuarantine(const QuarantineRow& row) {
  return Run(db_,
             "INSERT INTO quarantine (at, source, reason, body) VALUES (?,?,?,CAST(? AS BLOB))",
             row.at, row.source, row.reason, row.body);
}

Result<std::vector<Destination>> SqliteTransaction::WaitingDestinations() {
  // A skip scan: one index look-up a destination, however many rows wait.
  std::vector<Destination> destinations;
  Destination last;
  last.index = -1;
  for (bool more = true; more;) {
    more = false;
    const auto found = ForEach(
        db_,
        "SELECT receiver, kind, position FROM delivery WHERE state IN (0, 2) AND (receiver, kind, "
        "position) > (?, ?, ?) "
        "ORDER BY receiver, kind, position LIMIT 1",
        [&](const Statement& row) {
          more = true;
          destinations.push_back({std::string(row.Text(0)), std::string(row.Text(1)), row.Int(2)});
        },
        last.receiver, last.kind, last.index);
    if (!found) return std::unexpected(found.error());
    if (more) last = destinations.back();
  }
  return destinations;
}

Result<void> SqliteTransaction::LeaseFrom(const Destination& destination,
                                          const LeaseRequest& request,
                                          std::vector<Delivery>& leased) {
  std::int64_t in_flight = 0;
  auto counted = ForEach(
      db_,
      "SELECT count(*) FROM delivery INDEXED BY delivery_leased WHERE state = 1 AND receiver = ? "
      "AND kind = ? AND position = ?",
      [&](const Statement& row) { in_flight = row.Int(0); }, destination.receiver, destination.kind,
      destination.index);
  if (!counted) return counted;
  const auto room = std::min(request.per_destination - in_flight,
                             request.limit - static_cast<std::int64_t>(leased.size()));
  if (room <= 0) return {};
  auto moved = Run(db_,
                   "UPDATE delivery INDEXED BY delivery_waiting SET not_before = ? WHERE state IN "
                   "(0, 2) AND receiver = ? AND kind = ? AND position = ? AND not_before > ?",
                   request.now, destination.receiver, destination.kind, destination.index,
                   request.now + request.longest_wait);
  if (!moved) return moved;
  const std::size_t before = leased.size();
  auto found = ForEach(
      db_,
      "SELECT " PROMWARDEN_DELIVERY_COLUMNS
      " FROM delivery d INDEXED BY delivery_waiting WHERE d.state IN (0, 2) AND "
      "d.receiver = ? AND d.kind = ? AND d.position = ? AND d.not_before <= ? AND NOT EXISTS "
      "(SELECT 1 FROM delivery l "
      "INDEXED BY delivery_leased WHERE l.state = 1 AND l.incident = d.incident AND l.receiver = "
      "d.receiver AND "
      "l.kind = d.kind AND l.position = d.position) ORDER BY d.not_before, d.id LIMIT ?",
      [&](const Statement& row) { leased.push_back(sqlite::ReadDelivery(row)); },
      destination.receiver, destination.kind, destination.index, request.now, room);
  if (!found) return found;
  for (std::size_t i = before; i < leased.size(); ++i) {
    leased[i].lease_until = request.lease_until;
    ++leased[i].attempts;
    // The row says leased; the caller is told what it was (pending or unknown) by the state it
    // gets.
    Delivery row = leased[i];
    row.state = DeliveryState::kLeased;
    if (auto updated = Update(row); !updated) return updated;
  }
  return {};
}

Result<std::vector<Delivery>> SqliteTransaction::Lease(const LeaseRequest& request) {
  auto destinations = WaitingDestinations();
  if (!destinations) return std::unexpected(destinations.error());
  std::vector<Delivery> leased;
  for (const auto& destination : *destinations) {
    if (std::ranges::find(request.blocked, destination) != request.blocked.end()) continue;
    if (auto taken = LeaseFrom(destination, request, leased); !taken)
      return std::unexpected(taken.error());
  }
  return leased;
}

Result<DeliveryState> SqliteTransaction::StateOf(DeliveryId id) {
  auto state = DeliveryState::kLeased;
  const auto found = ForEach(
      db_, "SELECT state FROM delivery WHERE id = ?",
      [&](const Statement& row) { state = static_cast<DeliveryState>(row.Int(0)); }, id);
  if (!found) return std::unexpected(found.error());
  return state;
}

Result<DeliveryState> SqliteTransaction::PutDelivery(const Delivery& delivery) {
  Delivery row = delivery;
  row.lease_until.reset();
  // A lease that was taken back (Load) may have been superseded or have expired meanwhile.
  const auto was = StateOf(row.id);
  if (!was) return was;
  if (IsSettled(*was)) {
    if (!IsSettled(row.state)) return was;
    Count(*was, -1);
    ++balance_.pending;
  }
  if (!IsSettled(row.state) && row.state != DeliveryState::kLeased) {
    std::optional<Delivery> newer;
    const auto found = ForEach(
        db_,
        "SELECT " PROMWARDEN_DELIVERY_COLUMNS
        " FROM delivery d WHERE d.incident = ? AND d.id > ? AND d.state IN (0, 2) "
        "AND d.receiver = ? AND d.kind = ? AND d.position = ? ORDER BY d.id LIMIT 1",
        [&](const Statement& found_row) { newer = sqlite::ReadDelivery(found_row); }, row.incident,
        row.id, row.destination.receiver, row.destination.kind, row.destination.index);
    if (!found) return std::unexpected(found.error());
    if (newer) {
      // Oldest first: what was said later speaks for an alert.
      newer->carries.insert(newer->carries.begin(), row.notification);
      newer->carries.insert(newer->carries.begin(), row.carries.begin(), row.carries.end());
      if (auto updated = Update(*newer); !updated) return std::unexpected(updated.error());
      row.state = DeliveryState::kSuperseded;
      row.settled_at = newer->created_at;
    }
  }
  if (auto updated = Update(row); !updated) return std::unexpected(updated.error());
  if (IsSettled(row.state)) Settle(row.state);
  return row.state;
}

Result<Delivery> SqliteTransaction::Replay(DeliveryId id) {
  std::optional<Delivery> row;
  bool is_known = false;
  bool is_overtaken = false;
  auto read = ForEach(
      db_, "SELECT " PROMWARDEN_DELIVERY_COLUMNS " FROM delivery d WHERE d.id = ?",
      [&](const Statement& found) { row = sqlite::ReadDelivery(found); }, id);
  if (read && row) {
    read = ForEach(
        db_, "SELECT 1 FROM notification WHERE id = ?", [&](const Statement&) { is_known = true; },
        row->notification);
  }
  if (read && row) {
    read = ForEach(
        db_,
        "SELECT 1 FROM delivery WHERE incident = ? AND state < 3 AND receiver = ? AND kind = ? AND "
        "position = ? LIMIT 1",
        [&](const Statement&) { is_overtaken = true; }, row->incident, row->destination.receiver,
        row->destination.kind, row->destination.index);
  }
  if (!read) return std::unexpected(read.error());
  const std::string name = "delivery " + std::to_string(id.value);
  if (!row) return Fail(ErrorCode::kInvalid, "no " + name);
  if (row->state != DeliveryState::kDead && row->state != DeliveryState::kExpired) {
    return Fail(ErrorCode::kInvalid, name + " is " + std::string(Name(row->state)) +
                                         ": only dead and expired ones are sent again");
  }
  if (!is_known) return Fail(ErrorCode::kInvalid, name + ": what it said is forgotten");
  if (is_overtaken) {
    return Fail(ErrorCode::kInvalid, "another message of this incident waits for " +
                                         Text(row->destination) + " already");
  }
  Delivery again;
  again.notification = row->notification;
  again.incident = row->incident;
  again.destination = std::move(row->destination);
  again.carries = std::move(row->carries);
  return again;
}

Result<void> SqliteTransaction::PutRemoteId(IncidentId incident, const Destination& destination,
                                            std::string_view remote_id) {
  return Run(db_, "INSERT OR REPLACE INTO remote VALUES (?,?,?,?,?)", incident,
             destination.receiver, destination.kind, destination.index, remote_id);
}

Result<std::vector<Delivery>> SqliteTransaction::ExpireDue(Instant now) {
  std::vector<Delivery> expired;
  const auto found = ForEach(
      db_,
      "SELECT " PROMWARDEN_DELIVERY_COLUMNS
      " FROM delivery d INDEXED BY delivery_expiry WHERE d.state IN (0, 2) AND "
      "d.expires_at <= ? LIMIT 1000",
      [&](const Statement& row) { expired.push_back(sqlite::ReadDelivery(row)); }, now);
  if (!found) return std::unexpected(found.error());
  for (auto& row : expired) {
    row.state = DeliveryState::kExpired;
    row.settled_at = now;
    if (auto updated = Update(row); !updated) return std::unexpected(updated.error());
    Settle(row.state);
  }
  return expired;
}

Result<void> SqliteTransaction::Isolate(const std::function<Result<void>(Transaction&)>& work) {
  if (auto begun = Run(db_, "SAVEPOINT work"); !begun) return begun;
  const DeliveryBalance before = balance_;
  auto result = work(*this);
  if (result) return Run(db_, "RELEASE work");
  if (result.error().code == ErrorCode::kUnavailable) return result;
  auto undone = Run(db_, "ROLLBACK TO work");
  if (undone) undone = Run(db_, "RELEASE work");
  // SQLite gave up the whole transaction.
  if (!undone) return Fail(ErrorCode::kUnavailable, undone.error().message);
  balance_ = before;
  return result;
}

Result<void> SqliteTransaction::PutBlob(std::string_view name, std::string_view value) {
  return Run(db_, "INSERT OR REPLACE INTO blob VALUES (?, CAST(? AS BLOB))", name, value);
}

Result<void> SqliteTransaction::RemoveBlob(std::string_view name) {
  return Run(db_, "DELETE FROM blob WHERE name = ?", name);
}

Result<std::int64_t> SqliteTransaction::Prune(Instant before, std::int64_t limit) {
  std::vector<IncidentId> ended;
  // An incident with a delivery that still waits stays until that is settled.
  auto found = ForEach(
      db_,
      "SELECT id FROM incident i WHERE closed_at < ? AND NOT EXISTS (SELECT 1 FROM delivery d "
      "WHERE d.incident = i.id AND "
      "d.state < 3) LIMIT ?",
      [&](const Statement& row) { ended.push_back(IncidentId{row.Int(0)}); }, before, limit);
  if (!found) return std::unexpected(found.error());
  for (const auto incident : ended) {
    for (const char* sql :
         {"DELETE FROM timeline WHERE incident = ?", "DELETE FROM notification WHERE incident = ?",
          "DELETE FROM delivery WHERE incident = ?", "DELETE FROM remote WHERE incident = ?",
          "DELETE FROM member WHERE incident = ?", "DELETE FROM incident WHERE id = ?"}) {
      if (auto gone = Run(db_, sql, incident); !gone) return std::unexpected(gone.error());
    }
  }
  auto gone = Run(db_,
                  "DELETE FROM alert WHERE id IN (SELECT a.id FROM alert a WHERE a.changed_at < ? "
                  "AND a.firing = 0 AND "
                  "NOT EXISTS (SELECT 1 FROM member m WHERE m.alert = a.id) LIMIT ?)",
                  before, limit * 10);
  if (gone) gone = Run(db_, "DELETE FROM message_group WHERE seen_at < ?", before);
  if (gone) gone = PruneOpen(before, limit * 10);
  if (!gone) return std::unexpected(gone.error());
  return static_cast<std::int64_t>(ended.size());
}

// A sender that means no webhook at all must not fill the disk: the oldest go.
Result<void> SqliteTransaction::PruneQuarantine(Instant before, std::uint64_t most_bytes) {
  auto gone = Run(db_, "DELETE FROM quarantine WHERE at < ?", before);
  if (!gone) return gone;
  return Run(db_,
             "DELETE FROM quarantine WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
             "newest AS place, sum(length(body)) OVER newest AS bytes FROM quarantine WINDOW "
             "newest AS (ORDER BY id DESC)) WHERE place > ? OR (place > 1 AND bytes > ?))",
             kMostQuarantined, std::min<std::uint64_t>(most_bytes, INT64_MAX));
}

// Of incidents that stay open for longer than anything is remembered (a dead man's switch fires for
// years): what was settled and said before. Their members stay.
Result<void> SqliteTransaction::PruneOpen(Instant before, std::int64_t limit) {
  auto gone = Run(db_,
                  "DELETE FROM delivery WHERE id IN (SELECT d.id FROM incident i JOIN delivery d "
                  "ON d.incident = i.id WHERE i.closed_at IS NULL AND i.opened_at < ?1 AND "
                  "d.state >= 3 AND d.settled_at < ?1 LIMIT ?2)",
                  before, limit);
  // A delivery that is left may need what was said before it.
  if (gone) {
    gone = Run(db_,
               "DELETE FROM notification WHERE id IN (SELECT n.id FROM incident i JOIN "
               "notification n ON n.incident = i.id WHERE i.closed_at IS NULL AND i.opened_at < ?1 "
               "AND n.at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.incident = i.id AND "
               "d.created_at < ?1) LIMIT ?2)",
               before, limit);
  }
  if (gone) {
    gone = Run(db_,
               "DELETE FROM timeline WHERE (incident, sequence) IN (SELECT t.incident, t.sequence "
               "FROM incident i JOIN timeline t ON t.incident = i.id WHERE i.closed_at IS NULL AND "
               "i.opened_at < ?1 AND t.at < ?1 LIMIT ?2)",
               before, limit);
  }
  return gone;
}

Result<void> SqliteTransaction::Update(const Delivery& delivery) {
  const std::string carries = sqlite::EncodeIds(delivery.carries);
  return Run(db_,
             "UPDATE delivery SET state = ?, attempts = ?, not_before = ?, lease_until = ?, "
             "settled_at = ?, last_error = ?, "
             "carries = ? WHERE id = ?",
             static_cast<int>(delivery.state), delivery.attempts, delivery.not_before,
             delivery.lease_until, delivery.settled_at, delivery.last_error, carries, delivery.id);
}

void SqliteTransaction::Settle(DeliveryState state) {
  --balance_.pending;
  Count(state, 1);
}

void SqliteTransaction::Count(DeliveryState settled, std::int64_t by) {
  if (settled == DeliveryState::kDelivered) balance_.delivered += by;
  if (settled == DeliveryState::kDead) balance_.dead += by;
  if (settled == DeliveryState::kExpired) balance_.expired += by;
  if (settled == DeliveryState::kSuperseded) balance_.superseded += by;
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// People's lists: pages of what SqliteStore knows. No more is read than a page holds.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_store.h"

namespace warden {

using sqlite::ForEach;
using sqlite::Statement;

namespace {

// For the numbers and times of a row.
constexpr std::size_t kRowBytes = 200;

std::size_t TextBytes(const promql::LabelSet& labels) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : labels) bytes += name.size() + value.size() + 6;
  return bytes;
}

std::size_t TextBytes(const AlertRecord& record) {
  const auto& alert = record.alert;
  return kRowBytes + TextBytes(alert.labels) + TextBytes(alert.annotations) + record.source.size() +
         alert.generator_url.size();
}

std::size_t TextBytes(const Incident& incident) {
  return kRowBytes + TextBytes(incident.group_labels) + incident.uid.size() +
         incident.route_id.size() + incident.group_key.size() + incident.receiver.size();
}

std::size_t TextBytes(const Delivery& delivery) {
  return kRowBytes + 2 * (delivery.destination.receiver.size() + delivery.destination.kind.size()) +
         delivery.last_error.size();
}

// What is left of a page.
class Room {
 public:
  explicit Room(const PageLimit& limit) : left_(limit) {}
  [[nodiscard]] bool is_full() const { return left_.rows <= 0 || left_.bytes == 0; }
  [[nodiscard]] std::size_t bytes() const { return left_.bytes; }
  void Take(std::size_t bytes) {
    --left_.rows;
    TakeBytes(bytes);
  }
  void TakeBytes(std::size_t bytes) { left_.bytes -= std::min(bytes, left_.bytes); }

 private:
  PageLimit left_;
};

// Adds a row that is read, unless the page is full: then there is more, and false.
template <class Row, class Read, class Bytes>
bool Add(Page<Row>& page, Room& room, Read read, Bytes bytes) {
  page.has_more = room.is_full() && !page.rows.empty();
  if (page.has_more) return false;
  page.rows.push_back(read());
  room.Take(bytes(page.rows.back()));
  return true;
}

Result<Page<IncidentAlert>> ReadMembers(sqlite::Connection& db, IncidentId incident, AlertId after,
                                        Room& room) {
  Page<IncidentAlert> page;
  auto done = ForEach(
      db,
      "SELECT " PROMWARDEN_ALERT_COLUMNS
      ", m.announced, m.muted FROM member m JOIN alert a ON a.id = m.alert WHERE m.incident = ? "
      "AND m.alert > ? ORDER BY m.alert",
      [&](const Statement& row) {
        return Add(
            page, room,
            [&row] {
              return IncidentAlert{
                  sqlite::ReadAlert(row),
                  {.announced = static_cast<Announced>(row.Int(12)), .muted = row.Int(13) != 0}};
            },
            [](const IncidentAlert& each) { return TextBytes(each.record); });
      },
      incident, after);
  if (!done) return std::unexpected(done.error());
  return page;
}

// The first alerts of an incident and how many there are; what they take goes from `bytes`.
Result<void> AddAlerts(sqlite::Connection& db, IncidentRow& row, const PageLimit& limit) {
  const auto id = row.incident.id;
  auto done = ForEach(
      db, "SELECT count(*) FROM member WHERE incident = ?",
      [&](const Statement& found) { row.alert_count = found.Int(0); }, id);
  if (!done || limit.rows <= 0) return done;
  Room room(limit);
  auto members = ReadMembers(db, id, AlertId{}, room);
  if (!members) return std::unexpected(members.error());
  for (auto& [record, member] : members->rows) {
    row.incident.members.emplace(record.id, member);
    row.alerts.push_back(std::move(record));
  }
  return {};
}

template <class Take>
Result<void> ForEachIncident(sqlite::Connection& db, const IncidentFilter& filter, Take take) {
  const auto before = filter.before.value_or(IncidentPlace{IncidentId{INT64_MAX}, Instant::max()});
  switch (filter.state) {
    case IncidentState::kOpen:
      return ForEach(db,
                     "SELECT " PROMWARDEN_INCIDENT_COLUMNS
                     " FROM incident i WHERE i.closed_at IS NULL AND i.id < ? ORDER BY i.id DESC",
                     take, before.id);
    case IncidentState::kClosed:
      return ForEach(db,
                     "SELECT " PROMWARDEN_INCIDENT_COLUMNS
                     " FROM incident i WHERE i.closed_at IS NOT NULL AND (i.closed_at, i.id) < "
                     "(?, ?) ORDER BY i.closed_at DESC, i.id DESC",
                     take, before.closed_at.value_or(Instant::max()), before.id);
    case IncidentState::kAll:
      break;
  }
  return ForEach(db,
                 "SELECT " PROMWARDEN_INCIDENT_COLUMNS
                 " FROM incident i WHERE i.id < ? ORDER BY i.id DESC",
                 take, before.id);
}

}  // namespace

Result<Page<IncidentRow>> SqliteStore::ListIncidents(const IncidentFilter& filter) {
  const std::lock_guard lock(lister_->mutex);
  Page<IncidentRow> page;
  Room room(filter.limit);
  Result<void> alerts;
  auto done = ForEachIncident(*lister_, filter, [&](const Statement& found) {
    const bool is_added = Add(
        page, room, [&found] { return IncidentRow{.incident = sqlite::ReadIncident(found)}; },
        [](const IncidentRow& row) { return TextBytes(row.incident); });
    if (!is_added) return false;
    IncidentRow& row = page.rows.back();
    alerts = AddAlerts(*lister_, row, {.rows = filter.alerts_each, .bytes = room.bytes()});
    for (const auto& record : row.alerts) room.TakeBytes(TextBytes(record));
    return alerts.has_value();
  });
  if (done) done = alerts;
  if (!done) return std::unexpected(done.error());
  return page;
}

Result<std::optional<IncidentRow>> SqliteStore::FindIncident(std::string_view uid,
                                                             const PageLimit& alerts) {
  const std::lock_guard lock(lister_->mutex);
  std::optional<IncidentRow> found;
  auto done = ForEach(
      *lister_, "SELECT " PROMWARDEN_INCIDENT_COLUMNS " FROM incident i WHERE i.uid = ?",
      [&](const Statement& row) { found = IncidentRow{.incident = sqlite::ReadIncident(row)}; },
      uid);
  if (done && found) done = AddAlerts(*lister_, *found, alerts);
  if (!done) return std::unexpected(done.error());
  return found;
}

Result<Page<IncidentAlert>> SqliteStore::ListAlerts(const AlertFilter& filter) {
  const std::lock_guard lock(lister_->mutex);
  Room room(filter.limit);
  return ReadMembers(*lister_, filter.incident, filter.after.value_or(AlertId{}), room);
}

Result<Page<TimelineEntry>> SqliteStore::Timeline(const TimelineFilter& filter) {
  const std::lock_guard lock(lister_->mutex);
  Page<TimelineEntry> page;
  Room room(filter.limit);
  auto done = ForEach(
      *lister_,
      "SELECT incident, sequence, at, kind, reason FROM timeline WHERE incident = ? AND sequence < "
      "? ORDER BY sequence DESC",
      [&](const Statement& row) {
        return Add(
            page, room,
            [&row] {
              return TimelineEntry{IncidentId{row.Int(0)}, row.Int(1), row.Time(2),
                                   static_cast<TimelineKind>(row.Int(3)), std::string(row.Text(4))};
            },
            [](const TimelineEntry& entry) { return kRowBytes + entry.reason.size(); });
      },
      filter.incident, filter.before.value_or(INT64_MAX));
  if (!done) return std::unexpected(done.error());
  return page;
}

Result<IncidentCounts> SqliteStore::CountsOf(IncidentId incident) {
  const std::lock_guard lock(lister_->mutex);
  IncidentCounts counts;
  auto done = ForEach(
      *lister_,
      "SELECT (SELECT count(*) FROM timeline WHERE incident = ?1), (SELECT count(*) FROM delivery "
      "WHERE incident = ?1)",
      [&](const Statement& row) { counts = {.timeline = row.Int(0), .deliveries = row.Int(1)}; },
      incident);
  if (!done) return std::unexpected(done.error());
  return counts;
}

Result<Page<Delivery>> SqliteStore::ListDeliveries(const DeliveryFilter& filter) {
  const std::lock_guard lock(lister_->mutex);
  Page<Delivery> page;
  Room room(filter.limit);
  const auto take = [&](const Statement& row) {
    return Add(
        page, room, [&row] { return sqlite::ReadDelivery(row); },
        [](const Delivery& delivery) { return TextBytes(delivery); });
  };
  const auto state = filter.state ? static_cast<int>(*filter.state) : -1;
  const auto before = filter.before.value_or(DeliveryId{INT64_MAX});
  auto done =
      filter.incident
          ? ForEach(*lister_,
                    "SELECT " PROMWARDEN_DELIVERY_COLUMNS
                    " FROM delivery d WHERE d.incident = ?3 AND (?1 = -1 OR d.state = ?1) AND "
                    "d.id < ?2 ORDER BY d.id DESC",
                    take, state, before, *filter.incident)
          : ForEach(*lister_,
                    "SELECT " PROMWARDEN_DELIVERY_COLUMNS
                    " FROM delivery d WHERE (?1 = -1 OR d.state = ?1) AND d.id < ?2 ORDER BY d.id "
                    "DESC",
                    take, state, before);
  if (!done) return std::unexpected(done.error());
  return page;
}

Result<std::optional<Delivery>> SqliteStore::FindDelivery(DeliveryId id) {
  const std::lock_guard lock(lister_->mutex);
  std::optional<Delivery> found;
  auto done = ForEach(
      *lister_, "SELECT " PROMWARDEN_DELIVERY_COLUMNS " FROM delivery d WHERE d.id = ?",
      [&](const Statement& row) { found = sqlite::ReadDelivery(row); }, id);
  if (!done) return std::unexpected(done.error());
  return found;
}

Result<Page<QuarantinePart>> SqliteStore::ListQuarantine(const QuarantineFilter& filter) {
  const std::lock_guard lock(lister_->mutex);
  Page<QuarantinePart> page;
  Room room(filter.limit);
  auto done = ForEach(
      *lister_,
      "SELECT id, at, source, reason, substr(body, 1, ?1), length(body) FROM quarantine WHERE id < "
      "?2 ORDER BY id DESC",
      [&](const Statement& row) {
        return Add(
            page, room,
            [&row] {
              return QuarantinePart{{row.Int(0), row.Time(1), std::string(row.Text(2)),
                                     std::string(row.Text(3)), std::string(row.Text(4))},
                                    row.Int(5)};
            },
            [](const QuarantinePart& part) {
              return kRowBytes + part.row.reason.size() + part.row.body.size();
            });
      },
      std::min<std::int64_t>(filter.shown_bytes, INT32_MAX), filter.before.value_or(INT64_MAX));
  if (!done) return std::unexpected(done.error());
  return page;
}

}  // namespace warden

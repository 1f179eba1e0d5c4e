// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_rows.h"

#include <charconv>

#include "server/alert/webhook.h"

namespace warden::sqlite {
namespace {

// The number at the front, which is dropped with the separator behind it.
std::int64_t TakeNumber(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

}  // namespace

AlertRecord ReadAlert(const Statement& row, int first) {
  AlertRecord record;
  record.id = AlertId{row.Int(first)};
  record.source = row.Text(first + 1);
  record.alert.fingerprint = static_cast<std::uint64_t>(row.Int(first + 2));
  record.alert.status = row.Int(first + 3) != 0 ? AlertStatus::kFiring : AlertStatus::kResolved;
  record.alert.labels = DecodeLabels(row.Text(first + 4));
  record.alert.annotations = DecodeLabels(row.Text(first + 5));
  record.alert.starts_at = row.Time(first + 6);
  record.alert.ends_at = row.MaybeTime(first + 7);
  record.alert.generator_url = row.Text(first + 8);
  record.peer = row.Text(first + 9);
  record.changed_at = row.Time(first + 10);
  record.seen_at = row.Time(first + 11);
  return record;
}

Incident ReadIncident(const Statement& row) {
  Incident incident;
  incident.id = IncidentId{row.Int(0)};
  incident.uid = row.Text(1);
  incident.route_id = row.Text(2);
  incident.group_key = row.Text(3);
  incident.receiver = row.Text(4);
  incident.group_labels = DecodeLabels(row.Text(5));
  incident.annotates = row.Int(6) != 0;
  incident.opened_at = row.Time(7);
  incident.closed_at = row.MaybeTime(8);
  incident.flush_at = row.MaybeTime(9);
  incident.flushed_at = row.MaybeTime(10);
  incident.announced_at = row.MaybeTime(11);
  incident.notifications = row.Int(12);
  incident.timeline_entries = row.Int(13);
  incident.left_out = row.Int(14);
  return incident;
}

Delivery ReadDelivery(const Statement& row) {
  Delivery delivery;
  delivery.id = DeliveryId{row.Int(0)};
  delivery.notification = NotificationId{row.Int(1)};
  delivery.incident = IncidentId{row.Int(2)};
  delivery.destination = {std::string(row.Text(3)), std::string(row.Text(4)), row.Int(5)};
  delivery.state = static_cast<DeliveryState>(row.Int(6));
  delivery.attempts = row.Int(7);
  delivery.created_at = row.Time(8);
  delivery.not_before = row.Time(9);
  delivery.expires_at = row.Time(10);
  delivery.lease_until = row.MaybeTime(11);
  delivery.settled_at = row.MaybeTime(12);
  delivery.last_error = row.Text(13);
  delivery.carries = DecodeIds(row.Text(14));
  return delivery;
}

std::string EncodeIds(const std::vector<NotificationId>& ids) {
  std::string text;
  for (const auto id : ids) text += (text.empty() ? "" : " ") + std::to_string(id.value);
  return text;
}

std::vector<NotificationId> DecodeIds(std::string_view text) {
  std::vector<NotificationId> ids;
  while (!text.empty()) ids.push_back(NotificationId{TakeNumber(text)});
  return ids;
}

std::string EncodeAlerts(const std::vector<NotifiedAlert>& alerts) {
  std::string text;
  for (const auto& alert : alerts) {
    text += std::to_string(alert.alert.value);
    text += alert.status == AlertStatus::kFiring ? " 1 " : " 0 ";
    text += std::to_string(alert.starts_at.time_since_epoch().count());
    text += ' ';
    text += alert.ends_at ? std::to_string(alert.ends_at->time_since_epoch().count()) : "-";
    text += '\n';
  }
  return text;
}

std::vector<NotifiedAlert> DecodeAlerts(std::string_view text) {
  std::vector<NotifiedAlert> alerts;
  while (!text.empty()) {
    NotifiedAlert alert;
    alert.alert = AlertId{TakeNumber(text)};
    alert.status = TakeNumber(text) != 0 ? AlertStatus::kFiring : AlertStatus::kResolved;
    alert.starts_at = Instant{Duration{TakeNumber(text)}};
    if (text.starts_with('-') && text.substr(1).starts_with('\n')) {
      text.remove_prefix(2);
    } else {
      alert.ends_at = Instant{Duration{TakeNumber(text)}};
    }
    alerts.push_back(alert);
  }
  return alerts;
}

}  // namespace warden::sqlite

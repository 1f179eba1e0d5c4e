// SPDX-License-Identifier: Apache-2.0
#include "server/triage/triage.h"

#include <algorithm>
#include <utility>

#include "server/triage/flush.h"
#include "server/triage/route.h"
#include "server/triage/words.h"

namespace warden {
namespace {

// Less than this is the clock's own unrest.
constexpr std::chrono::seconds kClockSlack{2};

// Of several alerts that are one without their ignored labels: it fires as long as any of them
// does, since the first of those began, and is over with the last.
void MergeReplicas(std::vector<Alert>& alerts) {
  std::unordered_map<std::uint64_t, std::size_t> places;
  std::vector<Alert> merged;
  merged.reserve(alerts.size());
  for (auto& alert : alerts) {
    const auto [place, is_new] = places.emplace(alert.fingerprint, merged.size());
    if (is_new) {
      merged.push_back(std::move(alert));
      continue;
    }
    Alert& kept = merged[place->second];
    const bool fires = alert.status == AlertStatus::kFiring;
    if (fires != (kept.status == AlertStatus::kFiring)) {
      if (fires) kept = std::move(alert);
    } else if (fires ? alert.starts_at < kept.starts_at : alert.ends_at > kept.ends_at) {
      kept = std::move(alert);
    }
  }
  alerts = std::move(merged);
}

}  // namespace

Triage::Triage(std::shared_ptr<const Config> config, StoredState stored)
    : config_(std::move(config)),
      state_(std::move(stored)),
      index_(config_->inhibit_rules),
      last_now_(state_.LastEvent()),
      next_expiry_(last_now_) {
  BuildIndexes();
}

void Triage::BuildIndexes() {
  index_ = InhibitIndex(config_->inhibit_rules);
  std::vector<AlertId> firing;
  for (const auto& [id, record] : state_.alerts()) {
    if (record.alert.status == AlertStatus::kFiring) firing.push_back(id);
  }
  // The index keeps its lists in this order: each goes to the end.
  std::ranges::sort(firing);
  for (const auto id : firing) index_.Add(id, state_.FindAlert(id)->alert.labels);
  routes_.clear();
  std::vector<const Route*> open = {&config_->route};
  while (!open.empty()) {
    const Route* route = open.back();
    open.pop_back();
    routes_[route->route_id] = route;
    for (const auto& child : route->routes) open.push_back(&child);
  }
}

void Triage::LookAtClock(Instant now) {
  if (last_now_ - now > kClockSlack) state_.MoveBack(last_now_ - now);
  last_now_ = now;
}

Receipt Triage::Receive(WebhookMessage message, Instant now, Changes& changes) {
  LookAtClock(now);
  DropIgnoredLabels(message);
  Receipt receipt;
  Touched touched;
  const std::string key = GroupMemoryKey(message);
  const std::uint64_t hash = StateHash(message.alerts);
  std::vector<std::uint64_t> fingerprints;
  fingerprints.reserve(message.alerts.size());
  for (auto& alert : message.alerts) {
    fingerprints.push_back(alert.fingerprint);
    Apply(message.source, message.external_url, std::move(alert), now, receipt, touched, changes);
  }

  auto& group = state_.Group(key);
  const bool is_known_state = !group.key.empty() && group.state_hash == hash;
  const std::string last_peer = std::exchange(group.peer, message.external_url);
  group.seen_at = now;
  if (is_known_state && receipt.firing + receipt.resolved == 0) {
    receipt.is_duplicate = true;
    if (++group.duplicates == 1) {
      std::vector<AlertId> alerts;
      for (const auto fingerprint : fingerprints) {
        if (const auto* record = state_.FindAlert(message.source, fingerprint))
          alerts.push_back(record->id);
      }
      changes.groups.insert(key);
      NoteDuplicate(alerts, message.external_url == last_peer ? "again" : "by another peer", now,
                    changes);
    }
    return receipt;
  }
  group.key = key;
  group.state_hash = hash;
  group.duplicates = 0;
  changes.groups.insert(key);
  NoteTouched(message.truncated_alerts, touched, now, changes);
  return receipt;
}

void Triage::DropIgnoredLabels(WebhookMessage& message) const {
  const auto* source = config_->FindSource(message.source);
  const auto& ignored = source != nullptr ? source->ignored_labels : config_->intake.ignored_labels;
  if (ignored.empty()) return;
  for (auto& alert : message.alerts) {
    for (const auto& name : ignored) alert.labels.Remove(name);
    alert.fingerprint = alert.labels.Fingerprint();
  }
  MergeReplicas(message.alerts);
}

void Triage::Apply(std::string_view source, std::string_view peer, Alert alert, Instant now,
                   Receipt& receipt, Touched& touched, Changes& changes) {
  auto* record = state_.FindAlert(source, alert.fingerprint);
  const auto news = JudgeAlert(record, alert, peer, now);
  const bool is_reported = alert.status == AlertStatus::kFiring && news != AlertNews::kStale;
  if (is_reported && record != nullptr) Saw(*record, now, changes);
  switch (news) {
    case AlertNews::kNothing:
      return;
    case AlertNews::kStale:
      ++receipt.stale;
      return;
    case AlertNews::kUnknownResolved:
      ++receipt.unknown_resolved;
      return;
    case AlertNews::kRefreshed:
      ++receipt.refreshed;
      break;
    case AlertNews::kResolved:
      ++receipt.resolved;
      break;
    case AlertNews::kFiring:
    case AlertNews::kReopened:
      ++receipt.firing;
      break;
  }
  if (record == nullptr) {
    record = &state_.AddAlert(source, std::move(alert));
    if (is_reported) Saw(*record, now, changes);
  } else {
    // The labels are the same by fingerprint; a resolve keeps the start that was announced.
    const Instant starts_at =
        news == AlertNews::kResolved ? record->alert.starts_at : alert.starts_at;
    record->alert = std::move(alert);
    record->alert.starts_at = starts_at;
  }
  record->peer = peer;
  changes.alerts.insert(record->id);
  if (news == AlertNews::kRefreshed) return;
  record->changed_at = now;
  if (news == AlertNews::kResolved) {
    Resolve(*record, now, touched, changes);
  } else {
    Fire(*record, news, now, touched, changes);
  }
}

void Triage::Fire(AlertRecord& record, AlertNews news, Instant now, Touched& touched,
                  Changes& changes) {
  index_.Add(record.id, record.alert.labels);
  bool is_first_route = true;
  for (const Route* route : MatchRoutes(config_->route, record.alert.labels)) {
    Join(record, *route, is_first_route, news, now, touched, changes);
    is_first_route = false;
  }
}

void Triage::Join(AlertRecord& record, const Route& route, bool is_first_route, AlertNews news,
                  Instant now, Touched& touched, Changes& changes) {
  const auto group_labels = GroupLabels(route, record.alert.labels);
  const auto group_key = GroupKey(route, group_labels);
  auto* incident = state_.FindIncident(route.route_id, group_key);
  if (incident == nullptr) {
    Incident opened;
    opened.uid = IncidentUid(route.route_id, group_key, state_.last_incident(), now);
    opened.route_id = route.route_id;
    opened.group_key = group_key;
    opened.receiver = route.receiver;
    opened.group_labels = group_labels;
    opened.opened_at = now;
    incident = &state_.AddIncident(std::move(opened));
    touched[incident->id].opened = true;
  }
  // Settled by the first notification: its region is drawn then, or never.
  if (is_first_route && incident->notifications == 0) incident->annotates = true;
  const auto [member, is_new] = incident->members.try_emplace(record.id);
  if (is_new) record.incidents.push_back(incident->id);
  changes.members[{incident->id, record.id}] = member->second;
  auto& touch = touched[incident->id];
  (news == AlertNews::kReopened ? touch.reopened : touch.joined).push_back(record.id);
  LookAgain(*incident,
            FlushTime({route.group_wait, route.group_interval},
                      {incident->flushed_at, true, record.alert.starts_at}, now),
            changes);
}

void Triage::Resolve(AlertRecord& record, Instant now, Touched& touched, Changes& changes) {
  source_ended_ = source_ended_ || index_.IsSource(record.alert.labels);
  index_.Remove(record.id, record.alert.labels);
  for (const auto id : record.incidents) {
    auto* incident = state_.FindIncident(id);
    if (incident == nullptr) continue;
    touched[id].resolved.push_back(record.id);
    const Route* route = RouteOf(*incident);
    const FlushTimers timers{route->group_wait, route->group_interval};
    // Before the first notification the running wait decides: an alert that ends within it is never
    // told.
    const Instant at =
        incident->flushed_at
            ? FlushTime(timers, {incident->flushed_at, false, record.alert.starts_at}, now)
            : incident->flush_at.value_or(now);
    LookAgain(*incident, at, changes);
  }
}

void Triage::NoteTouched(std::uint64_t truncated, const Touched& touched, Instant now,
                         Changes& changes) {
  for (const auto& [id, touch] : touched) {
    auto* incident = state_.FindIncident(id);
    if (incident == nullptr) continue;
    if (touch.opened) {
      Note(*incident, now, TimelineKind::kOpened,
           "opened by " + AlertList(state_, touch.joined.empty() ? touch.reopened : touch.joined) +
               ", route " + incident->route_id + ", receiver " + incident->receiver,
           changes);
    } else if (!touch.joined.empty()) {
      Note(*incident, now, TimelineKind::kJoined, AlertList(state_, touch.joined) + " joined",
           changes);
    }
    if (!touch.opened && !touch.reopened.empty()) {
      Note(*incident, now, TimelineKind::kReopened,
           AlertList(state_, touch.reopened) + " fires again, the same episode", changes);
    }
    if (!touch.resolved.empty()) {
      Note(*incident, now, TimelineKind::kResolved, AlertList(state_, touch.resolved) + " resolved",
           changes);
    }
    if (const auto left_out = static_cast<std::int64_t>(truncated);
        left_out != incident->left_out) {
      incident->left_out = left_out;
      changes.incidents.insert(id);
    }
    if (truncated > 0) {
      Note(*incident, now, TimelineKind::kTruncated,
           std::to_string(truncated) +
               " alerts were left out (max_alerts): nothing is concluded from their absence",
           changes);
    }
  }
}

void Triage::NoteDuplicate(const std::vector<AlertId>& alerts, std::string_view how, Instant now,
                           Changes& changes) {
  std::set<IncidentId> incidents;
  for (const auto alert : alerts) {
    for (const auto incident : state_.FindAlert(alert)->incidents) incidents.insert(incident);
  }
  for (const auto id : incidents) {
    if (auto* incident = state_.FindIncident(id)) {
      Note(*incident, now, TimelineKind::kDuplicate,
           "the same state was reported " + std::string(how) + ": nothing new to tell", changes);
    }
  }
}

void Triage::LookAgain(Incident& incident, Instant at, Changes& changes) {
  if (!incident.flush_at || at < *incident.flush_at) state_.SetFlush(incident, at);
  changes.incidents.insert(incident.id);
}

void Triage::LookAgainAtMuted(Instant now, Changes& changes) {
  std::vector<IncidentId> muted;
  for (const auto& [id, incident] : state_.incidents()) {
    if (std::ranges::any_of(incident.members, [](const auto& entry) { return entry.second.muted; }))
      muted.push_back(id);
  }
  for (const auto id : muted) LookAgain(*state_.FindIncident(id), now, changes);
}

void Triage::SetConfig(std::shared_ptr<const Config> config, Instant now, Changes& changes) {
  config_ = std::move(config);
  BuildIndexes();
  next_expiry_ = now;
  LookAgainAtMuted(now, changes);
}

void Triage::ClearMemory(Instant now) { state_.ForgetAlerts(now + std::chrono::hours{24 * 365}); }

void Triage::Note(Incident& incident, Instant at, TimelineKind kind, std::string reason,
                  Changes& changes) {
  changes.timeline.push_back(
      {incident.id, ++incident.timeline_entries, at, kind, std::move(reason)});
  changes.incidents.insert(incident.id);
}

const Route* Triage::RouteOf(const Incident& incident) const {
  const auto found = routes_.find(incident.route_id);
  return found == routes_.end() ? &config_->route : found->second;
}

std::string Triage::ReceiverOf(const Incident& incident) const {
  if (const auto found = routes_.find(incident.route_id); found != routes_.end())
    return found->second->receiver;
  // Its route is gone: its receiver still knows about it, else the root's hears it.
  return config_->FindReceiver(incident.receiver) != nullptr ? incident.receiver
                                                             : config_->route.receiver;
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// The half of Triage that runs when an incident's time has come: who is muted, what is to be said,
// to whom, when again.
#include <algorithm>
#include <map>
#include <utility>

#include "server/config/destinations.h"
#include "server/triage/flush.h"
#include "server/triage/triage.h"
#include "server/triage/words.h"

namespace warden {
namespace {

// Alertmanager repeats what fires every repeat_interval: no word for this many of them is its end.
constexpr int kHeldIntervals = 2;

NotifiedAlert Frozen(const AlertRecord& record) {
  return {record.id, record.alert.status, record.alert.starts_at, record.alert.ends_at};
}

}  // namespace

// Members of an incident, sorted by what can be said about them.
struct Triage::Members {
  FlushView view;
  std::vector<AlertId> firing;                          // nothing mutes them
  std::vector<AlertId> ended;                           // announced, over
  std::vector<AlertId> kept;                            // over, announced as such
  std::vector<AlertId> untold;                          // over, never announced
  std::map<std::string, std::vector<AlertId>> quieted;  // newly muted, by reason
  std::vector<AlertId> unmuted;
  std::vector<AlertId> muted;
  std::optional<Instant> mute_ends;
  // All that we know of is over, but the sender left alerts out: it is not over until a whole
  // message says so, or nothing was heard for longer than a firing alert stays unmentioned.
  bool is_held = false;

  [[nodiscard]] bool any_fires() const { return !firing.empty() || !muted.empty(); }
  [[nodiscard]] bool is_over() const { return !any_fires() && !is_held; }
};

void Triage::FlushDue(Instant now, Changes& changes) {
  LookAtClock(now);
  // Once for all messages of a turn: it looks at every incident.
  if (std::exchange(source_ended_, false)) LookAgainAtMuted(now, changes);
  for (const auto id : state_.DueIncidents(now)) {
    if (auto* incident = state_.FindIncident(id)) Flush(*incident, now, changes);
  }
}

std::optional<Mute> Triage::MuteOf(const AlertRecord& record, const std::optional<Mute>& by_time,
                                   Instant now) const {
  if (auto mute = MutedByInhibition(*config_, index_, state_, record.alert.labels)) return mute;
  if (by_time) return by_time;
  return MutedByMaintenance(*config_, record.alert.labels, now);
}

void Triage::Flush(Incident& incident, Instant now, Changes& changes) {
  const Route& route = *RouteOf(incident);
  const Members members = SortMembers(incident, route, now);
  NoteMembers(incident, members, now, changes);
  Say(incident, members, route, now, changes);
  for (const auto id : members.ended) {
    if (members.is_held) {
      Keep(incident, id, changes);
    } else {
      Leave(incident, id, changes);
    }
  }
  if (members.any_fires() && incident.left_out == 0) {
    for (const auto id : members.kept) Leave(incident, id, changes);
  }
  for (const auto id : members.untold) Leave(incident, id, changes);

  if (incident.members.empty()) return Close(incident, now, changes);
  std::optional<Instant> next = members.mute_ends;
  if (!members.firing.empty() && incident.announced_at) {
    const Instant repeat = *incident.announced_at + route.repeat_interval;
    if (!next || repeat < *next) next = repeat;
  }
  if (members.is_held) next = *incident.flushed_at + kHeldIntervals * route.repeat_interval;
  state_.SetFlush(incident, next);
  changes.incidents.insert(incident.id);
}

Triage::Members Triage::SortMembers(const Incident& incident, const Route& route,
                                    Instant now) const {
  const auto by_time = MutedByTime(*config_, &route, now);
  Members members;
  members.view.announced_at = incident.announced_at;
  for (const auto& [id, member] : incident.members) {
    const auto* record = state_.FindAlert(id);
    if (record == nullptr || record->alert.status == AlertStatus::kResolved) {
      const bool is_told = record != nullptr && member.announced != Announced::kNo;
      (!is_told                                 ? members.untold
       : member.announced == Announced::kFiring ? members.ended
                                                : members.kept)
          .push_back(id);
      continue;
    }
    if (const auto mute = MuteOf(*record, by_time, now)) {
      members.muted.push_back(id);
      if (!member.muted) members.quieted[mute->reason].push_back(id);
      if (mute->until && (!members.mute_ends || *mute->until < *members.mute_ends))
        members.mute_ends = mute->until;
      continue;
    }
    members.firing.push_back(id);
    if (member.muted) members.unmuted.push_back(id);
    if (member.announced == Announced::kFiring) {
      ++members.view.announced;
    } else {
      ++members.view.fresh;
      if (member.muted) ++members.view.fresh_unmuted;
    }
  }
  members.is_held = !members.any_fires() && incident.left_out > 0 && incident.flushed_at &&
                    now - *incident.flushed_at < kHeldIntervals * route.repeat_interval;
  if (members.is_over()) {
    members.ended.insert(members.ended.end(), members.kept.begin(), members.kept.end());
    members.kept.clear();
  }
  members.view.muted = members.muted.size();
  members.view.ended = members.ended.size();
  members.view.is_partial = members.is_held;
  return members;
}

void Triage::NoteMembers(Incident& incident, const Members& members, Instant now,
                         Changes& changes) {
  if (members.is_over() && incident.left_out > 0) {
    Note(incident, now, TimelineKind::kStale,
         "nothing more was heard of the alerts that the sender left out", changes);
  }
  for (const auto& [reason, alerts] : members.quieted) {
    Note(incident, now, TimelineKind::kMuted, AlertList(state_, alerts) + " muted: " + reason,
         changes);
  }
  if (!members.unmuted.empty()) {
    Note(incident, now, TimelineKind::kUnmuted,
         AlertList(state_, members.unmuted) + " no longer muted, still firing", changes);
  }
  if (!members.untold.empty()) {
    Note(incident, now, TimelineKind::kNothingToSay,
         AlertList(state_, members.untold) + " resolved before anyone was told", changes);
  }
  const auto put = [&](const std::vector<AlertId>& alerts, bool muted) {
    for (const auto id : alerts) {
      auto& member = incident.members.at(id);
      if (member.muted == muted) continue;
      member.muted = muted;
      changes.members[{incident.id, id}] = member;
    }
  };
  put(members.muted, true);
  put(members.unmuted, false);
}

void Triage::Say(Incident& incident, const Members& members, const Route& route, Instant now,
                 Changes& changes) {
  auto reason = DecideFlush(members.view, now, route.repeat_interval);
  // The last to end was muted and nobody was told of it; of others they were, and wait for the end.
  const bool is_silent_end = !reason && members.is_over() && incident.notifications > 0;
  if (is_silent_end) reason = NotifyReason::kAllResolved;
  if (!reason) return;
  Notification notification;
  notification.reason = *reason;
  notification.muted = static_cast<std::int64_t>(members.muted.size());
  notification.status = members.is_over() ? AlertStatus::kResolved : AlertStatus::kFiring;
  for (const auto id : members.firing) {
    notification.alerts.push_back(Frozen(*state_.FindAlert(id)));
    auto& member = incident.members.at(id);
    if (member.announced == Announced::kFiring) continue;
    member.announced = Announced::kFiring;
    changes.members[{incident.id, id}] = member;
  }
  for (const auto id : is_silent_end ? members.untold : members.ended)
    if (const auto* record = state_.FindAlert(id)) notification.alerts.push_back(Frozen(*record));
  if (!members.firing.empty()) incident.announced_at = now;
  Notify(incident, std::move(notification), now, changes);
}

void Triage::Notify(Incident& incident, Notification notification, Instant now, Changes& changes) {
  notification.id = state_.NextNotification();
  notification.incident = incident.id;
  notification.sequence = ++incident.notifications;
  notification.at = now;
  incident.flushed_at = now;

  const bool only_resolves = notification.reason == NotifyReason::kAllResolved ||
                             notification.reason == NotifyReason::kSomeResolved;
  std::vector<Destination> destinations;
  const std::string receiver = ReceiverOf(incident);
  for (auto& integration : IntegrationsOf(*config_, receiver)) {
    if (!only_resolves || integration.send_resolved)
      destinations.push_back(std::move(integration.destination));
  }
  // One region an incident: drawn when it is first told, if it is wanted then, and ended when it is
  // over, whatever ends last.
  if (notification.sequence == 1 && incident.annotates) {
    incident.annotates = config_->grafana.is_set() &&
                         std::ranges::any_of(notification.alerts, [&](const NotifiedAlert& alert) {
                           return promql::MatchesAll(config_->grafana.matchers,
                                                     state_.FindAlert(alert.alert)->alert.labels);
                         });
  }
  const bool is_region_edge =
      notification.sequence == 1 || notification.reason == NotifyReason::kAllResolved;
  if (config_->grafana.is_set() && incident.annotates && is_region_edge)
    destinations.push_back(GrafanaDestination());

  std::string to;
  for (auto& destination : destinations) {
    Delivery delivery;
    delivery.id = state_.NextDelivery();
    delivery.notification = notification.id;
    delivery.incident = incident.id;
    delivery.created_at = now;
    delivery.not_before = now;
    delivery.expires_at = now + LifetimeOf(*config_, destination);
    to += (to.empty() ? "" : ", ") + Text(destination);
    delivery.destination = std::move(destination);
    changes.deliveries.push_back(std::move(delivery));
  }
  const auto kind = notification.reason == NotifyReason::kRepeat ? TimelineKind::kRepeated
                                                                 : TimelineKind::kNotified;
  std::string reason = std::string(Text(notification.reason)) + ": ";
  reason += to.empty() ? "receiver " + receiver + " has no channel that wants it" : "to " + to;
  Note(incident, now, kind, std::move(reason), changes);
  changes.notifications.push_back(std::move(notification));
}

void Triage::Keep(Incident& incident, AlertId alert, Changes& changes) {
  auto& member = incident.members.at(alert);
  member.announced = Announced::kResolved;
  changes.members[{incident.id, alert}] = member;
}

void Triage::Leave(Incident& incident, AlertId alert, Changes& changes) {
  // The row stays as history: it was told to the end, or was over before anything was told.
  auto member = incident.members.at(alert);
  member.announced = Announced::kResolved;
  changes.members[{incident.id, alert}] = member;
  incident.members.erase(alert);
  if (auto* record = state_.FindAlert(alert)) std::erase(record->incidents, incident.id);
}

void Triage::Close(Incident& incident, Instant now, Changes& changes) {
  Note(incident, now, TimelineKind::kClosed,
       incident.notifications > 0 ? "all alerts resolved" : "over before anyone was told", changes);
  incident.closed_at = now;
  state_.SetFlush(incident, std::nullopt);
  changes.incidents.erase(incident.id);
  Incident closed = incident;
  state_.CloseIncident(incident.id);
  changes.closed.push_back(std::move(closed));
}

}  // namespace warden

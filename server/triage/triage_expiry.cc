// SPDX-License-Identifier: Apache-2.0
// The part of Triage that ends alerts which nobody reports any more.
#include <algorithm>
#include <string>
#include <utility>

#include "promql/model/duration.h"
#include "server/triage/expiry.h"
#include "server/triage/triage.h"
#include "server/triage/words.h"

namespace warden {

std::optional<Duration> Triage::ExpireAfter(std::string_view source) const {
  if (source == kWatchSource) return std::nullopt;
  const auto* known = config_->FindSource(source);
  const auto after =
      known != nullptr && known->expire_after ? *known->expire_after : config_->intake.expire_after;
  if (after.count() == 0) return std::nullopt;
  return after;
}

std::optional<Instant> Triage::ExpiryOf(const AlertRecord& record) const {
  if (record.alert.status != AlertStatus::kFiring) return std::nullopt;
  const auto after = ExpireAfter(record.source);
  if (!after) return std::nullopt;
  return ExpiryTime(record.seen_at, *after, silence_counts_from_);
}

void Triage::Saw(AlertRecord& record, Instant now, Changes& changes) {
  const auto after = ExpireAfter(record.source);
  // Kept up to date also where nothing expires: a reload may change that.
  if (now - record.seen_at < SeenStep(after.value_or(std::chrono::hours{24}))) return;
  record.seen_at = now;
  changes.alerts.insert(record.id);
  if (!after) return;
  const Instant expiry = ExpiryTime(now, *after, silence_counts_from_);
  if (!next_expiry_ || expiry < *next_expiry_) next_expiry_ = expiry;
}

void Triage::ForgiveSilence(Instant now) { silence_counts_from_ = now + kSilenceForgiven; }

void Triage::SkipTime(Duration by, Instant now, Changes& changes) {
  for (const auto& [id, record] : state_.alerts()) {
    if (record.alert.status != AlertStatus::kFiring) continue;
    auto& seen_at = state_.FindAlert(id)->seen_at;
    seen_at = std::max(seen_at, std::min(seen_at + by, now));
    changes.alerts.insert(id);
  }
}

std::size_t Triage::ExpireDue(Instant now, Changes& changes) {
  LookAtClock(now);
  if (!next_expiry_ || now < *next_expiry_) return 0;
  next_expiry_.reset();
  std::vector<AlertId> expired;
  for (const auto& [id, record] : state_.alerts()) {
    const auto expiry = ExpiryOf(record);
    if (!expiry) continue;
    if (*expiry <= now) {
      expired.push_back(id);
    } else if (!next_expiry_ || *expiry < *next_expiry_) {
      next_expiry_ = expiry;
    }
  }
  std::ranges::sort(expired);
  std::map<IncidentId, std::vector<AlertId>> incidents;
  Touched touched;
  for (const auto id : expired) {
    auto& record = *state_.FindAlert(id);
    record.alert.status = AlertStatus::kResolved;
    record.alert.ends_at.reset();
    record.changed_at = now;
    changes.alerts.insert(id);
    for (const auto incident : record.incidents) incidents[incident].push_back(id);
    Resolve(record, now, touched, changes);
  }
  for (const auto& [id, alerts] : incidents) {
    if (auto* incident = state_.FindIncident(id)) {
      const auto after = ExpireAfter(state_.FindAlert(alerts.front())->source);
      Note(*incident, now, TimelineKind::kExpired,
           AlertList(state_, alerts) + " not reported for " +
               promql::FormatDuration(std::chrono::floor<std::chrono::milliseconds>(*after)) +
               ": taken as over, although nobody said so",
           changes);
    }
  }
  return expired.size();
}

}  // namespace warden

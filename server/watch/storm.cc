// SPDX-License-Identifier: Apache-2.0
#include "server/watch/storm.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace warden {
namespace {

constexpr std::size_t kNamed = 5;  // series that the alert for all names

// Series of the storm that fire, the most unusual ones first.
std::vector<const SeriesCheck*> Worst(const std::vector<SeriesCheck>& checks,
                                      const Episodes& episodes) {
  std::vector<const SeriesCheck*> worst;
  for (const auto& check : checks) {
    const auto found = episodes.find(check.labels);
    if (found != episodes.end() && found->second.in_storm) worst.push_back(&check);
  }
  std::ranges::stable_sort(worst, std::greater{},
                           [](const auto* check) { return check->verdict.score; });
  return worst;
}

void KeepShared(promql::LabelSet& shared, const promql::LabelSet& other) {
  const promql::LabelSet before = shared;
  for (const auto& [name, value] : before) {
    if (other.Get(name) != value) shared.Remove(name);
  }
}

// What all series of the storm share, and the worst severity among them.
promql::LabelSet LabelsOf(const WatchConfig& watch, const Episodes& episodes) {
  promql::LabelSet shared;
  const Episode* worst = nullptr;
  for (const auto& [series, episode] : episodes) {
    if (!episode.in_storm) continue;
    if (worst == nullptr)
      shared = series;
    else
      KeepShared(shared, series);
    if (worst == nullptr || episode.worst > worst->worst) worst = &episode;
  }
  anomaly::Verdict verdict;
  verdict.severity = worst != nullptr ? worst->worst : anomaly::Severity::kNone;
  promql::LabelSet labels = AlertOf(watch, shared, verdict).labels;
  labels.Set("promwarden_storm", "true");
  return labels;
}

Alert OneForAll(const WatchConfig& watch, const std::vector<SeriesCheck>& checks,
                const Episodes& episodes, const Storm& storm) {
  const auto worst = Worst(checks, episodes);
  Alert alert;
  alert.labels = storm.labels;
  alert.starts_at = storm.starts_at;
  alert.fingerprint = alert.labels.Fingerprint();
  alert.annotations = watch.annotations;
  alert.annotations.Set("summary", std::to_string(worst.size()) + " of " +
                                       std::to_string(checks.size()) + " series of " + watch.name +
                                       " are unusual at once");
  std::string text = "The most unusual:";
  for (std::size_t i = 0; i < std::min(kNamed, worst.size()); ++i) {
    text += "\n{" + SeriesText(worst[i]->labels) + "} is " + RangeText(worst[i]->verdict);
  }
  alert.annotations.Set("description", text);
  alert.annotations.Set("promwarden_query", watch.query);
  return alert;
}

}  // namespace

void GatherStorm(const WatchConfig& watch, const std::vector<SeriesCheck>& checks, Instant now,
                 Episodes& episodes, Storm& storm, std::vector<Alert>& alerts) {
  std::vector<Episode*> begins;
  for (auto& [series, episode] : episodes) {
    if (episode.fires && episode.starts_at == now && !episode.in_storm) begins.push_back(&episode);
  }
  std::erase_if(storm.begun, [&](Instant at) { return now - at >= std::chrono::hours{1}; });
  if (storm.begun.size() + begins.size() > watch.max_alerts_per_hour) {
    for (Episode* episode : begins) episode->in_storm = true;
  } else {
    storm.begun.insert(storm.begun.end(), begins.size(), now);
  }
  std::unordered_set<std::uint64_t> held;
  for (const auto& [series, episode] : episodes) {
    if (episode.in_storm) held.insert(episode.labels.Fingerprint());
  }
  std::erase_if(alerts, [&](const Alert& alert) { return held.contains(alert.fingerprint); });
  if (!held.empty()) {
    if (!storm.rages()) {
      storm.labels = LabelsOf(watch, episodes);
      storm.starts_at = now;
    }
    alerts.push_back(OneForAll(watch, checks, episodes, storm));
  } else if (storm.rages()) {
    Alert& over = alerts.emplace_back();
    over.status = AlertStatus::kResolved;
    over.labels = std::exchange(storm.labels, {});
    over.starts_at = storm.starts_at;
    over.ends_at = now;
    over.fingerprint = over.labels.Fingerprint();
  }
}

}  // namespace warden

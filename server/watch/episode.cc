// SPDX-License-Identifier: Apache-2.0
#include "server/watch/episode.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "promql/model/go_text.h"
#include "server/alert/webhook.h"
#include "server/anomaly/number_text.h"
#include "server/watch/micros.h"

namespace warden {
namespace {

using anomaly::Number;

std::string SeverityLabel(const SeverityMapping& mapping, anomaly::Severity severity) {
  switch (severity) {
    case anomaly::Severity::kCritical:
      return mapping.critical;
    case anomaly::Severity::kHigh:
      return mapping.high;
    case anomaly::Severity::kMedium:
      return mapping.medium;
    case anomaly::Severity::kLow:
      return mapping.low;
    case anomaly::Severity::kNone:
      return {};
  }
  return {};
}

Alert AlertOf(const WatchConfig& watch, const promql::LabelSet& series, const Episode& episode,
              const anomaly::Verdict& verdict) {
  Alert alert = AlertOf(watch, series, verdict);
  // Its labels are its identity: a severity that rises later does not make another alert of it.
  if (episode.fires)
    alert.labels = episode.labels;
  else
    alert.labels.Set("severity", SeverityLabel(watch.severity, episode.worst));
  return alert;
}

Alert EndOf(const Episode& episode, Instant now) {
  Alert alert;
  alert.status = AlertStatus::kResolved;
  alert.labels = episode.labels;
  alert.starts_at = episode.starts_at;
  alert.ends_at = now;
  alert.fingerprint = alert.labels.Fingerprint();
  return alert;
}

// Whether it fires after an unusual check.
bool Worsen(const WatchConfig& watch, const anomaly::Verdict& verdict, Instant now,
            Episode& episode) {
  episode.normal = 0;
  episode.worst = std::max(episode.worst, verdict.severity);
  if (episode.fires) return true;
  if (SeverityLabel(watch.severity, episode.worst).empty()) return false;
  if (episode.anomalous++ == 0) episode.since = now;
  return episode.anomalous >= watch.fire_after && now - episode.since >= watch.pending_for;
}

// Whether it is over after a normal check.
bool Ease(const WatchConfig& watch, Episode& episode) {
  episode.anomalous = 0;
  episode.worst = episode.fires ? episode.worst : anomaly::Severity::kNone;
  return !episode.fires || ++episode.normal >= watch.resolve_after;
}

}  // namespace

Alert AlertOf(const WatchConfig& watch, const promql::LabelSet& series,
              const anomaly::Verdict& verdict) {
  Alert alert;
  alert.labels = series;
  for (const auto& [name, value] : watch.labels) alert.labels.Set(name, value);
  if (watch.labels.Get("alertname").empty()) alert.labels.Set("alertname", watch.name);
  alert.labels.Set("promwarden_watch", watch.name);
  alert.labels.Set("severity", SeverityLabel(watch.severity, verdict.severity));
  alert.annotations = watch.annotations;
  const std::string direction = verdict.deviation < 0 ? "below" : "above";
  const bool is_forecast = watch.kind == WatchKind::kForecast;
  if (!alert.annotations.Has("summary") && is_forecast) {
    alert.annotations.Set("summary",
                          watch.name + ": " + verdict.reason + "; now " + Number(verdict.observed));
  }
  if (!alert.annotations.Has("summary")) {
    alert.annotations.Set("summary", watch.name + " is unusual: " + RangeText(verdict));
  }
  if (!alert.annotations.Has("description")) {
    alert.annotations.Set("description", !verdict.reason.empty()
                                             ? verdict.reason
                                             : Number(verdict.observed) + " is " +
                                                   Number(std::abs(verdict.deviation)) +
                                                   " deviations " + direction + " the expected " +
                                                   Number(verdict.expected));
  }
  alert.annotations.Set("promwarden_query", watch.query);
  return alert;
}

std::vector<Alert> Advance(const WatchConfig& watch, const std::vector<SeriesCheck>& checks,
                           Instant now, Episodes& episodes) {
  std::vector<Alert> alerts;
  const auto ease = [&](Episodes::iterator entry) {
    if (!Ease(watch, entry->second)) return std::next(entry);
    if (entry->second.fires) alerts.push_back(EndOf(entry->second, now));
    return episodes.erase(entry);
  };
  for (const auto& [labels, verdict, learning_left] : checks) {
    auto found = episodes.find(labels);
    if (found != episodes.end()) found->second.checked_at = now;
    if (anomaly::IsUnjudged(verdict.state)) continue;
    if (!anomaly::IsAnomalous(verdict.state)) {
      if (found != episodes.end()) ease(found);
      continue;
    }
    if (found == episodes.end()) found = episodes.try_emplace(labels).first;
    Episode& episode = found->second;
    episode.checked_at = now;
    if (!Worsen(watch, verdict, now, episode)) continue;
    Alert alert = AlertOf(watch, labels, episode, verdict);
    if (!episode.fires) {
      episode.fires = true;
      episode.starts_at = now;
      episode.labels = alert.labels;
    }
    alert.starts_at = episode.starts_at;
    alert.fingerprint = alert.labels.Fingerprint();
    alerts.push_back(std::move(alert));
  }
  for (auto entry = episodes.begin(); entry != episodes.end();)
    entry = entry->second.checked_at == now ? std::next(entry) : ease(entry);
  return alerts;
}

std::string SeriesText(const promql::LabelSet& labels) {
  std::string text;
  for (const auto& [name, value] : labels)
    text += (text.empty() ? "" : ",") + name + "=" + promql::Quote(value);
  return text;
}

std::string RangeText(const anomaly::Verdict& verdict) {
  const std::string observed = Number(verdict.observed) + ", expected ";
  if (std::isnan(verdict.lower)) return observed + "at most " + Number(verdict.upper);
  if (std::isnan(verdict.upper)) return observed + "at least " + Number(verdict.lower);
  return observed + Number(verdict.lower) + " to " + Number(verdict.upper);
}

std::string EncodeEpisodes(const Episodes& episodes) {
  std::string text;
  for (const auto& [labels, episode] : episodes) {
    if (!episode.fires) continue;
    text += MicrosText(episode.starts_at) + '\t' + EncodeLabels(labels) + '\t' +
            EncodeLabels(episode.labels) + (episode.in_storm ? "\tstorm\n" : "\n");
  }
  return text;
}

Episodes DecodeEpisodes(std::string_view text) {
  Episodes episodes;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto first = line.find('\t');
    const auto second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) continue;
    const auto starts_at = ReadMicros(line.substr(0, first));
    if (!starts_at) continue;
    Episode episode;
    episode.fires = true;
    episode.starts_at = *starts_at;
    const auto third = line.find('\t', second + 1);
    episode.in_storm = third != std::string_view::npos;
    episode.labels = DecodeLabels(line.substr(second + 1, third - second - 1));
    episodes.emplace(DecodeLabels(line.substr(first + 1, second - first - 1)), std::move(episode));
  }
  return episodes;
}

}  // namespace warden

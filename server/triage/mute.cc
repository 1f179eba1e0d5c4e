// SPDX-License-Identifier: Apache-2.0
#include "server/triage/mute.h"

#include <algorithm>

namespace warden {
namespace {

std::optional<Instant> Earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

std::optional<Mute> MutedByTime(const Config& config, const Route* route, Instant now) {
  if (route == nullptr) return std::nullopt;
  if (!route->active_time_intervals.empty()) {
    bool is_active = false;
    std::optional<Instant> until;
    std::string names;
    for (const auto& name : route->active_time_intervals) {
      const auto* interval = config.FindTimeInterval(name);
      if (interval == nullptr) continue;
      is_active = is_active || interval->Contains(now);
      if (const auto change = interval->NextChange(now)) until = Earlier(until, *change);
      names += (names.empty() ? "\"" : ", \"") + name + "\"";
    }
    if (!is_active) return Mute{"outside of the active time interval " + names, until};
  }
  for (const auto& name : route->mute_time_intervals) {
    const auto* interval = config.FindTimeInterval(name);
    if (interval == nullptr || !interval->Contains(now)) continue;
    std::optional<Instant> until;
    if (const auto change = interval->NextChange(now)) until = *change;
    return Mute{"inside of the mute time interval \"" + name + "\"", until};
  }
  return std::nullopt;
}

std::optional<Mute> MutedByMaintenance(const Config& config, const promql::LabelSet& labels,
                                       Instant now) {
  for (const auto& window : config.maintenance_windows) {
    if (!window.when.Contains(now) || !promql::MatchesAll(window.matchers, labels)) continue;
    std::optional<Instant> until;
    if (const auto change = window.when.NextChange(now)) until = *change;
    return Mute{"maintenance window \"" + window.name + "\"", until};
  }
  return std::nullopt;
}

std::optional<Mute> MutedByInhibition(const Config& config, const InhibitIndex& index,
                                      const TriageState& state, const promql::LabelSet& labels) {
  const auto inhibited = index.Find(labels);
  if (!inhibited) return std::nullopt;
  const auto& rule = config.inhibit_rules[inhibited->rule];
  std::string reason =
      "inhibited by rule " +
      (rule.name.empty() ? "#" + std::to_string(inhibited->rule) : "\"" + rule.name + "\"");
  if (const auto* source = state.FindAlert(inhibited->sources.front()))
    reason += ", source " + std::string(source->alert.name());
  if (inhibited->sources.size() > 1)
    reason += " and " + std::to_string(inhibited->sources.size() - 1) + " more";
  return Mute{std::move(reason), std::nullopt};
}

}  // namespace warden

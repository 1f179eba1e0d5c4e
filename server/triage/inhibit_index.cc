// SPDX-License-Identifier: Apache-2.0
#include "server/triage/inhibit_index.h"

#include <algorithm>

namespace warden {

using promql::MatchesAll;

InhibitIndex::InhibitIndex(const std::vector<InhibitRule>& rules) {
  rules_.reserve(rules.size());
  for (const auto& rule : rules) rules_.push_back({&rule, {}});
}

void InhibitIndex::Add(AlertId id, const promql::LabelSet& labels) {
  for (auto& [rule, sources] : rules_) {
    if (!MatchesAll(rule->source, labels)) continue;
    auto& list = sources[EqualKey(*rule, labels)];
    const auto place = std::ranges::lower_bound(list, id, {}, &Source::id);
    if (place != list.end() && place->id == id) continue;
    list.insert(place, {id, MatchesAll(rule->target, labels)});
  }
}

void InhibitIndex::Remove(AlertId id, const promql::LabelSet& labels) {
  for (auto& [rule, sources] : rules_) {
    const auto found = sources.find(EqualKey(*rule, labels));
    if (found == sources.end()) continue;
    std::erase_if(found->second, [id](const Source& source) { return source.id == id; });
    if (found->second.empty()) sources.erase(found);
  }
}

std::optional<InhibitedBy> InhibitIndex::Find(const promql::LabelSet& labels) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (auto sources = Sources(rules_[i], labels); !sources.empty())
      return InhibitedBy{i, std::move(sources)};
  }
  return std::nullopt;
}

std::vector<InhibitedBy> InhibitIndex::FindAll(const promql::LabelSet& labels) const {
  std::vector<InhibitedBy> all;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (auto sources = Sources(rules_[i], labels); !sources.empty())
      all.push_back({i, std::move(sources)});
  }
  return all;
}

bool InhibitIndex::IsSource(const promql::LabelSet& labels) const {
  return std::ranges::any_of(
      rules_, [&](const Rule& rule) { return MatchesAll(rule.rule->source, labels); });
}

std::string InhibitIndex::EqualKey(const InhibitRule& rule, const promql::LabelSet& labels) {
  std::string key;
  for (const auto& name : rule.equal) {
    key += labels.Get(name);
    key += '\xff';
  }
  return key;
}

std::vector<AlertId> InhibitIndex::Sources(const Rule& rule, const promql::LabelSet& labels) {
  if (rule.sources.empty() || !MatchesAll(rule.rule->target, labels)) return {};
  const auto found = rule.sources.find(EqualKey(*rule.rule, labels));
  if (found == rule.sources.end()) return {};
  const bool both_sides = MatchesAll(rule.rule->source, labels);
  std::vector<AlertId> ids;
  for (const auto& source : found->second) {
    if (!both_sides || !source.is_target_too) ids.push_back(source.id);
  }
  return ids;
}

}  // namespace warden

// SPDX-License-Identifier: Apache-2.0
// Who reads what another rule makes.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/config_reader.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/summary.h"
#include "promql/model/duration.h"
#include "promql/model/matcher.h"

namespace promql::lint::checks {
namespace {

template <class Visit>
void ForEachRule(const Project& project, const Visit& visit) {
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (rule.summary() != nullptr) visit(rule);
      }
    }
  }
}

bool IsIn(const GroupContext& group, std::span<const RuleContext* const> rules) {
  return std::ranges::any_of(rules, [&](const auto* rule) { return &rule->group() == &group; });
}

}  // namespace

// A rule above the one that records what it reads sees the value of the evaluation before.
void ConsumerFirst(const Project& project, Sink& sink) {
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const MetricRead& read : rule.summary()->reads) {
      if (read.naming != analysis::Naming::kExact || read.has_range) continue;
      const auto makers = project.Recording(read.name);
      // Recorded elsewhere too, or above as well: it need not be this one.
      if (makers.size() != 1 || &makers.front()->group() != &rule.group()) continue;
      const RuleContext& maker = *makers.front();
      if (maker.rule().index <= rule.rule().index) continue;
      sink.Add(rule,
               {.at = rule.At(*read.selector),
                .message = "'" + std::string(read.name) +
                           "' is recorded further down in this group: this rule reads what was "
                           "recorded " +
                           FormatDuration(rule.group().interval()) + " ago",
                .advice = "move the recording rule above this one",
                .related = {{&maker.file(), NamePlace(maker), "it is recorded here"}}});
    }
  });
}

// Rules of another group run at another time: one lag a rule, whatever the number of metrics.
void CrossGroupLag(const Project& project, Sink& sink) {
  ForEachRule(project, [&](const RuleContext& rule) {
    const RuleContext* slowest = nullptr;
    const MetricRead* by = nullptr;
    std::set<std::string> groups;
    for (const MetricRead& read : rule.summary()->reads) {
      if (read.naming != analysis::Naming::kExact || read.is_bridged) continue;
      const auto makers = project.Recording(read.name);
      // Recorded in several groups on purpose, or in this one as well.
      if (makers.size() != 1 || IsIn(rule.group(), makers)) continue;
      groups.insert(std::string(makers.front()->group().group().name.value));
      if (slowest == nullptr || makers.front()->group().interval() > slowest->group().interval()) {
        slowest = makers.front();
        by = &read;
      }
    }
    if (slowest == nullptr) return;
    std::string names;
    for (const std::string& name : groups) names += (names.empty() ? "'" : ", '") + name + "'";
    sink.Add(rule, {.at = rule.At(*by->selector),
                    .message = "this reads what another group records, up to " +
                               FormatDuration(slowest->group().interval()) + " later",
                    .details = std::string(groups.size() == 1 ? "the group " : "the groups ") +
                               names + " and this one run at different times",
                    .advice = "put rules that depend on each other into one group, in order",
                    .related = {{&slowest->file(), NamePlace(*slowest), "it is recorded here"}}});
  });
}

// In `ci`: the branch took away a recording rule that others read.
void RemovedDependency(const Project& project, Sink& sink) {
  const auto& removed = project.surroundings().no_longer_recorded;
  if (removed.empty()) return;
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const MetricRead& read : rule.summary()->reads) {
      if (read.naming != analysis::Naming::kExact || !removed.contains(read.name)) continue;
      sink.Add(rule, {.at = rule.At(*read.selector),
                      .message = "no rule records '" + std::string(read.name) +
                                 "' any more: this rule reads what is not there",
                      .advice = "keep the recording rule, or change this rule with it"});
    }
  });
}

// Nothing in these files reads it; dashboards may.
void UnusedRecord(const Project& project, Sink& sink) {
  std::unordered_set<std::string_view> read;
  std::vector<Matcher> patterns;
  bool reads_anything = false;
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const MetricRead& one : rule.summary()->reads) {
      if (one.naming == analysis::Naming::kExact) read.insert(one.name);
      if (one.naming == analysis::Naming::kNameless) reads_anything = true;
      if (one.naming != analysis::Naming::kPattern || one.matcher == nullptr) continue;
      auto matcher = Matcher::Make(std::string(one.matcher->name), one.matcher->op,
                                   std::string(one.matcher->value));
      if (matcher) patterns.push_back(std::move(*matcher));
    }
  });
  if (reads_anything) return;
  ForEachRule(project, [&](const RuleContext& rule) {
    if (rule.is_alert() || read.contains(rule.name())) return;
    if (std::ranges::any_of(patterns, [&](const Matcher& m) { return m.Matches(rule.name()); })) {
      return;
    }
    sink.Add(rule, {.at = NamePlace(rule),
                    .message = "no rule of this run reads '" + std::string(rule.name()) + "'",
                    .advice = "when no dashboard does either, remove it"});
  });
}

// ALERTS{alertname="…"} of an alert that is not there.
void AlertsReferenceUnknown(const Project& project, Sink& sink) {
  constexpr int kMostSearches = 200;  // of so many unknown names hardly one is a slip
  int searches = 0;
  std::vector<std::string_view> names;
  ForEachRule(project, [&](const RuleContext& rule) {
    if (rule.is_alert()) names.push_back(rule.name());
  });
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const analysis::AlertsReference& reference : rule.summary()->alerts) {
      if (reference.matcher == nullptr || reference.matcher->op != MatchOp::kEqual) continue;
      const std::string_view name = reference.matcher->value;
      if (name.empty() || !project.Alerting(name).empty()) continue;
      // One that is nearly the same is a mistake; others may come from files that were not given.
      std::vector<std::string_view> close;
      if (++searches <= kMostSearches) {
        std::ranges::copy_if(names, std::back_inserter(close), [&](std::string_view other) {
          return other.size() <= name.size() + 2 && name.size() <= other.size() + 2;
        });
      }
      const std::string_view near = Nearest(name, close);
      sink.Add(rule, {.at = rule.At(reference.matcher->span),
                      .message = "no rule of this run is an alert '" + std::string(name) + "'",
                      .advice = near.empty() ? "" : "did you mean '" + std::string(near) + "'?",
                      .severity = near.empty() ? std::optional(Severity::kHint) : std::nullopt});
    }
  });
}

// The same costly part in several rules.
void CommonSubExpression(const Project& project, Sink& sink) {
  constexpr std::size_t kWorthIt = 3;
  struct Places {
    std::vector<std::pair<const RuleContext*, const Expr*>> at;
  };
  std::map<analysis::Hash128, Places> parts;
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const SubExpression& part : rule.summary()->parts) {
      if (part.size < 4 || part.expr == rule.expr()) continue;
      auto& at = parts[part.hash].at;
      if (at.empty() || at.back().first != &rule) at.emplace_back(&rule, part.expr);
    }
  });
  for (const auto& [hash, places] : parts) {
    if (places.at.size() < kWorthIt) continue;
    const auto& [rule, expr] = places.at.front();
    Draft draft;
    draft.at = rule->At(*expr);
    draft.message = std::to_string(places.at.size()) +
                    " rules work this out, each for itself: recorded once it would be read " +
                    std::to_string(places.at.size()) + " times";
    draft.advice = "record it, and read the recorded series";
    for (std::size_t i = 1; i < std::min<std::size_t>(places.at.size(), 4); ++i) {
      draft.related.push_back(
          {&places.at[i].first->file(), places.at[i].first->At(*places.at[i].second), "here too"});
    }
    sink.Add(*rule, std::move(draft));
  }
}

// A part that a recording rule of this run already holds.
void ExistingRecord(const Project& project, Sink& sink) {
  std::map<analysis::Hash128, const RuleContext*> recorded;
  ForEachRule(project, [&](const RuleContext& rule) {
    // Labels of its own make another series of it.
    if (!rule.is_alert() && rule.MergedLabels().empty()) {
      recorded.emplace(rule.summary()->hash, &rule);
    }
  });
  ForEachRule(project, [&](const RuleContext& rule) {
    for (const SubExpression& part : rule.summary()->parts) {
      const auto found = recorded.find(part.hash);
      if (found == recorded.end() || found->second == &rule || part.size < 4) continue;
      if (!rule.is_alert() && part.expr == rule.expr())
        continue;  // record/duplicate, or another name
      sink.Add(rule, {.at = rule.At(*part.expr),
                      .message = "this is recorded already as '" +
                                 std::string(found->second->name()) + "'",
                      .advice = "read the recorded series",
                      .related = {{&found->second->file(), NamePlace(*found->second),
                                   "it is recorded here"}}});
      break;
    }
  });
}

}  // namespace promql::lint::checks

// SPDX-License-Identifier: Apache-2.0
// A threshold finds nothing when its target is gone: the alert falls silent just then. One finding a
// job, not one a rule: some alert has to look at whether it is there.
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "promql/lint/check.h"
#include "promql/lint/selectors.h"
#include "promql/lint/summary.h"
#include "promql/model/matcher.h"
#include "promql/syntax/walk.h"

namespace promql::lint::checks {
namespace {

// The jobs whose presence an alert looks at: `up{job="a"}`, absent(x{job="a"}). What names no job
// looks at all of them.
struct Watched {
  std::set<std::string_view> jobs;
  std::vector<Matcher> patterns;
  bool all = false;

  void Add(const VectorSelector& selector) {
    for (const LabelMatcher& matcher : selector.matchers) {
      if (matcher.name != "job") continue;
      if (matcher.op == MatchOp::kEqual) {
        jobs.insert(matcher.value);
      } else if (auto made = Matcher::Make("job", matcher.op, std::string(matcher.value))) {
        patterns.push_back(std::move(*made));
      }
      return;
    }
    all = true;
  }
  [[nodiscard]] bool Has(std::string_view job) const {
    return all || jobs.contains(job) ||
           std::ranges::any_of(patterns, [&](const Matcher& m) { return m.Matches(job); });
  }
};

void AddWatched(const Expr& root, Watched& watched) {
  Walk(root, [&](const Expr& node) {
    if (const VectorSelector* selector = node.As<VectorSelector>()) {
      if (MetricOf(*selector) == "up") watched.Add(*selector);
    }
    const Call* call = node.As<Call>();
    if (call == nullptr || !call->function->name.starts_with("absent")) return;
    for (const SelectorAt& at : SelectorsIn(node)) watched.Add(*at.selector);
  });
}

template <class Visit>
void ForEachAlert(const Project& project, const Visit& visit) {
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (rule.is_alert() && rule.expr() != nullptr) visit(rule);
      }
    }
  }
}

}  // namespace

void NoDataHole(const Project& project, Sink& sink) {
  Watched watched;
  ForEachAlert(project, [&](const RuleContext& rule) { AddWatched(*rule.expr(), watched); });
  if (watched.all) return;
  std::map<std::string_view, const RuleContext*> told;
  ForEachAlert(project, [&](const RuleContext& rule) {
    if (rule.summary() == nullptr || !rule.summary()->threshold) return;
    for (const MetricRead& read : rule.summary()->reads) {
      const auto job = EqualTo(*read.selector->As<VectorSelector>(), "job");
      if (!job || watched.Has(*job) || !told.emplace(*job, &rule).second) continue;
      sink.Add(rule, {.at = rule.At(*read.selector),
                      .message = "when '" + std::string(*job) +
                                 "' is gone, its alerts fall silent, and none says that it is gone",
                      .advice = "add an alert on up{job=\"" + std::string(*job) +
                                "\"} == 0 or absent(up{job=\"" + std::string(*job) + "\"})"});
    }
  });
}

}  // namespace promql::lint::checks

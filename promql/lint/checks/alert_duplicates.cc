// SPDX-License-Identifier: Apache-2.0
// Rules of the whole project that are the same, or that cannot be told apart.
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/summary.h"

namespace promql::lint::checks {
namespace {

using Rules = std::vector<const RuleContext*>;

// Rules that give their results the same name and labels, by that.
std::map<std::string, Rules> ByIdentity(const Project& project, bool alerts) {
  std::map<std::string, Rules> groups;
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        if (rule.is_alert() != alerts || rule.summary() == nullptr) continue;
        std::string key(rule.name());
        for (const auto& [name, value] : rule.MergedLabels()) {
          key += '\xff' + name + '\xfe' + value;
        }
        groups[key].push_back(&rule);
      }
    }
  }
  std::erase_if(groups, [](const auto& group) { return group.second.size() < 2; });
  return groups;
}

DraftRelated Related(const RuleContext& other, std::string message) {
  return {&other.file(), NamePlace(other), std::move(message)};
}

// Files of one run may be for different servers: bundles, versions, examples. Only in one file it is
// certain that both are loaded.
void SoftenAcrossFiles(const RuleContext& first, const RuleContext& later, Draft& draft) {
  if (&first.file() == &later.file()) return;
  draft.message += ", in another file";
  draft.severity = Severity::kInfo;
  draft.confidence = Confidence::kLikely;
}

// Calls visit(first, later) for rules of one identity and one expression, once for each later one.
template <class Visit>
void ForEachRepeated(const Project& project, bool alerts, const Visit& visit) {
  for (const auto& [key, rules] : ByIdentity(project, alerts)) {
    std::map<analysis::Hash128, const RuleContext*> first;
    for (const RuleContext* rule : rules) {
      const auto [at, is_new] = first.emplace(rule->summary()->hash, rule);
      if (!is_new) visit(*at->second, *rule);
    }
  }
}

bool IsStricter(BinaryOp op, double a, double b) {
  const bool upwards = op == BinaryOp::kGreater || op == BinaryOp::kGreaterEqual;
  return upwards ? a > b : a < b;
}

bool IsOrdering(BinaryOp op) {
  return op == BinaryOp::kGreater || op == BinaryOp::kGreaterEqual || op == BinaryOp::kLess ||
         op == BinaryOp::kLessEqual;
}

// Rules by what they observe: the first one, and the first with another threshold than that.
class FirstThresholds {
 public:
  // The first rule before this one that observes the same with another threshold.
  const RuleContext* FindOther(const RuleContext& rule, const PlainThreshold& mine) {
    auto& [first, second] = seen_[{mine.observed, mine.op}];
    if (first == nullptr) {
      first = &rule;
      return nullptr;
    }
    if (first->summary()->threshold->number != mine.number) {
      if (second == nullptr) second = &rule;
      return first;
    }
    return second;
  }

 private:
  using Two = std::pair<const RuleContext*, const RuleContext*>;
  std::map<std::pair<analysis::Hash128, BinaryOp>, Two> seen_;
};

// How severe, by the policy's list or by what the words usually mean; -1 for others.
int Rank(const RuleContext& rule) {
  const Policy& policy = rule.project().config().policy;
  const LabelSet labels = rule.MergedLabels();
  std::string value(labels.Get(policy.severity_label));
  std::ranges::transform(value, value.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!policy.severities.empty()) {
    const auto found = std::ranges::find(policy.severities, labels.Get(policy.severity_label));
    return found == policy.severities.end()
               ? -1
               : static_cast<int>(found - policy.severities.begin());
  }
  static const std::map<std::string, int, std::less<>> kUsual = {
      {"info", 0}, {"warning", 1}, {"warn", 1}, {"minor", 1}, {"major", 2},
      {"high", 2}, {"critical", 3}, {"crit", 3}, {"page", 3}};
  const auto found = kUsual.find(value);
  return found == kUsual.end() ? -1 : found->second;
}

// An alert on a ladder of severities.
struct Rung {
  const RuleContext* rule = nullptr;
  int rank = 0;
  BinaryOp op = BinaryOp::kGreater;
  double number = 0;
};

// Alerts of one file that observe the same and compare it the same way. Those that stand on one
// rank only are no ladder.
using LadderKey = std::tuple<std::string, analysis::Hash128, BinaryOp>;
std::map<LadderKey, std::vector<Rung>> LaddersIn(const Project& project) {
  std::map<LadderKey, std::vector<Rung>> ladders;
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        const RuleSummary* summary = rule.summary();
        if (!rule.is_alert() || summary == nullptr || !summary->threshold) continue;
        const PlainThreshold& threshold = *summary->threshold;
        const int rank = IsOrdering(threshold.op) ? Rank(rule) : -1;
        if (rank < 0) continue;
        ladders[{file->path(), threshold.observed, threshold.op}].push_back(
            {&rule, rank, threshold.op, threshold.number});
      }
    }
  }
  std::erase_if(ladders, [](const auto& ladder) {
    const auto [low, high] = std::ranges::minmax(ladder.second, {}, &Rung::rank);
    return low.rank == high.rank;
  });
  return ladders;
}

}  // namespace

void AlertDuplicate(const Project& project, Sink& sink) {
  ForEachRepeated(project, true, [&](const RuleContext& first, const RuleContext& later) {
    Draft draft{.at = NamePlace(later),
                .message = "this alert is there already, with the same labels and expression",
                .details = "both fire at once and are one alert to Alertmanager, which takes "
                           "the times and annotations of whichever comes last",
                .advice = "remove one of them",
                .related = {Related(first, "the first one")}};
    SoftenAcrossFiles(first, later, draft);
    sink.Add(later, std::move(draft));
  });
}

void RecordDuplicate(const Project& project, Sink& sink) {
  ForEachRepeated(project, false, [&](const RuleContext& first, const RuleContext& later) {
    Draft draft{.at = NamePlace(later),
                .message = "this is recorded already, by the same expression",
                .details = "the second evaluation writes the same series again: samples of one "
                           "of them are dropped as duplicates or out of order",
                .advice = "remove one of them",
                .related = {Related(first, "the first one")}};
    SoftenAcrossFiles(first, later, draft);
    sink.Add(later, std::move(draft));
  });
}

// Same name and labels, the same thing observed, another threshold: one hides the other.
void AlertOverlap(const Project& project, Sink& sink) {
  for (const auto& [key, rules] : ByIdentity(project, true)) {
    FirstThresholds before;
    for (const RuleContext* rule : rules) {
      const auto& mine = rule->summary()->threshold;
      if (!mine || !IsOrdering(mine->op)) continue;
      const RuleContext* const other = before.FindOther(*rule, *mine);
      if (other == nullptr || rule->summary()->hash == rules[0]->summary()->hash) continue;
      sink.Add(*rule, {.at = NamePlace(*rule),
                       .message = "another alert of this name and these labels looks at the same "
                                  "with another threshold: when both fire nobody can tell which",
                       .advice = "give them different severities, or different names",
                       .related = {Related(*other, "the other one")}});
    }
  }
}

// The same thing observed at several severities: the more severe one has to be harder to reach.
void SeverityLadder(const Project& project, Sink& sink) {
  for (const auto& [key, ladder] : LaddersIn(project)) {
    for (const Rung& severe : ladder) {
      // A stricter threshold that has to hold for less time is another kind of alert.
      const auto is_undercut = [&](const Rung& mild) {
        return mild.rank < severe.rank && mild.rule->for_() >= severe.rule->for_() &&
               (mild.number == severe.number || IsStricter(severe.op, mild.number, severe.number));
      };
      const auto found = std::ranges::find_if(ladder, is_undercut);
      if (found == ladder.end()) continue;
      const RuleContext& mild = *found->rule;
      const bool is_inverted = found->number != severe.number;
      sink.Add(
          *severe.rule,
          {.at = severe.rule->At(*severe.rule->expr()),
           .message = is_inverted ? "the more severe alert is easier to reach than the milder one"
                                  : "two severities have the same threshold: the milder one never "
                                    "warns before the other fires",
           .advice = "give the more severe one the threshold that is harder to reach",
           .severity = is_inverted ? std::nullopt : std::optional(Severity::kInfo),
           .related = {{&mild.file(), mild.At(*mild.expr()), "the milder one"}}});
    }
  }
}

}  // namespace promql::lint::checks

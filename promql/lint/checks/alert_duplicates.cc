// SPDX-License-Identifier: Apache-2.0
// Rules of the whole project that are the same, or that cannot be told apart.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
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
    for (std::size_t i = 1; i < rules.size(); ++i) {
      const auto& mine = rules[i]->summary()->threshold;
      if (!mine || rules[i]->summary()->hash == rules[0]->summary()->hash) continue;
      for (std::size_t other = 0; other < i; ++other) {
        const auto& theirs = rules[other]->summary()->threshold;
        if (!theirs || theirs->observed != mine->observed || theirs->op != mine->op) continue;
        if (!IsOrdering(mine->op) || mine->number == theirs->number) continue;
        sink.Add(*rules[i],
                 {.at = NamePlace(*rules[i]),
                  .message = "another alert of this name and these labels looks at the same with "
                             "another threshold: when both fire nobody can tell which",
                  .advice = "give them different severities, or different names",
                  .related = {Related(*rules[other], "the other one")}});
        break;
      }
    }
  }
}

// The same thing observed at several severities: the more severe one has to be harder to reach.
void SeverityLadder(const Project& project, Sink& sink) {
  std::map<std::pair<std::string, analysis::Hash128>, Rules> ladders;
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        const RuleSummary* summary = rule.summary();
        if (!rule.is_alert() || summary == nullptr || !summary->threshold) continue;
        if (!IsOrdering(summary->threshold->op) || Rank(rule) < 0) continue;
        ladders[{file->path(), summary->threshold->observed}].push_back(&rule);
      }
    }
  }
  for (const auto& [key, rules] : ladders) {
    for (const RuleContext* severe : rules) {
      for (const RuleContext* mild : rules) {
        const PlainThreshold& high = *severe->summary()->threshold;
        const PlainThreshold& low = *mild->summary()->threshold;
        if (Rank(*severe) <= Rank(*mild) || high.op != low.op) continue;
        const bool inverted = IsStricter(low.op, low.number, high.number);
        const bool equal =
            high.number == low.number && severe->for_() <= mild->for_();
        if (!inverted && !equal) continue;
        // A stricter threshold that has to hold for less time is another kind of alert.
        if (inverted && severe->for_() > mild->for_()) continue;
        sink.Add(*severe,
                 {.at = severe->At(*severe->expr()),
                  .message = inverted
                                 ? "the more severe alert is easier to reach than the milder one"
                                 : "two severities have the same threshold: the milder one never "
                                   "warns before the other fires",
                  .advice = "give the more severe one the threshold that is harder to reach",
                  .severity = inverted ? std::nullopt : std::optional(Severity::kInfo),
                  .related = {{&mild->file(), mild->At(*mild->expr()), "the milder one"}}});
        break;
      }
    }
  }
}

}  // namespace promql::lint::checks

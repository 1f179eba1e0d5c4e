// SPDX-License-Identifier: Apache-2.0
// Rules that read each other.
#include <algorithm>
#include <set>
#include <vector>

#include "promql/lint/check.h"
#include "promql/lint/field_policy.h"
#include "promql/lint/graph.h"

namespace promql::lint::checks {
namespace {

// The circles of a graph of rules, each as the rules in it: Tarjan's strongly connected components
// of more than one rule, or of one that reads itself. Without recursion, however long a chain is.
class CircleFinder {
 public:
  explicit CircleFinder(const RuleGraph& graph) : states_(graph.rules.size()) {
    producers_.resize(graph.rules.size());
    for (const RuleGraph::Edge& edge : graph.edges) producers_[edge.reader].push_back(edge.producer);
  }

  std::vector<std::vector<std::size_t>> Find() {
    for (std::size_t rule = 0; rule < states_.size(); ++rule) {
      if (states_[rule].order == 0) Visit(rule);
    }
    return std::move(circles_);
  }

 private:
  struct State {
    std::size_t order = 0;  // 0: not seen
    std::size_t low = 0;
    bool is_open = false;
  };
  struct Frame {
    std::size_t rule;
    std::size_t next = 0;  // of its producers
  };

  void Enter(std::size_t rule) {
    states_[rule] = {++seen_, seen_, true};
    open_.push_back(rule);
    frames_.push_back({rule});
  }

  void Visit(std::size_t start) {
    Enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      State& mine = states_[frame.rule];
      if (frame.next == producers_[frame.rule].size()) {
        Leave(frame.rule);
        continue;
      }
      const std::size_t other = producers_[frame.rule][frame.next++];
      if (states_[other].order == 0) {
        Enter(other);
      } else if (states_[other].is_open) {
        mine.low = std::min(mine.low, states_[other].order);
      }
    }
  }

  void Leave(std::size_t rule) {
    frames_.pop_back();
    if (!frames_.empty()) {
      State& reader = states_[frames_.back().rule];
      reader.low = std::min(reader.low, states_[rule].low);
    }
    if (states_[rule].low != states_[rule].order) return;
    std::vector<std::size_t> members;
    while (members.empty() || members.back() != rule) {
      members.push_back(open_.back());
      states_[open_.back()].is_open = false;
      open_.pop_back();
    }
    const bool reads_itself = std::ranges::find(producers_[rule], rule) != producers_[rule].end();
    if (members.size() == 1 && !reads_itself) return;
    std::ranges::sort(members);
    circles_.push_back(std::move(members));
  }

  std::vector<State> states_;
  std::vector<std::vector<std::size_t>> producers_;
  std::vector<std::size_t> open_;
  std::vector<Frame> frames_;
  std::vector<std::vector<std::size_t>> circles_;
  std::size_t seen_ = 0;
};

}  // namespace

// a reads b and b reads a: each sees what the other made the evaluation before. Circles between the
// same groups are told once: they are one decision.
void GraphCycle(const Project& project, Sink& sink) {
  const RuleGraph graph = GraphOf(project);
  std::set<std::set<const GroupContext*>> told;
  for (const std::vector<std::size_t>& circle : CircleFinder(graph).Find()) {
    const RuleContext& first = *graph.rules[circle.front()];
    const bool is_itself = circle.size() == 1;
    std::set<const GroupContext*> groups;
    for (const std::size_t member : circle) groups.insert(&graph.rules[member]->group());
    if (groups.size() > 1 && !told.insert(groups).second) continue;
    Draft draft;
    draft.at = NamePlace(first);
    draft.message = is_itself ? "this rule reads what it records: it adds to its own last value"
                              : "these rules read each other: each sees what the other recorded "
                                "the evaluation before";
    draft.advice = "write one of them without the other";
    draft.confidence = is_itself ? Confidence::kHeuristic : Confidence::kProven;
    // Files that each hold a half of it may be alternatives.
    const bool is_one_file = std::ranges::all_of(
        circle, [&](std::size_t member) { return &graph.rules[member]->file() == &first.file(); });
    if (is_itself || !is_one_file) draft.severity = Severity::kInfo;
    constexpr std::size_t kShown = 8;
    for (std::size_t i = 1; i < std::min(circle.size(), kShown); ++i) {
      const RuleContext& other = *graph.rules[circle[i]];
      draft.related.push_back({&other.file(), NamePlace(other), "part of the circle"});
    }
    sink.Add(first, std::move(draft));
  }
}

}  // namespace promql::lint::checks

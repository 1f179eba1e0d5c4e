// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/graph.h"

#include <set>
#include <unordered_map>

#include "promql/lint/selectors.h"
#include "promql/syntax/walk.h"

namespace promql::lint {

RuleGraph GraphOf(const Project& project) {
  RuleGraph graph;
  std::unordered_map<const RuleContext*, std::size_t> index;
  for (const auto& file : project.files()) {
    for (const GroupContext& group : file->groups()) {
      for (const RuleContext& rule : group.rules()) {
        index.emplace(&rule, graph.rules.size());
        graph.rules.push_back(&rule);
      }
    }
  }
  for (std::size_t reader = 0; reader < graph.rules.size(); ++reader) {
    const Expr* const expr = graph.rules[reader]->expr();
    if (expr == nullptr) continue;
    std::set<std::string_view> metrics;
    Walk(*expr, [&](const Expr& node) {
      const auto* const selector = node.As<VectorSelector>();
      if (selector != nullptr && !MetricOf(*selector).empty()) metrics.insert(MetricOf(*selector));
    });
    for (const std::string_view metric : metrics) {
      for (const RuleContext* const producer : project.Recording(metric)) {
        graph.edges.push_back({reader, index.at(producer), metric});
      }
    }
  }
  return graph;
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/rule_tests.h"

#include <algorithm>

#include "promql/lint/config_node.h"
#include "promql/lint/selectors.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/walk.h"

namespace promql::lint {
namespace {

// The value of a key; null when there is none.
const ConfigNode* At(const ConfigNode& map, std::string_view key) {
  for (std::size_t i = 0; map.kind == ConfigNode::Kind::kMap && i + 1 < map.items.size(); i += 2) {
    if (map.items[i].text == key) return &map.items[i + 1];
  }
  return nullptr;
}

// Calls visit(item) for the items of a list behind a key.
template <class Visit>
void ForEachItem(const ConfigNode& map, std::string_view key, const Visit& visit) {
  const ConfigNode* const list = At(map, key);
  if (list == nullptr || list->kind != ConfigNode::Kind::kList) return;
  std::ranges::for_each(list->items, visit);
}

}  // namespace

std::expected<void, std::string> RuleTests::Add(std::string_view text) {
  const auto node = ParseConfigNode(text);
  if (!node) {
    return std::unexpected(std::to_string(node.error().line) + ":" +
                           std::to_string(node.error().column) + ": " + node.error().message);
  }
  ParseOptions options;
  options.features = Features::All();
  ForEachItem(*node, "tests", [&](const ConfigNode& test) {
    ForEachItem(test, "alert_rule_test", [&](const ConfigNode& one) {
      const ConfigNode* const name = At(one, "alertname");
      if (name != nullptr) alerts.insert(name->text);
    });
    ForEachItem(test, "promql_expr_test", [&](const ConfigNode& one) {
      const ConfigNode* const expr = At(one, "expr");
      if (expr == nullptr) return;
      const auto parsed = ParseExpression(expr->text, options);
      if (!parsed) return;
      Walk(parsed->root(), [&](const Expr& part) {
        const auto* const selector = part.As<VectorSelector>();
        if (selector != nullptr) metrics.emplace(MetricOf(*selector));
      });
    });
  });
  return {};
}

}  // namespace promql::lint

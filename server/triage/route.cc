// SPDX-License-Identifier: Apache-2.0
#include "server/triage/route.h"

#include "promql/model/go_text.h"

namespace warden {
namespace {

bool Walk(const Route& node, const promql::LabelSet& labels, std::vector<const Route*>& out) {
  if (!promql::MatchesAll(node.matchers, labels)) return false;
  bool taken = false;
  for (const auto& child : node.routes) {
    const bool matched = Walk(child, labels, out);
    taken = taken || matched;
    if (matched && !child.is_continuing) break;
  }
  if (!taken) out.push_back(&node);
  return true;
}

}  // namespace

std::vector<const Route*> MatchRoutes(const Route& root, const promql::LabelSet& labels) {
  std::vector<const Route*> routes;
  Walk(root, labels, routes);
  return routes;
}

promql::LabelSet GroupLabels(const Route& route, const promql::LabelSet& labels) {
  if (route.group_by.is_all) return labels;
  promql::LabelSet group;
  for (const auto& name : route.group_by.labels) {
    if (labels.Has(name)) group.Set(name, labels.Get(name));
  }
  return group;
}

std::string GroupKey(const Route& route, const promql::LabelSet& group_labels) {
  std::string key = route.route_key + ":{";
  bool first = true;
  for (const auto& [name, value] : group_labels) {
    if (!first) key += ", ";
    first = false;
    key += name + "=" + promql::Quote(value);
  }
  return key + "}";
}

}  // namespace warden

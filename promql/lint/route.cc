// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/route.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <utility>

namespace promql::lint {
namespace {

constexpr int kDeepest = 100;  // of nested routes

struct Mistake {
  YAML::Mark mark;
  std::string reason;
};
using Read = std::expected<Route, Mistake>;

std::unexpected<Mistake> Wrong(const YAML::Node& node, std::string reason) {
  return std::unexpected(Mistake{node.Mark(), std::move(reason)});
}

std::string Text(const YAML::Node& node) { return node.IsScalar() ? node.Scalar() : ""; }

// The older `match` and `match_re`.
std::expected<void, Mistake> AddPairs(const YAML::Node& pairs, MatchOp op, Matchers& matchers) {
  if (!pairs || pairs.IsNull()) return {};
  if (!pairs.IsMap()) return Wrong(pairs, "labels and values are meant here");
  for (const auto& pair : pairs) {
    auto matcher = Matcher::Make(Text(pair.first), op, Text(pair.second));
    if (!matcher) return Wrong(pair.second, matcher.error());
    matchers.push_back(std::move(*matcher));
  }
  return {};
}

std::expected<void, Mistake> AddMatchers(const YAML::Node& list, Matchers& matchers) {
  if (!list || list.IsNull()) return {};
  if (!list.IsSequence()) return Wrong(list, "a list of matchers is meant here");
  for (const YAML::Node& item : list) {
    auto parsed = ParseMatchers(Text(item));
    if (!parsed) return Wrong(item, parsed.error().message);
    std::ranges::move(*parsed, std::back_inserter(matchers));
  }
  return {};
}

Read ReadNode(const YAML::Node& node, const std::string& receiver, int depth) {
  if (!node.IsMap()) return Wrong(node, "a route is meant here");
  if (depth > kDeepest) return Wrong(node, "routes are nested too deeply");
  Route route;
  route.receiver = node["receiver"] ? Text(node["receiver"]) : receiver;
  for (const auto& done : {AddPairs(node["match"], MatchOp::kEqual, route.matchers),
                           AddPairs(node["match_re"], MatchOp::kRegex, route.matchers),
                           AddMatchers(node["matchers"], route.matchers)}) {
    if (!done) return std::unexpected(done.error());
  }
  const YAML::Node routes = node["routes"];
  if (!routes || routes.IsNull()) return route;
  if (!routes.IsSequence()) return Wrong(routes, "a list of routes is meant here");
  for (const YAML::Node& item : routes) {
    Read child = ReadNode(item, route.receiver, depth + 1);
    if (!child) return child;
    route.routes.push_back(std::move(*child));
  }
  return route;
}

std::string At(const YAML::Mark& mark, const std::string& reason) {
  return std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1) + ": " + reason;
}

}  // namespace

std::expected<Route, std::string> ReadRoute(std::string_view text) {
  try {
    const YAML::Node file = YAML::Load(std::string(text));
    if (!file.IsMap() || !file["route"]) return std::unexpected("1:1: there is no route");
    Read route = ReadNode(file["route"], "", 0);
    if (!route) return std::unexpected(At(route.error().mark, route.error().reason));
    return *std::move(route);
  } catch (const YAML::Exception& error) {
    return std::unexpected(At(error.mark, error.msg));
  }
}

bool CanBeRouted(const Route& root, const std::function<Truth(const Matcher&)>& judge) {
  return std::ranges::any_of(root.routes, [&](const Route& route) {
    return std::ranges::none_of(route.matchers,
                                [&](const Matcher& matcher) { return judge(matcher) == Truth::kNo; });
  });
}

}  // namespace promql::lint

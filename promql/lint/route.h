// SPDX-License-Identifier: Apache-2.0
// The route tree of an Alertmanager configuration, as far as it says who gets an alert. Everything
// else in the file is Alertmanager's business and not looked at.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/matcher.h"

namespace promql::lint {

enum class Truth : std::uint8_t { kNo, kMaybe, kYes };

struct Route {
  std::string receiver;  // its own, or its parent's
  Matchers matchers;     // all of them have to hold
  std::vector<Route> routes;
};

// Fails with "line:column: reason".
[[nodiscard]] std::expected<Route, std::string> ReadRoute(std::string_view text);

// Whether any route below the root can match an alert of which only some labels are known: `judge`
// says whether a matcher holds.
[[nodiscard]] bool CanBeRouted(const Route& root,
                               const std::function<Truth(const Matcher&)>& judge);

}  // namespace promql::lint

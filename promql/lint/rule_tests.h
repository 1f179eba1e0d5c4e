// SPDX-License-Identifier: Apache-2.0
// Unit tests of rules in promtool's format: what they look at. Pure.
#pragma once

#include <expected>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace promql::lint {

struct RuleTests {
  std::set<std::string, std::less<>> alerts;   // names in alert_rule_test
  std::set<std::string, std::less<>> metrics;  // read by promql_expr_test

  // Adds those of one file; fails with "line:column: reason". Keys that say nothing of rules are
  // not looked at.
  [[nodiscard]] std::expected<void, std::string> Add(std::string_view text);
};

}  // namespace promql::lint

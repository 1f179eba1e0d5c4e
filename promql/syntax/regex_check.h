// SPDX-License-Identifier: Apache-2.0
// Whether a text is a regular expression in Go's syntax, as Prometheus takes it in matchers, and
// whether it matches the empty string when anchored at both ends. One pass, no automaton: matchers
// of expressions that are only read need no more.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace promql {

struct RegexFacts {
  bool matches_empty = false;
};

// The failure says what is wrong, quoting the part.
[[nodiscard]] std::expected<RegexFacts, std::string> CheckRegex(std::string_view pattern);

}  // namespace promql

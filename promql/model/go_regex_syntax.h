// SPDX-License-Identifier: Apache-2.0
// Go's regular expression syntax, checked and rewritten for RE2. Used by go_regex.cc only.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace promql {

struct Re2Pattern {
  std::string text;
  std::vector<std::string> group_names;  // index 0 is the whole match; RE2 sees no names
};

[[nodiscard]] std::expected<Re2Pattern, std::string> TranslateGoRegex(std::string_view pattern);

}  // namespace promql

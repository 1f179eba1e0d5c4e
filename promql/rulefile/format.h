// SPDX-License-Identifier: Apache-2.0
// Lays out the expressions of a rule file for people. Only the bytes of expressions change: YAML,
// comments and layout stay. A one-line text stays one line where that fits, else it becomes a
// literal block; blocks keep their kind and indentation. What was planned has been read again: the
// meaning of every rule and everything else are as before. Formatting twice changes nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/rulefile/read.h"
#include "promql/rulefile/rule_file.h"

namespace promql::rulefile {

struct Edit {
  Source source;
  std::string text;
};

// An expression that stays as it is, and why.
struct Unformatted {
  Source source;
  std::string reason;
  bool has_errors = false;  // it is no PromQL
};

struct FormatPlan {
  std::vector<Edit> edits;  // in order, apart from each other
  std::vector<Unformatted> left;
  // The file is no YAML or not UTF-8: nothing is planned.
  bool is_readable = true;
};

// `file` was read with `options`. Lines are at most `width` wide where that is possible.
[[nodiscard]] FormatPlan PlanFormat(const RuleFile& file, const ReadOptions& options,
                                    std::size_t width = 100);

[[nodiscard]] std::string Apply(std::string_view content, std::span<const Edit> edits);

}  // namespace promql::rulefile

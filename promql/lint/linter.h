// SPDX-License-Identifier: Apache-2.0
// Rules → findings: runs every check that is not off over a project, on several threads, then
// applies levels, overrides and suppressions, gives every finding its place, source lines, owner
// and fingerprint, and sorts. Equal input gives equal output, whatever the number of threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "promql/lint/context.h"
#include "promql/lint/finding.h"

namespace promql::lint {

struct LintOptions {
  unsigned threads = 1;
  std::chrono::sys_days today;  // for suppressions that end
  // Ids or `group/*`; when `only` is not empty nothing else runs. Stronger than the configuration.
  std::vector<std::string> only;
  std::vector<std::string> without;
  // Rules to look at one by one; unset: all. Checks of files, groups and the project see every rule.
  std::function<bool(const RuleContext&)> wants;
  // Called now and then, from one thread at a time: files checked so far.
  std::function<void(std::size_t)> progress;
};

struct SuppressedFinding {
  Finding finding;
  std::string reason;  // of the comment that suppressed it; may be empty
};

struct LintResult {
  std::vector<Finding> findings;  // by file in the project's order, then place
  std::vector<SuppressedFinding> suppressed;
  std::size_t files = 0;
  std::size_t groups = 0;
  std::size_t alerts = 0;
  std::size_t records = 0;
};

// `project` has been indexed.
[[nodiscard]] LintResult Lint(const Project& project, const LintOptions& options);

}  // namespace promql::lint

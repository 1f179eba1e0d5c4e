// SPDX-License-Identifier: Apache-2.0
// The options by which `check` and `ci` say which findings count and how they are told, and the way
// from a lint result to reports and an exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/cli/rule_loader.h"
#include "promql/lint/linter.h"
#include "promql/report/report.h"

namespace promql::cli {

struct FindingsFlags {
  std::vector<std::string> formats;  // FORMAT or FORMAT=FILE
  std::string fail_on;
  bool strict = false;
  std::string min_severity;
  std::vector<std::string> enable;
  std::vector<std::string> disable;
  std::string baseline;
  std::string color = "auto";
  bool quiet = false;

  void Declare(CLI::App& verb);
  // Names of formats and checks that do not exist; nothing when all is well.
  [[nodiscard]] std::string Mistake() const;
};

// The findings of one run: lints, takes out what the baseline knows, writes all reports.
class FindingsRun {
 public:
  FindingsRun(const FindingsFlags& flags, const RuleFlags& rules, const lint::Config& config);

  // With a line on the terminal once it takes longer than a second.
  [[nodiscard]] lint::LintResult Lint(const lint::Project& project, lint::LintOptions options = {});
  // Prints; returns the exit code.
  [[nodiscard]] int Tell(lint::LintResult result, const lint::Project& project,
                         std::vector<report::Unread> unread);

 private:
  [[nodiscard]] report::Gate GateOfRun() const;
  [[nodiscard]] bool Write(const report::Report& report) const;

  const FindingsFlags& flags_;
  const RuleFlags& rules_;
  const lint::Config& config_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Today, for comments that end.
[[nodiscard]] std::chrono::sys_days Today();

}  // namespace promql::cli

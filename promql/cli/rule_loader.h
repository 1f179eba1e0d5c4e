// SPDX-License-Identifier: Apache-2.0
// What every verb that looks at rules begins with: options, configuration, files, and the project
// made of them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/config.h"
#include "promql/lint/config_reader.h"
#include "promql/lint/context.h"
#include "promql/report/report.h"
#include "promql/rulefile/read.h"

namespace promql::cli {

struct RuleFlags {
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  std::string config_file;
  bool no_config = false;
  std::string schema;
  std::string target;
  std::vector<std::string> features;
  std::vector<std::string> tests;    // files, folders, globs; empty: what the configuration says
  std::string alertmanager_config;   // file
  unsigned threads = 0;              // 0: as many as there are processors

  // Adds them to a verb; `paths` only where it takes some.
  void Declare(CLI::App& verb, bool takes_paths = true);
  [[nodiscard]] unsigned ThreadCount() const;
};

// The configuration: of the file that was named, else of the nearest `.promwarden-lint.yaml` in or
// above the working folder; then what the flags say. On failure everything that is wrong has been
// printed, and `exit_code` is not 0.
struct LoadedConfig {
  int exit_code = 0;
  std::unique_ptr<lint::Config> config;
};
[[nodiscard]] LoadedConfig LoadConfig(const RuleFlags& flags);

// Where that file is; empty when there is none.
[[nodiscard]] std::string FindConfigFile();
// Ids of all checks, for the reader of the configuration.
[[nodiscard]] const std::vector<std::string_view>& CheckIds();

struct LoadedRules {
  std::unique_ptr<lint::Project> project;  // indexed; borrows the configuration
  std::vector<report::Unread> unread;
  std::size_t ignored = 0;  // files that ask to be left alone
  std::size_t others = 0;   // files of folders that are no rule files
};
// Finds and reads the rules that the flags, or else the configuration, name. Texts of `overlay`, by
// path, stand for what is on disk.
[[nodiscard]] LoadedRules LoadRules(const RuleFlags& flags, const lint::Config& config,
                                    const std::map<std::string, std::string>& overlay = {});

// One file's bytes, as the configuration wants them read; `schema` where it says nothing of the
// path.
[[nodiscard]] rulefile::RuleFile ReadRules(const std::string& path, std::string content,
                                           const lint::Config& config, rulefile::Schema schema);
// Another text of the file, read in the shape that it has: folders hold resources besides.
[[nodiscard]] rulefile::RuleFile ReadAgain(const rulefile::RuleFile& file, std::string content,
                                           const lint::Config& config);

inline constexpr std::size_t kMostRuleFileBytes = std::size_t{64} << 20;

// Prints a failure as all verbs do.
void Complain(std::string_view message);

}  // namespace promql::cli

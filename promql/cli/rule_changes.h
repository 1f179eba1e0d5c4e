// SPDX-License-Identifier: Apache-2.0
// Which rules a branch added or changed: by what their text says, not by which lines moved. A
// rule's text begins where the one before it ends, so that comments above it belong to it; a change
// of a group's head changes every rule in the group. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/cli/git.h"
#include "promql/lint/context.h"
#include "promql/lint/finding.h"

namespace promql::cli {

enum class RuleState : std::uint8_t { kUnmodified, kModified, kAdded };

// A file's rules as they were, whatever shape it has; texts that it asks to ignore are not there.
[[nodiscard]] rulefile::RuleFile RulesBefore(const std::string& path, const std::string& before,
                                             const lint::Config& config);

class RuleChanges {
 public:
  struct FileChange {
    std::string before;  // its text at the base; empty for a new file
    std::vector<ChangedLines> lines;
  };
  // `files`: by path as the project has it; those that are not in it are unchanged. Borrows the
  // project.
  RuleChanges(const lint::Project& project, const std::map<std::string, FileChange>& files,
              const lint::Config& config);

  [[nodiscard]] RuleState StateOf(const lint::RuleContext& rule) const;
  // Whether a finding is about something that changed: its rule, a rule it refers to, or its lines.
  [[nodiscard]] bool Concerns(const lint::Finding& finding) const;
  [[nodiscard]] std::size_t added() const { return added_; }
  [[nodiscard]] std::size_t modified() const { return modified_; }

 private:
  struct Lines {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  void Judge(const lint::FileContext& file, const FileChange& change, const lint::Config& config);
  [[nodiscard]] bool IsChangedRule(std::string_view file, const lint::Place& place) const;
  [[nodiscard]] bool IsChangedLine(std::string_view file, const lint::Place& place) const;

  std::unordered_map<const rulefile::Rule*, RuleState> states_;  // of those that are not unmodified
  std::map<std::string, std::vector<Lines>, std::less<>> rules_;  // where those stand
  std::map<std::string, std::vector<ChangedLines>, std::less<>> lines_;
  std::size_t added_ = 0;
  std::size_t modified_ = 0;
};

}  // namespace promql::cli

// SPDX-License-Identifier: Apache-2.0
// Paths of a command line → the rule files they mean. Folders are walked in the order of names,
// each once, whatever links lead to it; files that several paths name come once. What cannot be
// looked at is told and the walk goes on.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "promql/report/report.h"

namespace promql::cli {

inline constexpr std::string_view kStdin = "-";

struct Discovered {
  std::vector<std::string> files;  // as they are to be shown: beginning as the path did
  std::set<std::string, std::less<>> walked;  // those of `files` that nobody named: found in folders
  std::vector<report::Unread> unread;
};

// `paths` are files (of any name, `-` for standard input), folders (`*.yml` and `*.yaml` in them
// and below, hidden ones left out) and globs (`**` crosses folders); `exclude` are globs, which do
// not concern files that are named outright.
[[nodiscard]] Discovered DiscoverFiles(const std::vector<std::string>& paths,
                                       const std::vector<std::string>& exclude);

}  // namespace promql::cli

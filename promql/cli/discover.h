// SPDX-License-Identifier: Apache-2.0
// Paths of a command line → the rule files they mean. Folders are walked in the order of names,
// each once, whatever links lead to it; files that several paths name come once. What cannot be
// looked at is told and the walk goes on.
#pragma once

#include <functional>
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

using IsExcluded = std::function<bool(const std::string& path)>;

// `paths` are files (of any name, `-` for standard input), folders (`*.yml` and `*.yaml` in them
// and below, hidden ones left out) and globs (`**` crosses folders). `is_excluded` is asked about
// what was found, not about files that are named outright.
[[nodiscard]] Discovered DiscoverFiles(
    const std::vector<std::string>& paths,
    const IsExcluded& is_excluded = [](const std::string&) { return false; });

}  // namespace promql::cli

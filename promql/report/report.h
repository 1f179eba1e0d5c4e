// SPDX-License-Identifier: Apache-2.0
// What a run of the linter found → text in one of many formats. Reporters are pure functions in
// files of their own, one line of reporters.def each: they read no clock, no environment and no
// file, and give the same bytes for the same report. Texts in a report may hold anything; what
// leaves is well-formed in its format, valid UTF-8, and cannot command the terminal or CI server
// that shows it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/finding.h"

namespace promql::report {

using lint::Confidence;
using lint::Finding;
using lint::Severity;

// Which findings make the run fail.
struct Gate {
  std::optional<Severity> from = Severity::kError;  // and louder; nothing: none fails
  Confidence at_least = Confidence::kLikely;
  [[nodiscard]] bool Fails(const Finding& finding) const {
    return from && finding.severity >= *from && finding.confidence >= at_least;
  }
};

// A file or folder that could not be looked at, and why.
struct Unread {
  std::string file;
  std::string message;
};

// A check as the list of checks has it.
struct CheckText {
  std::string_view id;
  Severity severity = Severity::kWarning;
  Confidence confidence = Confidence::kLikely;
  std::string_view summary;
  std::string_view documentation;  // Markdown
};

struct CheckedGroup {
  std::string file;
  std::string name;
};

struct Suppressed {
  Finding finding;
  std::string reason;
};

struct Report {
  std::vector<Finding> findings;  // by file, then place
  std::vector<Suppressed> suppressed;
  std::size_t in_baseline = 0;  // findings left out because they were known
  std::size_t quieter = 0;      // findings left out because they are not loud enough
  std::vector<Unread> unread;
  std::vector<CheckText> checks;     // at least those that found something, in any order
  std::vector<CheckedGroup> groups;  // every one that was checked
  std::size_t files = 0;
  std::size_t alerts = 0;
  std::size_t records = 0;
  std::string version;
  std::string home;  // the project's address, without a slash at its end; may be empty
  std::chrono::milliseconds elapsed{};
  Gate gate;
};

// How the text may look; only some formats ask.
struct Style {
  bool color = false;
  std::size_t width = 80;
  std::string token;   // for GitHub: unknown to whoever wrote the rules
  bool quiet = false;  // nothing where there is nothing to say
};

struct Reporter {
  std::string_view name;
  std::string (*write)(const Report&, const Style&);
  std::string_view summary;
};

[[nodiscard]] std::span<const Reporter> AllReporters();  // in the order of reporters.def
[[nodiscard]] const Reporter* FindReporter(std::string_view name);

struct Counts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t infos = 0;
  std::size_t hints = 0;
  std::size_t fixable = 0;  // by a safe fix
  std::size_t failing = 0;  // those that the gate does not let through
  std::size_t files = 0;    // that have any
};
[[nodiscard]] Counts Count(const Report& report);

// The loudest and surest first, else in the order of the report.
[[nodiscard]] std::vector<const Finding*> WorstFirst(const Report& report);

// The fingerprint of each finding in the report's order, with a number behind repeated ones.
[[nodiscard]] std::vector<std::string> UniqueFingerprints(const Report& report);

// Where the check is documented; empty when the project has no address.
[[nodiscard]] std::string DocumentationUrl(const Report& report, std::string_view id);

// "1 error", "2 errors".
[[nodiscard]] std::string Counted(std::size_t count, std::string_view noun);
// "1 error, 2 warnings and 1 hint"; "no findings" for none.
[[nodiscard]] std::string CountedFindings(const Counts& counts);

}  // namespace promql::report

// SPDX-License-Identifier: Apache-2.0
// What the linter says: a value with a place, a reason and, where it is certain, a fix. Reporters
// need nothing else; a finding owns its texts, so that it outlives the rules it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace promql::lint {

enum class Severity : std::uint8_t { kHint, kInfo, kWarning, kError };
[[nodiscard]] std::string_view Text(Severity severity);

// How sure the check is: a proof, a strong sign, or a rule of thumb. Only proven and likely errors
// fail a build by default.
enum class Confidence : std::uint8_t { kHeuristic, kLikely, kProven };
[[nodiscard]] std::string_view Text(Confidence confidence);

// Bytes of the file, end exclusive, and the same as lines and columns: 1-based, columns in Unicode
// code points, the end column exclusive. Line 0 stands for the file as a whole.
struct Place {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

// Replaces bytes begin..end of the finding's file.
struct Edit {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string text;
  Place place;  // begin and end as lines and columns
};

struct Fix {
  std::string title;     // imperative, lower case: `quote the value`
  bool is_safe = false;  // changes no rule's meaning
  std::vector<Edit> edits;
};

struct Related {
  std::string file;
  Place place;
  std::string message;
};

// A line of the file, without its end: what a reporter shows above the caret. Of a line that is
// longer than kLongestSourceLine the part around the place, so that a file of one long line does
// not stand in each of its findings.
struct SourceLine {
  std::uint32_t number = 0;
  std::string text;
  // What is left out in front of `text`.
  std::uint32_t cut_columns = 0;
  std::uint32_t cut_bytes = 0;
};

enum class RuleKind : std::uint8_t { kNone, kAlert, kRecord };
[[nodiscard]] std::string_view Text(RuleKind kind);

struct Finding {
  std::string_view id;  // of its check: constant
  Severity severity = Severity::kWarning;
  Confidence confidence = Confidence::kLikely;
  std::string message;  // one sentence, lower case, no full stop
  std::string details;  // why: the proof, the label sets, the intervals; may be empty
  std::string advice;   // how to mend it; may be empty
  std::string file;
  Place place;
  std::string group;
  std::string rule;
  RuleKind kind = RuleKind::kNone;
  std::string owner;
  std::vector<Related> related;
  std::vector<Fix> fixes;
  std::vector<SourceLine> source;  // the lines of `place`, at most kMostSourceLines
  // Stable under moved lines and edits elsewhere: check, file, rule and the text at the place.
  std::string fingerprint;
};

inline constexpr std::size_t kMostSourceLines = 3;
inline constexpr std::size_t kLongestSourceLine = 2048;  // bytes

// By file, place, id, message: the order of reports.
[[nodiscard]] bool ComesBefore(const Finding& a, const Finding& b);

}  // namespace promql::lint

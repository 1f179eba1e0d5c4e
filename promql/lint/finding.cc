// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/finding.h"

#include <tuple>

namespace promql::lint {

std::string_view Text(Severity severity) {
  switch (severity) {
    case Severity::kHint:
      return "hint";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

std::string_view Text(Confidence confidence) {
  switch (confidence) {
    case Confidence::kHeuristic:
      return "heuristic";
    case Confidence::kLikely:
      return "likely";
    case Confidence::kProven:
      return "proven";
  }
  return "proven";
}

std::string_view Text(RuleKind kind) {
  switch (kind) {
    case RuleKind::kNone:
      return "";
    case RuleKind::kAlert:
      return "alert";
    case RuleKind::kRecord:
      return "record";
  }
  return "";
}

bool ComesBefore(const Finding& a, const Finding& b) {
  return std::tie(a.file, a.place.begin, a.place.end, a.id, a.message) <
         std::tie(b.file, b.place.begin, b.place.end, b.id, b.message);
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
// `file:line:col: severity: message [id]`, as editors and problem matchers read it.
#include "promql/report/plain.h"

#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {

std::string PlainLine(const Finding& finding) {
  std::string line = OneLine(finding.file);
  if (finding.place.line > 0) {
    line += ":" + std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column);
  }
  line += ": ";
  line += Text(finding.severity);
  line += ": " + OneLine(finding.message) + " [";
  line += finding.id;
  line += "]\n";
  return line;
}

std::string WritePlain(const Report& report, const Style&) {
  std::string out;
  for (const Unread& unread : report.unread) {
    out += OneLine(unread.file) + ": error: " + OneLine(unread.message) + "\n";
  }
  for (const Finding& finding : report.findings) out += PlainLine(finding);
  return out;
}

}  // namespace promql::report

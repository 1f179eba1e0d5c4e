// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {

std::string WriteCheckstyle(const Report& report, const Style&) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n";
  const std::string* file = nullptr;
  const auto open = [&](const std::string& name) {
    if (file != nullptr && *file == name) return;
    if (file != nullptr) out += "  </file>\n";
    out += "  <file name=\"" + Xml(PlainPath(name)) + "\">\n";
    file = &name;
  };
  for (const Unread& unread : report.unread) {
    open(unread.file);
    out += "    <error line=\"1\" severity=\"error\" message=\"" + Xml(unread.message) +
           "\" source=\"promwarden-lint\"/>\n";
  }
  for (const Finding& finding : report.findings) {
    open(finding.file);
    out += "    <error line=\"" + std::to_string(std::max(finding.place.line, 1U)) + "\"";
    if (finding.place.column > 0) {
      out += " column=\"" + std::to_string(finding.place.column) + "\"";
    }
    out += " severity=\"";
    out += finding.severity == Severity::kHint ? "info" : Text(finding.severity);
    out += "\" message=\"" + Xml(finding.message) + "\" source=\"" + Xml(finding.id) + "\"/>\n";
  }
  if (file != nullptr) out += "  </file>\n";
  return out + "</checkstyle>\n";
}

}  // namespace promql::report

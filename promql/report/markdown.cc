// SPDX-License-Identifier: Apache-2.0
// A summary for people who look at a CI job: counts and a table, the worst first. GitHub drops
// summaries above 1 MiB as a whole, so that the table ends before, and says so.
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

constexpr std::size_t kMostBytes = 900 * 1024;
constexpr std::size_t kMostCellBytes = 2000;

// Text in a cell of a table: nothing of it is Markdown or HTML.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : Cut(OneLine(text), kMostCellBytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '@':  // no mentions
        out += "&#64;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '~':
      case '#':
      case '!':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Row(const Report& report, const Finding& finding) {
  std::string row = "| ";
  row += Text(finding.severity);
  row += " | " + Cell(PlainPath(finding.file));
  if (finding.place.line > 0) row += ":" + std::to_string(finding.place.line);
  row += " | " + Cell(finding.rule.empty() ? finding.group : finding.rule);
  row += " | " + Cell(finding.message) + " | ";
  const std::string url = DocumentationUrl(report, finding.id);
  row += url.empty() ? "`" + std::string(finding.id) + "`"
                     : "[`" + std::string(finding.id) + "`](" + url + ")";
  return row + " |\n";
}

}  // namespace

std::string WriteMarkdown(const Report& report, const Style&) {
  const Counts counts = Count(report);
  std::string out = "### promwarden-lint: " + CountedFindings(counts) + "\n\n";
  out += Counted(report.files, "file") + ", " + Counted(report.alerts, "alert") + ", " +
         Counted(report.records, "recording rule");
  if (!report.suppressed.empty())
    out += ", " + std::to_string(report.suppressed.size()) + " suppressed";
  if (report.in_baseline > 0) out += ", " + std::to_string(report.in_baseline) + " known";
  out += "\n";
  for (const Unread& unread : report.unread) {
    if (out.size() > kMostBytes / 2) break;
    out += "\nCould not read " + Cell(unread.file) + ": " + Cell(unread.message) + "\n";
  }
  if (report.findings.empty()) return out;
  out += "\n| | where | rule | finding | check |\n| --- | --- | --- | --- | --- |\n";
  std::size_t written = 0;
  for (const Finding* finding : WorstFirst(report)) {
    const std::string row = Row(report, *finding);
    if (out.size() + row.size() > kMostBytes) break;
    out += row;
    ++written;
  }
  if (const std::size_t left = report.findings.size() - written; left > 0) {
    out += "\n" + Counted(left, "more finding") +
           ", for which there is no room here: see the log, or `--format sarif=FILE`.\n";
  }
  return out;
}

}  // namespace promql::report

// SPDX-License-Identifier: Apache-2.0
// TeamCity's service messages: inspections, their types before them.
#include <algorithm>
#include <set>

#include "promql/model/go_text.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

constexpr std::size_t kMostBytes = 4000;  // of a message; TeamCity cuts there itself

std::string Escaped(std::string_view value) {
  const std::string text = Cut(value, kMostBytes);
  std::string out;
  for (std::string_view left = text; !left.empty();) {
    const Rune rune = DecodeRune(left);
    left.remove_prefix(rune.width);
    switch (rune.value) {
      case '\'':
      case '|':
      case '[':
      case ']':
        out += '|';
        out += static_cast<char>(rune.value);
        break;
      case '\n':
        out += "|n";
        break;
      case '\r':
        out += "|r";
        break;
      default:
        if (rune.value < 0x20 || rune.value == 0x7f) {
          out += ' ';
        } else if (rune.value < 0x7f || rune.value > 0xffff) {
          AppendRune(out, rune.value);
        } else {
          constexpr std::string_view kHex = "0123456789abcdef";
          out += "|0x";
          for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(rune.value >> shift) & 0xf];
        }
    }
  }
  return out;
}

std::string_view SeverityText(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "ERROR";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kInfo:
      return "WEAK WARNING";
    case Severity::kHint:
      return "INFO";
  }
  return "INFO";
}

}  // namespace

std::string WriteTeamcity(const Report& report, const Style&) {
  std::string out;
  std::set<std::string_view> known;
  for (const Finding& finding : report.findings) {
    if (known.insert(finding.id).second) {
      const auto check = std::ranges::find(report.checks, finding.id, &CheckText::id);
      const std::string summary =
          Escaped(check == report.checks.end() ? finding.id : check->summary);
      const std::string id = Escaped(finding.id);
      out += "##teamcity[inspectionType id='" + id + "' name='" + id + "' description='" + summary +
             "' category='promwarden-lint']\n";
    }
    out += "##teamcity[inspection typeId='" + Escaped(finding.id) + "' message='" +
           Escaped(finding.message) + "' file='" + Escaped(PlainPath(finding.file)) + "' line='" +
           std::to_string(std::max(finding.place.line, 1U)) + "' SEVERITY='";
    out += SeverityText(finding.severity);
    out += "']\n";
  }
  for (const Unread& unread : report.unread) {
    out += "##teamcity[message text='" + Escaped(unread.file + ": " + unread.message) +
           "' status='ERROR']\n";
  }
  return out;
}

}  // namespace promql::report

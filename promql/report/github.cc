// SPDX-License-Identifier: Apache-2.0
// GitHub Actions shows ten errors, ten warnings and ten notices of a step beside the code and drops
// the rest in silence: the worst become commands, all others plain lines of the log. Texts of rules
// stand inside commands only in escaped form, and in plain lines only while commands are stopped.
#include <algorithm>
#include <array>

#include "promql/report/plain.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

constexpr std::size_t kMostOfAKind = 10;
constexpr std::size_t kMostMessageBytes = 4000;
constexpr auto kCommands = std::to_array<std::string_view>({"notice", "warning", "error"});

std::size_t KindOf(Severity severity) {
  return severity == Severity::kError ? 2 : severity == Severity::kWarning ? 1 : 0;
}

std::string Escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : CleanUtf8(text)) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      case ':':
        out += is_property ? "%3A" : ":";
        break;
      case ',':
        out += is_property ? "%2C" : ",";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Lines kept, what does not print escaped.
std::string Shown(std::string_view text) {
  std::string out;
  for (const std::string& line : Lines(text)) out += (out.empty() ? "" : "\n") + line;
  return Cut(out, kMostMessageBytes);
}

std::string Command(const Finding& finding) {
  const lint::Place& place = finding.place;
  std::string out = "::";
  out += kCommands[KindOf(finding.severity)];
  out += " file=" + Escaped(OneLine(PlainPath(finding.file)), true);
  if (place.line > 0) {
    out += ",line=" + std::to_string(place.line) + ",endLine=" + std::to_string(place.end_line);
    out += ",col=" + std::to_string(place.column);
    if (place.line == place.end_line) {  // else it is not looked at
      out += ",endColumn=" + std::to_string(std::max(place.column, place.end_column));
    }
  }
  out += ",title=" + Escaped(finding.id, true) + "::" + Escaped(Shown(FullText(finding)), false);
  return out + "\n";
}

}  // namespace

std::string WriteGithub(const Report& report, const Style& style) {
  std::array<std::size_t, 3> sent{};
  std::vector<const Finding*> rest;
  std::string out;
  for (const Finding* finding : WorstFirst(report)) {
    std::size_t& of_kind = sent[KindOf(finding->severity)];
    if (of_kind == kMostOfAKind) {
      rest.push_back(finding);
    } else {
      ++of_kind;
      out += Command(*finding);
    }
  }
  // Stays before the lines of the rest: as a command it is one of a kind.
  out += "::stop-commands::" + style.token + "\n";
  for (const Unread& unread : report.unread) {
    out += "could not read " + OneLine(unread.file) + ": " + OneLine(unread.message) + "\n";
  }
  if (!rest.empty()) {
    out += Counted(rest.size(), "more finding") +
           ", which GitHub does not show beside the code (10 of a kind for each step):\n";
  }
  for (const Finding* finding : rest) out += PlainLine(*finding);
  out += "promwarden-lint: " + CountedFindings(Count(report)) + " in " +
         Counted(report.files, "file") + "\n";
  return out + "::" + style.token + "::\n";
}

}  // namespace promql::report

// SPDX-License-Identifier: Apache-2.0
// For people at a terminal, 80 columns by default:
//
//   rules/disk.yml: 1 error
//
//   error: the condition is never true [promql/never-true]
//     --> rules/disk.yml:7:11 in alert DiskFull
//      |
//    7 |     expr: disk_used_ratio > 1 < 0.5
//      |           ^^^^^^^^^^^^^^^^^^^^^^^^^
//      = why: …
//      = do: …
//      = fix: …
#include <algorithm>
#include <cstdint>
#include <span>

#include "promql/model/go_text.h"
#include "promql/report/reporters.h"
#include "promql/report/text.h"

namespace promql::report {
namespace {

enum class Ink : std::uint8_t { kBold, kDim, kError, kWarning, kInfo, kHint, kGood };

std::string_view Code(Ink ink) {
  switch (ink) {
    case Ink::kBold:
      return "\x1b[1m";
    case Ink::kDim:
      return "\x1b[2m";
    case Ink::kError:
      return "\x1b[1;31m";
    case Ink::kWarning:
      return "\x1b[1;33m";
    case Ink::kInfo:
      return "\x1b[1;36m";
    case Ink::kHint:
      return "\x1b[1;34m";
    case Ink::kGood:
      return "\x1b[1;32m";
  }
  return "";
}

Ink InkOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return Ink::kError;
    case Severity::kWarning:
      return Ink::kWarning;
    case Severity::kInfo:
      return Ink::kInfo;
    case Severity::kHint:
      return Ink::kHint;
  }
  return Ink::kHint;
}

// A source line as it is shown: characters that take no column or several are accounted for, so
// that columns of the file become columns of the screen.
struct ShownLine {
  std::string text;
  std::vector<std::size_t> column_at;  // screen column of each code point, and of the end
};

ShownLine Show(std::string_view line) {
  ShownLine shown;
  std::size_t column = 0;
  while (!line.empty()) {
    const Rune rune = DecodeRune(line);
    shown.column_at.push_back(column);
    std::string piece;
    if (rune.value == '\t') {
      piece = std::string(4 - column % 4, ' ');
    } else {
      piece = OneLine(line.substr(0, rune.width));
    }
    column += Width(piece);
    shown.text += piece;
    line.remove_prefix(rune.width);
  }
  shown.column_at.push_back(column);
  return shown;
}

// The part of `text` on screen columns [from, from + width).
std::string Clip(std::string_view text, std::size_t from, std::size_t width) {
  std::string part;
  std::size_t column = 0;
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    const std::size_t end = column + Width(rune.value);
    if (column >= from && end <= from + width) part += text.substr(0, rune.width);
    column = end;
    text.remove_prefix(rune.width);
  }
  return part;
}

class Console {
 public:
  Console(const Report& report, const Style& style) : report_(report), style_(style) {}

  std::string Write() {
    for (std::size_t i = 0; i < report_.findings.size();) {
      const std::size_t start = i;
      while (i < report_.findings.size() &&
             report_.findings[i].file == report_.findings[start].file) {
        ++i;
      }
      WriteFile({report_.findings.data() + start, i - start});
    }
    WriteSummary();
    return std::move(out_);
  }

 private:
  void Inked(Ink ink, std::string_view text) {
    if (style_.color) out_ += Code(ink);
    out_ += text;
    if (style_.color) out_ += "\x1b[0m";
  }

  [[nodiscard]] std::size_t width() const { return std::max<std::size_t>(style_.width, 40); }

  void WriteFile(std::span<const Finding> findings) {
    Report of_file;
    of_file.findings.assign(findings.begin(), findings.end());
    Inked(Ink::kBold, OneLine(findings[0].file));
    Inked(Ink::kDim, ": " + CountedFindings(Count(of_file)));
    out_ += "\n\n";
    for (const Finding& finding : findings) {
      WriteFinding(finding);
      out_ += '\n';
    }
  }

  // The message may take several lines; those after the first stand under its first word.
  void WriteHead(const Finding& finding) {
    const std::string severity(Text(finding.severity));
    const std::string indent(severity.size() + 2, ' ');
    std::vector<std::string> lines =
        Wrap(OneLine(finding.message), width() - std::min(indent.size(), width() / 2));
    Inked(InkOf(finding.severity), severity + ": ");
    const bool is_guess = finding.confidence == Confidence::kHeuristic;
    const std::string id = "[" + std::string(finding.id) + (is_guess ? ", heuristic]" : "]");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out_ += "\n" + indent;
      Inked(Ink::kBold, lines[i]);
    }
    const bool fits = Width(lines.back()) + indent.size() + 1 + id.size() <= width();
    out_ += fits ? " " : "\n" + indent;
    Inked(Ink::kDim, id);
    out_ += '\n';
  }

  void WriteFinding(const Finding& finding) {
    WriteHead(finding);
    const std::uint32_t last = finding.source.empty() ? 0 : finding.source.back().number;
    gutter_ = std::max<std::size_t>(std::to_string(last).size(), 2);
    out_ += std::string(gutter_, ' ');
    Inked(Ink::kDim, "--> ");
    std::string where = OneLine(finding.file);
    if (finding.place.line > 0) {
      where +=
          ":" + std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column);
    }
    out_ += where;
    const bool is_rule = finding.kind != lint::RuleKind::kNone;
    const std::string owner = OneLine(is_rule ? finding.rule : finding.group);
    if (!owner.empty()) {
      const std::string kind = finding.kind == lint::RuleKind::kAlert ? "in alert "
                               : is_rule                              ? "in record "
                                                                      : "in group ";
      const bool fits = gutter_ + 5 + Width(where) + kind.size() + Width(owner) <= width();
      out_ += fits ? " " : "\n" + std::string(gutter_ + 4, ' ');
      Inked(Ink::kDim, kind);
      out_ += owner;
    }
    out_ += '\n';
    WriteSource(finding);
    WriteNotes(finding);
  }

  void Gutter(std::string_view number) {
    Inked(Ink::kDim, std::string(gutter_ - std::min(gutter_, number.size()), ' ') +
                         std::string(number) + " |");
  }

  void WriteSource(const Finding& finding) {
    if (finding.source.empty()) return;
    Gutter("");
    out_ += '\n';
    for (const lint::SourceLine& line : finding.source) WriteSourceLine(finding, line);
    if (finding.source.back().number < finding.place.end_line) {
      Gutter("");
      Inked(Ink::kDim, " …");
      out_ += '\n';
    }
  }

  void WriteSourceLine(const Finding& finding, const lint::SourceLine& line) {
    const ShownLine shown = Show(line.text);
    const std::size_t points = shown.column_at.size() - 1;
    const auto screen = [&](std::uint32_t column) {
      const std::uint32_t before = line.cut_columns + 1;
      return shown.column_at[std::min<std::size_t>(column < before ? 0 : column - before, points)];
    };
    const std::size_t blank = std::min(shown.text.find_first_not_of(' '), shown.text.size());
    std::size_t from = line.number == finding.place.line ? screen(finding.place.column) : blank;
    std::size_t to = line.number == finding.place.end_line ? screen(finding.place.end_column)
                                                           : shown.column_at.back();
    to = std::max(to, from + 1);
    const std::size_t room = width() - gutter_ - 3;
    std::size_t cut = 0;  // screen columns left out at the start
    std::string text = shown.text;
    if (Width(text) > room) {
      const std::size_t lead = room / 4;
      cut = to < room ? 0 : std::min(from > lead ? from - lead : 0, Width(text) - room);
      text = Clip(shown.text, cut + (cut > 0 ? 1 : 0),
                  room - (cut > 0 ? 1 : 0) - (cut + room < Width(shown.text) ? 1 : 0));
      if (cut > 0) text = "…" + text;
      if (cut + room < Width(shown.text)) text += "…";
    }
    Gutter(std::to_string(line.number));
    out_ += text.empty() ? "\n" : " " + text + "\n";
    from = std::max(from, cut) - cut;
    to = std::min(std::max(to, cut + 1) - cut, room);
    if (from >= to) return;
    Gutter("");
    out_ += " " + std::string(from, ' ');
    Inked(InkOf(finding.severity), std::string(to - from, '^'));
    out_ += '\n';
  }

  void WriteNotes(const Finding& finding) {
    Note("why", finding.details);
    Note("do", finding.advice);
    for (const lint::Fix& fix : finding.fixes) {
      Note("fix", fix.title +
                      (fix.is_safe ? " (promwarden-lint fix)" : " (promwarden-lint fix --unsafe)"));
    }
    for (const lint::Related& related : finding.related) {
      Note("see", related.file + ":" + std::to_string(related.place.line) + ":" +
                      std::to_string(related.place.column) + " " + related.message);
    }
  }

  void Note(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    const std::string head = std::string(gutter_ + 1, ' ') + "= ";
    const std::size_t indent = head.size() + label.size() + 2;
    bool is_first = true;
    for (const std::string& line : Lines(text)) {
      for (const std::string& part : Wrap(line, width() - indent)) {
        if (is_first) {
          Inked(Ink::kDim, head);
          Inked(Ink::kBold, std::string(label) + ": ");
        } else if (!part.empty()) {
          out_ += std::string(indent, ' ');
        }
        out_ += part + "\n";
        is_first = false;
      }
    }
  }

  void WriteSummary() {
    const Counts counts = Count(report_);
    if (style_.quiet && report_.findings.empty() && report_.unread.empty()) return;
    for (const Unread& unread : report_.unread) {
      Inked(Ink::kError, "could not read ");
      out_ += OneLine(unread.file) + ": " + OneLine(unread.message) + "\n";
    }
    const std::string counted = CountedFindings(counts);
    std::string text = counted + " in ";
    if (counts.files > 0) text += std::to_string(counts.files) + " of ";
    text += Counted(report_.files, "file") + " (" + Counted(report_.alerts, "alert") + ", " +
            Counted(report_.records, "recording rule") + ")";
    if (!report_.suppressed.empty()) {
      text += ", " + std::to_string(report_.suppressed.size()) + " suppressed";
    }
    if (report_.in_baseline > 0) text += ", " + std::to_string(report_.in_baseline) + " known";
    if (report_.quieter > 0) {
      text += ", " + std::to_string(report_.quieter) + " not shown (--min-severity hint)";
    }
    bool is_first = true;
    for (std::string_view line : Wrap(text, width())) {
      if (is_first && line.starts_with(counted)) {
        Inked(counts.errors > 0     ? Ink::kError
              : counts.warnings > 0 ? Ink::kWarning
                                    : Ink::kGood,
              counted);
        line.remove_prefix(counted.size());
      }
      out_.append(line).push_back('\n');
      is_first = false;
    }
    if (counts.fixable > 0) {
      out_ += "promwarden-lint fix mends " + std::to_string(counts.fixable) + " of them\n";
    }
  }

  const Report& report_;
  const Style& style_;
  std::string out_;
  std::size_t gutter_ = 2;
};

}  // namespace

std::string WriteConsole(const Report& report, const Style& style) {
  return Console(report, style).Write();
}

}  // namespace promql::report

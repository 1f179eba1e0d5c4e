// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace promql::cli {
namespace {

constexpr std::size_t kContext = 3;

// With their line feeds; the last may have none.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Lines [first, first + count) give way to others.
struct Change {
  std::size_t first = 0;
  std::size_t count = 0;
  std::vector<std::string> lines;
};

// Edits that share a line become one change; lines that stay the same at its ends are no part of
// it.
std::vector<Change> ChangesOf(std::string_view content, std::span<const rulefile::Edit> edits) {
  std::vector<Change> changes;
  std::size_t line = 0;  // the number of the line that begins at `line_start`
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < edits.size();) {
    const auto next_line = [&](std::size_t at) {
      const std::size_t end = content.find('\n', at);
      return end == std::string_view::npos ? content.size() : end + 1;
    };
    for (std::size_t next = next_line(line_start);
         next <= edits[i].source.begin && next > line_start; next = next_line(line_start)) {
      if (next == content.size() && !content.ends_with('\n')) break;
      line_start = next;
      ++line;
    }
    // All edits up to the end of a line that none of them reaches beyond.
    std::size_t end = next_line(std::max<std::size_t>(edits[i].source.end, line_start));
    std::size_t last = i;
    while (last + 1 < edits.size() && edits[last + 1].source.begin < end) {
      ++last;
      end = std::max(end, next_line(edits[last].source.end));
    }
    std::vector<rulefile::Edit> inside(edits.begin() + static_cast<std::ptrdiff_t>(i),
                                       edits.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    for (rulefile::Edit& edit : inside) {
      edit.source.begin -= static_cast<std::uint32_t>(line_start);
      edit.source.end -= static_cast<std::uint32_t>(line_start);
    }
    const std::string_view before = content.substr(line_start, end - line_start);
    const std::string after = rulefile::Apply(before, inside);
    std::vector<std::string_view> old_lines = LinesOf(before);
    std::vector<std::string_view> new_lines = LinesOf(after);
    std::size_t same = 0;
    while (same < old_lines.size() && same < new_lines.size() && old_lines[same] == new_lines[same])
      ++same;
    const std::size_t all = old_lines.size();
    while (old_lines.size() > same && new_lines.size() > same &&
           old_lines.back() == new_lines.back()) {
      old_lines.pop_back();
      new_lines.pop_back();
    }
    Change& change = changes.emplace_back();
    change.first = line + same;
    change.count = old_lines.size() - same;
    change.lines.assign(new_lines.begin() + static_cast<std::ptrdiff_t>(same), new_lines.end());
    line += all;
    line_start = end;
    i = last + 1;
  }
  std::erase_if(changes, [](const Change& one) { return one.count == 0 && one.lines.empty(); });
  return changes;
}

void AppendLine(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string Range(std::size_t first, std::size_t count) {
  // An empty range names the line before it.
  const std::size_t shown = count == 0 ? first : first + 1;
  return std::to_string(shown) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string UnifiedDiff(const std::string& path, std::string_view content,
                        std::span<const rulefile::Edit> edits) {
  const std::vector<std::string_view> lines = LinesOf(content);
  const std::vector<Change> changes = ChangesOf(content, edits);
  if (changes.empty()) return {};
  std::string out = "--- " + path + "\n+++ " + path + "\n";
  std::ptrdiff_t shift = 0;  // lines that earlier hunks added
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t last = i;
    while (last + 1 < changes.size() &&
           changes[last + 1].first <= changes[last].first + changes[last].count + 2 * kContext) {
      ++last;
    }
    const std::size_t begin = changes[i].first - std::min(kContext, changes[i].first);
    const std::size_t end =
        std::min(lines.size(), changes[last].first + changes[last].count + kContext);
    std::string body;
    std::ptrdiff_t added = 0;
    std::size_t at = begin;
    for (; i <= last; ++i) {
      const Change& change = changes[i];
      for (; at < change.first; ++at) AppendLine(body, ' ', lines[at]);
      for (; at < change.first + change.count; ++at) AppendLine(body, '-', lines[at]);
      for (const std::string& line : change.lines) AppendLine(body, '+', line);
      added += static_cast<std::ptrdiff_t>(change.lines.size()) -
               static_cast<std::ptrdiff_t>(change.count);
    }
    for (; at < end; ++at) AppendLine(body, ' ', lines[at]);
    const auto new_first = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(begin) + shift);
    const auto new_count =
        static_cast<std::size_t>(static_cast<std::ptrdiff_t>(end - begin) + added);
    out += "@@ -" + Range(begin, end - begin) + " +" + Range(new_first, new_count) + " @@\n" + body;
    shift += added;
  }
  return out;
}

}  // namespace promql::cli

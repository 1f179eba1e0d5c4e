// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/line_diff.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "promql/report/text.h"

namespace promql::cli {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::ptrdiff_t kMostDifferences = 1000;  // of single lines in one search

using Lines = std::vector<std::string_view>;  // with their ends

Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// What happens to lines, in order: ' ' both have it, '-' only the old text, '+' only the new one.
using Script = std::vector<char>;

// Walks back through the furthest points that were kept for each number of differences.
Script Backtrack(const std::vector<std::vector<std::ptrdiff_t>>& trace, std::ptrdiff_t x,
                 std::ptrdiff_t y) {
  Script script;
  for (auto d = static_cast<std::ptrdiff_t>(trace.size()) - 1; d >= 0; --d) {
    const auto& v = trace[static_cast<std::size_t>(d)];
    const auto at = [&](std::ptrdiff_t k) { return v[static_cast<std::size_t>(k + d + 1)]; };
    const std::ptrdiff_t k = x - y;
    const bool is_down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const std::ptrdiff_t before_k = is_down ? k + 1 : k - 1;
    const std::ptrdiff_t before_x = d == 0 ? 0 : at(before_k);
    const std::ptrdiff_t before_y = d == 0 ? 0 : before_x - before_k;
    while (x > before_x && y > before_y) script.push_back(' '), --x, --y;
    if (d > 0) script.push_back(is_down ? '+' : '-');
    x = before_x;
    y = before_y;
  }
  std::ranges::reverse(script);
  return script;
}

Script Compare(std::span<const std::string_view> a, std::span<const std::string_view> b) {
  const auto n = static_cast<std::ptrdiff_t>(a.size());
  const auto m = static_cast<std::ptrdiff_t>(b.size());
  std::vector<std::vector<std::ptrdiff_t>> trace;  // trace[d][k + d + 1]: furthest x before step d
  std::vector<std::ptrdiff_t> v{0, 0, 0};
  for (std::ptrdiff_t d = 0; d <= std::min(n + m, kMostDifferences); ++d) {
    trace.push_back(v);
    std::vector<std::ptrdiff_t> next(static_cast<std::size_t>(2 * d + 5), 0);
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      const auto at = [&](std::ptrdiff_t i) { return v[static_cast<std::size_t>(i + d + 1)]; };
      const bool is_down = k == -d || (k != d && at(k - 1) < at(k + 1));
      std::ptrdiff_t x = d == 0 ? 0 : is_down ? at(k + 1) : at(k - 1) + 1;
      std::ptrdiff_t y = x - k;
      while (x < n && y < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) {
        ++x, ++y;
      }
      if (x >= n && y >= m) return Backtrack(trace, n, m);
      next[static_cast<std::size_t>(k + d + 2)] = x;
    }
    v = std::move(next);
  }
  Script script(a.size(), '-');
  script.insert(script.end(), b.size(), '+');
  return script;
}

std::string Range(std::size_t first, std::size_t count) {
  const std::size_t shown = count == 0 ? first : first + 1;  // an empty range stands behind a line
  return std::to_string(shown) + (count == 1 ? "" : "," + std::to_string(count));
}

void AppendLine(std::string& out, char kind, std::string_view line) {
  out += kind;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string Hunks(const Script& script, const Lines& a, const Lines& b) {
  std::string out;
  std::size_t x = 0;
  std::size_t y = 0;
  for (std::size_t i = 0; i < script.size();) {
    if (script[i] == ' ') {
      ++i, ++x, ++y;
      continue;
    }
    const std::size_t lead = std::min({kContext, x, y});
    // The hunk goes on for as long as changes are no further apart than both their contexts.
    std::size_t end = i;
    for (std::size_t same = 0, j = i; j < script.size() && same <= 2 * kContext; ++j) {
      same = script[j] == ' ' ? same + 1 : 0;
      if (script[j] != ' ') end = j + 1;
    }
    const std::size_t tail = std::min(kContext, script.size() - end);
    std::string body;
    std::size_t old_lines = lead;
    std::size_t new_lines = lead;
    for (std::size_t j = lead; j > 0; --j) AppendLine(body, ' ', a[x - j]);
    const std::size_t old_first = x - lead;
    const std::size_t new_first = y - lead;
    for (; i < end + tail; ++i) {
      const char kind = script[i];
      AppendLine(body, kind, kind == '+' ? b[y] : a[x]);
      old_lines += kind == '+' ? 0 : 1;
      new_lines += kind == '-' ? 0 : 1;
      x += kind == '+' ? 0 : 1;
      y += kind == '-' ? 0 : 1;
    }
    out +=
        "@@ -" + Range(old_first, old_lines) + " +" + Range(new_first, new_lines) + " @@\n" + body;
  }
  return out;
}

}  // namespace

std::string UnifiedDiff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const Lines a = Split(before);
  const Lines b = Split(after);
  // What both begin and end with needs no search.
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  Script script(head, ' ');
  const Script middle = Compare(std::span(a).subspan(head, a.size() - head - tail),
                                std::span(b).subspan(head, b.size() - head - tail));
  script.insert(script.end(), middle.begin(), middle.end());
  script.insert(script.end(), tail, ' ');
  const std::string shown = report::OneLine(report::PlainPath(name));
  return "--- a/" + shown + "\n+++ b/" + shown + "\n" + Hunks(script, a, b);
}

}  // namespace promql::cli

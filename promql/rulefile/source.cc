// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/source.h"

#include <algorithm>

#include "promql/model/go_text.h"

namespace promql::rulefile {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::uint32_t kBytesBetweenMarks = 1024;

}  // namespace

LineIndex::LineIndex(std::string_view content) : content_(content) {
  starts_.reserve(content.size() / 32 + 1);
  const auto find = [&](char end, std::size_t from) {
    return std::min(content.find(end, from), content.size());
  };
  std::size_t feed = find('\n', 0);
  std::size_t carriage = find('\r', 0);
  for (;;) {
    const std::size_t end = std::min(feed, carriage);
    if (end - starts_.back() > kBytesBetweenMarks) MarkLine(starts_.back(), end);
    if (end == content.size()) return;
    const std::size_t next = carriage + 1 == feed ? feed + 1 : end + 1;
    starts_.push_back(static_cast<std::uint32_t>(next));
    if (feed < next) feed = find('\n', next);
    if (carriage < next) carriage = find('\r', next);
  }
}

void LineIndex::MarkLine(std::size_t start, std::size_t end) {
  if (start == 0 && content_.starts_with(kByteOrderMark)) start = kByteOrderMark.size();
  Mark mark{static_cast<std::uint32_t>(start), 0, 0};
  std::uint32_t last = mark.offset;
  for (std::string_view rest = content_.substr(start, end - start); !rest.empty();) {
    const Rune rune = DecodeRune(rest);
    rest.remove_prefix(rune.width);
    mark.offset += static_cast<std::uint32_t>(rune.width);
    mark.code_points += 1;
    mark.utf16_units += rune.value > 0xFFFF ? 2 : 1;
    if (mark.offset - last < kBytesBetweenMarks) continue;
    marks_.push_back(mark);
    last = mark.offset;
  }
}

std::uint32_t LineIndex::LineAt(std::size_t offset) const {
  return static_cast<std::uint32_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin());
}

Position LineIndex::At(std::size_t offset, ColumnUnit unit) const {
  offset = std::min(offset, content_.size());
  const std::uint32_t line = LineAt(offset);
  std::size_t start = starts_[line - 1];
  if (start == 0 && content_.starts_with(kByteOrderMark)) start = std::min<std::size_t>(3, offset);
  if (unit == ColumnUnit::kBytes) return {line, static_cast<std::uint32_t>(offset - start) + 1};
  std::uint32_t column = 1;
  const auto next = std::ranges::upper_bound(marks_, offset, {}, &Mark::offset);
  if (next != marks_.begin() && std::prev(next)->offset > start) {
    const Mark& mark = *std::prev(next);
    start = mark.offset;
    column += unit == ColumnUnit::kUtf16 ? mark.utf16_units : mark.code_points;
  }
  std::string_view before = content_.substr(start, offset - start);
  while (!before.empty()) {
    const Rune rune = DecodeRune(before);
    column += unit == ColumnUnit::kUtf16 && rune.value > 0xFFFF ? 2 : 1;
    before.remove_prefix(rune.width);
  }
  return {line, column};
}

std::uint32_t LineIndex::LineStart(std::uint32_t line) const {
  if (line == 0) return 0;
  return line <= starts_.size() ? starts_[line - 1] : static_cast<std::uint32_t>(content_.size());
}

std::string_view LineIndex::LineText(std::uint32_t line) const {
  if (line == 0 || line > starts_.size()) return {};
  std::string_view text =
      content_.substr(starts_[line - 1], LineStart(line + 1) - starts_[line - 1]);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (line == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace promql::rulefile

// SPDX-License-Identifier: Apache-2.0
// Places in a file: byte ranges, and lines and columns for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace promql::rulefile {

// Byte offsets into the file's content, end exclusive.
struct Source {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
  friend bool operator==(const Source&, const Source&) = default;
};

// Both 1-based.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Position&, const Position&) = default;
};

enum class ColumnUnit : std::uint8_t { kCodePoints, kUtf16, kBytes };

// Where lines begin. Lines end with LF, CR LF or CR; a byte order mark takes no column. Borrows the
// content.
class LineIndex {
 public:
  LineIndex() = default;
  explicit LineIndex(std::string_view content);

  // Offsets past the end are taken for the end.
  [[nodiscard]] Position At(std::size_t offset, ColumnUnit unit = ColumnUnit::kCodePoints) const;
  [[nodiscard]] std::uint32_t LineAt(std::size_t offset) const;
  // The offset of a line's first byte; of the end of the content for lines past the last.
  [[nodiscard]] std::uint32_t LineStart(std::uint32_t line) const;
  // Without its end; empty for lines that do not exist.
  [[nodiscard]] std::string_view LineText(std::uint32_t line) const;
  // At least 1. The empty line behind a last line end counts.
  [[nodiscard]] std::uint32_t line_count() const {
    return static_cast<std::uint32_t>(starts_.size());
  }

 private:
  // A place inside a line, so that what is far to the right is not counted from the left.
  struct Mark {
    std::uint32_t offset = 0;
    std::uint32_t code_points = 0;  // of the line in front of it
    std::uint32_t utf16_units = 0;
  };
  void MarkLine(std::size_t start, std::size_t end);

  std::string_view content_;
  std::vector<std::uint32_t> starts_ = {0};
  std::vector<Mark> marks_;  // of long lines only, by offset
};

}  // namespace promql::rulefile

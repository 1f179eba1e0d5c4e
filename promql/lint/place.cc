// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/place.h"

#include <algorithm>

namespace promql::lint {

Place PlaceIn(const FileContext& file, rulefile::Source at) {
  const rulefile::LineIndex& lines = file.file().lines;
  const auto first = lines.At(at.begin);
  const auto last = lines.At(std::max(at.begin, at.end));
  return {at.begin, std::max(at.begin, at.end), first.line, first.column, last.line, last.column};
}

std::vector<SourceLine> LinesAt(const FileContext& file, const Place& place) {
  const rulefile::LineIndex& lines = file.file().lines;
  std::vector<SourceLine> shown;
  // A place that ends where a line begins does not reach into it.
  const bool ends_before = place.end_column == 1 && place.end_line > place.line;
  const std::uint32_t last = ends_before ? place.end_line - 1 : place.end_line;
  for (std::uint32_t line = place.line; line <= last && shown.size() < kMostSourceLines; ++line) {
    shown.push_back({line, std::string(lines.LineText(line))});
  }
  return shown;
}

std::string_view TextAt(const FileContext& file, rulefile::Source at) {
  return file.file().TextOf(at);
}

}  // namespace promql::lint

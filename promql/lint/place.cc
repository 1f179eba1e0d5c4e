// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/place.h"

#include <algorithm>

namespace promql::lint {
namespace {

// The line, or of a long one the part around byte `at` of the file.
SourceLine Shown(const FileContext& file, std::uint32_t line, std::uint32_t at) {
  const rulefile::LineIndex& lines = file.file().lines;
  const std::string_view text = lines.LineText(line);
  if (text.size() <= kLongestSourceLine) return {line, std::string(text)};
  const auto start = static_cast<std::size_t>(text.data() - file.file().content.data());
  const auto character_at = [&](std::size_t byte) {
    byte = std::min(byte, text.size());
    while (byte > 0 && byte < text.size() &&
           (static_cast<unsigned char>(text[byte]) & 0xc0U) == 0x80)
      --byte;
    return byte;
  };
  constexpr std::size_t kLead = kLongestSourceLine / 4;
  const std::size_t cut = character_at(at > start + kLead ? at - start - kLead : 0);
  const std::size_t end = character_at(cut + kLongestSourceLine);
  return {line, std::string(text.substr(cut, end - cut)), lines.At(start + cut).column - 1,
          static_cast<std::uint32_t>(cut)};
}

}  // namespace

Place PlaceIn(const FileContext& file, rulefile::Source at) {
  const rulefile::LineIndex& lines = file.file().lines;
  const auto first = lines.At(at.begin);
  const auto last = lines.At(std::max(at.begin, at.end));
  return {at.begin, std::max(at.begin, at.end), first.line, first.column, last.line, last.column};
}

std::vector<SourceLine> LinesAt(const FileContext& file, const Place& place) {
  std::vector<SourceLine> shown;
  // A place that ends where a line begins does not reach into it.
  const bool ends_before = place.end_column == 1 && place.end_line > place.line;
  const std::uint32_t last = ends_before ? place.end_line - 1 : place.end_line;
  for (std::uint32_t line = place.line; line <= last && shown.size() < kMostSourceLines; ++line) {
    shown.push_back(Shown(file, line, place.begin));
  }
  return shown;
}

std::string_view TextAt(const FileContext& file, rulefile::Source at) {
  return file.file().TextOf(at);
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/text.h"

#include <algorithm>

namespace promql::rulefile {

std::string_view Described(YamlType type) {
  switch (type) {
    case YamlType::kString:
      return "text";
    case YamlType::kInteger:
      return "a whole number";
    case YamlType::kFloat:
      return "a number";
    case YamlType::kBoolean:
      return "true or false";
    case YamlType::kNull:
      return "null";
    case YamlType::kTimestamp:
      return "a date";
  }
  return "text";
}

Source Text::ByteAt(std::size_t decoded) const {
  const auto at = static_cast<std::uint32_t>(decoded);
  if (pieces.empty()) return {body + at, body + at + 1};
  const auto after = std::ranges::upper_bound(pieces, at, {}, &Piece::decoded);
  const Piece& piece = after == pieces.begin() ? *after : *(after - 1);
  if (piece.is_verbatim == 0) return {piece.source, piece.source + piece.length};
  const std::uint32_t begin = piece.source + (at - piece.decoded);
  return {begin, begin + 1};
}

std::uint32_t Text::SourceOffset(std::size_t decoded) const {
  if (decoded < value.size()) return ByteAt(decoded).begin;
  return value.empty() ? body : ByteAt(value.size() - 1).end;
}

Source Text::SourceOf(Span decoded) const { return SourceOf(decoded.start, decoded.end); }

Source Text::SourceOf(std::size_t begin, std::size_t end) const {
  const std::uint32_t from = SourceOffset(begin);
  end = std::min(end, value.size());
  if (end <= begin) return {from, from};
  return {from, std::max(from, ByteAt(end - 1).end)};
}

}  // namespace promql::rulefile

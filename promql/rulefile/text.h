// SPDX-License-Identifier: Apache-2.0
// A scalar of a YAML file: what it says, how it is written, and for every byte of what it says the
// bytes of the file that spell it. Borrows from the RuleFile it belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "promql/rulefile/source.h"
#include "promql/syntax/types.h"

namespace promql::rulefile {

enum class Style : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

// What Go's yaml.v3 takes a scalar for. Quoted and block scalars are strings unless tagged.
enum class YamlType : std::uint8_t { kString, kInteger, kFloat, kBoolean, kNull, kTimestamp };

// The name in words: `a whole number`, `true or false` …
[[nodiscard]] std::string_view Described(YamlType type);

// A run of decoded bytes. Verbatim runs stand in the file byte for byte; of others (an escape, a
// folded line break) all decoded bytes come from the same `length` bytes of the file.
struct Piece {
  std::uint32_t decoded = 0;
  std::uint32_t source = 0;
  std::uint32_t length : 31 = 0;
  std::uint32_t is_verbatim : 1 = 1;
};

struct Text {
  std::string_view value;
  // The whole scalar: quotes and the header of a block included; not its anchor or tag, and not
  // the line end behind a block's last line.
  Source source;
  // The place of the alias through which the text is used, empty for none; `source` is then that
  // of the anchored scalar.
  Source alias;
  Style style = Style::kPlain;
  YamlType type = YamlType::kString;
  // False for a field that the file does not have; `source` is then where one would look for it.
  bool is_present = false;
  // In order, covering `value`; none when `value` stands in the file as one run from `body` on.
  std::uint32_t body = 0;
  std::span<const Piece> pieces;

  [[nodiscard]] bool empty() const { return value.empty(); }
  [[nodiscard]] bool is_aliased() const { return !alias.empty(); }

  // The byte of the file where decoded byte `decoded` comes from; the end of the last byte's place
  // for the size of `value` and beyond.
  [[nodiscard]] std::uint32_t SourceOffset(std::size_t decoded) const;
  // All bytes of the file from the first to the last decoded byte. An empty span is an empty place.
  [[nodiscard]] Source SourceOf(Span decoded) const;
  [[nodiscard]] Source SourceOf(std::size_t begin, std::size_t end) const;

 private:
  // The place of one decoded byte.
  [[nodiscard]] Source ByteAt(std::size_t decoded) const;
};

}  // namespace promql::rulefile

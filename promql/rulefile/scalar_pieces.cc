// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/scalar_pieces.h"

#include <algorithm>
#include <cstddef>

namespace promql::rulefile {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// A line break as YAML 1.1 knows them; `size` 0 for none. NEL, like CR and CR LF, is read as LF.
struct Break {
  std::size_t at = 0;
  std::size_t size = 0;
  std::size_t decoded = 1;
};

Break BreakAt(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {at, 0, 0};
  const std::string_view rest = text.substr(at, 3);
  if (rest.starts_with("\r\n")) return {at, 2, 1};
  if (rest[0] == '\n' || rest[0] == '\r') return {at, 1, 1};
  if (rest.starts_with("\xC2\x85")) return {at, 2, 1};
  if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") return {at, 3, 3};
  return {at, 0, 0};
}

// Collects pieces in the order of the decoded text.
class Pieces {
 public:
  void Verbatim(std::size_t source, std::size_t length) {
    if (length == 0) return;
    if (!list_.empty()) {
      Piece& last = list_.back();
      if (last.is_verbatim == 1 && last.source + last.length == source) {
        last.length += static_cast<std::uint32_t>(length) & kMaxLength;
        size_ += length;
        return;
      }
    }
    Add(source, length, length, true);
  }
  void Replaced(std::size_t source, std::size_t length, std::size_t decoded) {
    Add(source, length, decoded, false);
  }
  void LineEnd(const Break& line_end) {
    const bool is_verbatim = line_end.size == line_end.decoded;
    if (is_verbatim) return Verbatim(line_end.at, line_end.size);
    Replaced(line_end.at, line_end.size, line_end.decoded);
  }
  void Space(const Break& line_end) { Replaced(line_end.at, line_end.size, 1); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::vector<Piece> Take() { return std::move(list_); }

 private:
  static constexpr std::uint32_t kMaxLength = 0x7FFFFFFF;

  void Add(std::size_t source, std::size_t length, std::size_t decoded, bool is_verbatim) {
    Piece& piece = list_.emplace_back();
    piece.decoded = static_cast<std::uint32_t>(size_);
    piece.source = static_cast<std::uint32_t>(source);
    piece.length = static_cast<std::uint32_t>(length) & kMaxLength;
    piece.is_verbatim = is_verbatim ? 1 : 0;
    size_ += decoded;
  }

  std::vector<Piece> list_;
  std::size_t size_ = 0;
};

std::size_t Utf8Length(std::string_view hex) {
  std::uint32_t code = 0;
  for (const char c : hex) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    code = code * 16 + static_cast<std::uint32_t>(digit);
  }
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// Plain and quoted scalars: text[at, end) is what stands between the quotes.
class FlowWalk {
 public:
  FlowWalk(std::string_view text, std::size_t at, std::size_t end, Style style, Pieces& out)
      : text_(text.substr(0, end)), at_(at), style_(style), out_(out) {}

  void Run() {
    while (at_ < text_.size()) {
      const std::size_t before = at_;
      const bool is_joined = Word();
      Blanks(is_joined);
      if (at_ == before) return;  // not what the scanner reads; the caller sees the size
    }
  }

 private:
  // Up to the next blank; true when it ended with an escaped line break.
  bool Word() {
    while (at_ < text_.size() && !IsBlank(text_[at_]) && BreakAt(text_, at_).size == 0) {
      if (style_ == Style::kSingleQuoted && text_.substr(at_, 2) == "''") {
        out_.Replaced(at_, 2, 1);
        at_ += 2;
      } else if (style_ == Style::kDoubleQuoted && text_[at_] == '\\') {
        const Break line_end = BreakAt(text_, at_ + 1);
        if (line_end.size > 0) {
          at_ = line_end.at + line_end.size;
          return true;
        }
        Escape();
      } else {
        out_.Verbatim(at_++, 1);
      }
    }
    return false;
  }

  void Escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    std::size_t decoded = c == 'N' || c == '_' ? 2 : c == 'L' || c == 'P' ? 3 : 1;
    const std::string_view hex = text_.substr(std::min(at_ + 2, text_.size()), digits);
    if (digits > 0) decoded = Utf8Length(hex);
    const std::size_t length = std::min(2 + digits, text_.size() - at_);
    out_.Replaced(at_, length, decoded);
    at_ += length;
  }

  void Blanks(bool is_joined) {
    const std::size_t start = at_;
    Break first;
    std::vector<Break> further;
    bool on_new_line = is_joined;
    while (at_ < text_.size()) {
      const Break line_end = BreakAt(text_, at_);
      if (line_end.size > 0) {
        if (on_new_line) {
          further.push_back(line_end);
        } else {
          first = line_end;
        }
        on_new_line = true;
        at_ += line_end.size;
      } else if (IsBlank(text_[at_])) {
        ++at_;
      } else {
        break;
      }
    }
    if (!on_new_line) return out_.Verbatim(start, at_ - start);
    if (first.size > 0 && first.decoded == 1) {
      if (further.empty()) out_.Space(first);
    } else if (first.size > 0) {
      out_.LineEnd(first);
    }
    for (const Break& line_end : further) out_.LineEnd(line_end);
  }

  std::string_view text_;
  std::size_t at_;
  Style style_;
  Pieces& out_;
};

// Literal and folded scalars.
class BlockWalk {
 public:
  BlockWalk(std::string_view text, std::size_t header, Style style, std::string_view decoded,
            Pieces& out)
      : text_(text), at_(header), is_literal_(style == Style::kLiteral), out_(out) {
    ReadHeader();
    FindIndent(decoded);
  }

  // The end of the last line with content, or of the header.
  std::size_t Run() {
    bool was_blank = false;
    Break line_end{0, 0, 0};
    std::vector<Break> further = SkipBreaks();
    while (IsAtContent()) {
      const bool is_blank = IsBlank(text_[at_]);
      if (!is_literal_ && line_end.size > 0 && line_end.decoded == 1 && !was_blank && !is_blank) {
        if (further.empty()) out_.Space(line_end);
      } else if (line_end.size > 0) {
        out_.LineEnd(line_end);
      }
      for (const Break& one : further) out_.LineEnd(one);
      was_blank = is_blank;
      const std::size_t start = at_;
      while (at_ < text_.size() && BreakAt(text_, at_).size == 0) ++at_;
      out_.Verbatim(start, at_ - start);
      end_ = at_;
      line_end = BreakAt(text_, at_);
      at_ += line_end.size;
      further = SkipBreaks();
    }
    if (chomping_ != '-' && line_end.size > 0) out_.LineEnd(line_end);
    if (chomping_ == '+') {
      for (const Break& one : further) out_.LineEnd(one);
    }
    return end_;
  }

 private:
  void ReadHeader() {
    bool in_comment = false;
    while (at_ < text_.size() && BreakAt(text_, at_).size == 0) {
      in_comment |= text_[at_] == '#';
      if (!in_comment && (text_[at_] == '-' || text_[at_] == '+')) chomping_ = text_[at_];
      if (!in_comment && !IsBlank(text_[at_])) end_ = at_ + 1;
      ++at_;
    }
    at_ += BreakAt(text_, at_).size;
  }

  // The first line with content begins with as many spaces as the decoded one, and the indentation.
  void FindIndent(std::string_view decoded) {
    std::size_t line = at_;
    std::size_t begin = 0;
    for (Break one = BreakAt(decoded, begin); one.size > 0; one = BreakAt(decoded, begin)) {
      begin += one.size;
      line += SpacesAt(text_, line);
      line += BreakAt(text_, line).size;
    }
    const std::size_t kept = SpacesAt(decoded, begin);
    const std::size_t all = SpacesAt(text_, line);
    // A text of nothing but line breaks has no content at any depth.
    indent_ = begin == decoded.size() ? text_.size() : all - std::min(all, kept);
  }

  static std::size_t SpacesAt(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && text[at + count] == ' ') ++count;
    return count;
  }

  std::vector<Break> SkipBreaks() {
    std::vector<Break> breaks;
    for (;;) {
      column_ = std::min(SpacesAt(text_, at_), indent_);
      const Break line_end = BreakAt(text_, at_ + column_);
      if (line_end.size == 0) {
        at_ += column_;
        return breaks;
      }
      breaks.push_back(line_end);
      at_ = line_end.at + line_end.size;
    }
  }

  [[nodiscard]] bool IsAtContent() const { return column_ == indent_ && at_ < text_.size(); }

  std::string_view text_;
  std::size_t at_;
  bool is_literal_;
  Pieces& out_;
  char chomping_ = ' ';
  std::size_t indent_ = 0;
  std::size_t column_ = 0;
  std::size_t end_ = 0;
};

// The place of a quoted scalar's inside.
Source Inside(std::string_view content, Source scalar) {
  const bool is_closed = scalar.end >= scalar.begin + 2 && scalar.end <= content.size();
  return is_closed ? Source{scalar.begin + 1, scalar.end - 1} : scalar;
}

}  // namespace

ScalarPlaces FindPlaces(std::string_view content, Source scalar, Style style,
                        std::string_view decoded) {
  ScalarPlaces places;
  places.end = scalar.end;
  Pieces pieces;
  if (style == Style::kLiteral || style == Style::kFolded) {
    BlockWalk walk(content, scalar.begin, style, decoded, pieces);
    places.end = static_cast<std::uint32_t>(walk.Run());
    places.body = places.end;
  } else {
    const Source inside = style == Style::kPlain ? scalar : Inside(content, scalar);
    places.body = inside.begin;
    if (content.substr(inside.begin, inside.end - inside.begin) == decoded) return places;
    FlowWalk(content, inside.begin, inside.end, style, pieces).Run();
  }
  const bool agrees = pieces.size() == decoded.size();
  places.pieces = pieces.Take();
  if (!agrees) {
    places.pieces.resize(1);
    places.pieces[0] = Piece{0, scalar.begin, (places.end - scalar.begin) & 0x7FFFFFFF, 0};
  }
  if (places.pieces.size() == 1 && places.pieces[0].is_verbatim == 1) {
    places.body = places.pieces[0].source;
    places.pieces.clear();
  }
  return places;
}

std::vector<Piece> Compose(const Text& layer, const std::vector<Piece>& pieces) {
  std::vector<Piece> out;
  for (const Piece& piece : pieces) {
    if (piece.is_verbatim == 0) {
      const Source source = layer.SourceOf(piece.source, piece.source + piece.length);
      out.push_back({piece.decoded, source.begin, (source.end - source.begin) & 0x7FFFFFFF, 0});
      continue;
    }
    std::uint32_t at = piece.source;
    const std::uint32_t end = piece.source + piece.length;
    auto outer = std::ranges::upper_bound(layer.pieces, at, {}, &Piece::decoded);
    if (outer != layer.pieces.begin()) --outer;
    for (; at < end && outer != layer.pieces.end(); ++outer) {
      const auto next = outer + 1 == layer.pieces.end()
                            ? static_cast<std::uint32_t>(layer.value.size())
                            : (outer + 1)->decoded;
      const std::uint32_t stop = std::min(next, end);
      Piece part{piece.decoded + (at - piece.source), outer->source, outer->length,
                 outer->is_verbatim};
      if (outer->is_verbatim == 1) {
        part.source += at - outer->decoded;
        part.length = (stop - at) & 0x7FFFFFFF;
      }
      out.push_back(part);
      at = stop;
    }
  }
  return out;
}

}  // namespace promql::rulefile

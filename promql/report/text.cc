// SPDX-License-Identifier: Apache-2.0
#include "promql/report/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "promql/model/go_text.h"

namespace promql::report {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void AppendEscape(std::string& out, char32_t rune) {
  const int digits = rune > 0xffff ? 8 : 4;
  out += digits == 8 ? "\\U" : "\\u";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(rune >> shift) & 0xf];
}

struct Range {
  char32_t first;
  char32_t last;
};

bool IsIn(std::span<const Range> ranges, char32_t rune) {
  return std::ranges::any_of(ranges,
                             [&](const Range& r) { return r.first <= rune && rune <= r.last; });
}

// The blocks of combining marks and variation selectors.
constexpr auto kNoWidth = std::to_array<Range>({{0x300, 0x36f},
                                                {0x483, 0x489},
                                                {0x591, 0x5bd},
                                                {0x610, 0x61a},
                                                {0x64b, 0x65f},
                                                {0x1ab0, 0x1aff},
                                                {0x1dc0, 0x1dff},
                                                {0x20d0, 0x20ff},
                                                {0xfe00, 0xfe0f},
                                                {0xfe20, 0xfe2f}});
// The blocks whose characters Unicode's East Asian Width calls wide, and emoji.
constexpr auto kWide = std::to_array<Range>({{0x1100, 0x115f},
                                             {0x2e80, 0x303e},
                                             {0x3041, 0x33ff},
                                             {0x3400, 0x4dbf},
                                             {0x4e00, 0x9fff},
                                             {0xa000, 0xa4cf},
                                             {0xac00, 0xd7a3},
                                             {0xf900, 0xfaff},
                                             {0xfe30, 0xfe4f},
                                             {0xff00, 0xff60},
                                             {0xffe0, 0xffe6},
                                             {0x1f300, 0x1f64f},
                                             {0x1f680, 0x1f6ff},
                                             {0x1f900, 0x1f9ff},
                                             {0x20000, 0x3fffd}});

}  // namespace

std::string CleanUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    AppendRune(clean, rune.value);
    text.remove_prefix(rune.width);
  }
  return clean;
}

std::string Cut(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  constexpr std::string_view kMore = "…";
  std::size_t end = most_bytes < kMore.size() ? 0 : most_bytes - kMore.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kMore);
}

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.value == '\t') {
      line += ' ';
    } else if (IsPrint(rune.value)) {
      AppendRune(line, rune.value);
    } else {
      AppendEscape(line, rune.value);
    }
    text.remove_prefix(rune.width);
  }
  return line;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(OneLine(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string FullText(const lint::Finding& finding) {
  std::string text = finding.message;
  for (const std::string* part : {&finding.details, &finding.advice}) {
    if (!part->empty()) text.append("\n\n").append(*part);
  }
  return text;
}

std::size_t Width(char32_t rune) {
  if (rune < 0x300) return 1;
  if (IsIn(kNoWidth, rune)) return 0;
  return IsIn(kWide, rune) ? 2 : 1;
}

std::size_t Width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    width += Width(rune.value);
    text.remove_prefix(rune.width);
  }
  return width;
}

std::vector<std::string> Wrap(std::string_view line, std::size_t width) {
  std::vector<std::string> wrapped;
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  std::string current(line.substr(0, indent));
  std::size_t used = indent;
  bool is_first = true;
  for (line.remove_prefix(indent); !line.empty();) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    const std::size_t word_width = Width(word);
    if (!is_first && used + 1 + word_width > width) {
      wrapped.push_back(std::move(current));
      current = std::string(indent, ' ');
      used = indent;
      is_first = true;
    }
    if (!is_first) current += ' ';
    used += word_width + (is_first ? 0 : 1);
    current += word;
    is_first = false;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  wrapped.push_back(std::move(current));
  return wrapped;
}

std::string Xml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    text.remove_prefix(rune.width);
    switch (rune.value) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
      case '\n':
      case '\r':  // attributes would turn them into blanks
        out += "&#" + std::to_string(static_cast<std::uint32_t>(rune.value)) + ";";
        break;
      default:
        AppendRune(out, rune.value < 0x20 || rune.value == 0xfffe || rune.value == 0xffff
                            ? char32_t{0xfffd}
                            : rune.value);
    }
  }
  return out;
}

std::string_view PlainPath(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
    while (path.starts_with('/')) path.remove_prefix(1);
  }
  return path;
}

std::string PathUri(std::string_view path) {
  path = PlainPath(path);
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~/+@=,").find(c) != std::string_view::npos;
    if (is_plain) {
      uri += c;
    } else {
      uri += '%';
      uri += "0123456789ABCDEF"[byte >> 4];
      uri += "0123456789ABCDEF"[byte & 0xf];
    }
  }
  return uri;
}

}  // namespace promql::report

// SPDX-License-Identifier: Apache-2.0
#include "promql/template/html_words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr auto kUrlAttributes = std::to_array<std::string_view>(
    {"action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href",
     "icon", "longdesc", "manifest", "poster", "profile", "src", "usemap", "xmlns"});

constexpr auto kUnsafeAttributes = std::to_array<std::string_view>(
    {"accept-charset", "async",          "challenge",  "charset", "content",
     "crossorigin",    "defer",          "enctype",    "form",    "formenctype",
     "formmethod",     "formnovalidate", "http-equiv", "keytype", "language",
     "method",         "novalidate",     "pattern",    "rel",     "sandbox",
     "type",           "value"});

constexpr auto kScriptTypes = std::to_array<std::string_view>({"",
                                                               "application/ecmascript",
                                                               "application/javascript",
                                                               "application/json",
                                                               "application/ld+json",
                                                               "application/x-ecmascript",
                                                               "application/x-javascript",
                                                               "module",
                                                               "text/ecmascript",
                                                               "text/javascript",
                                                               "text/javascript1.0",
                                                               "text/javascript1.1",
                                                               "text/javascript1.2",
                                                               "text/javascript1.3",
                                                               "text/javascript1.4",
                                                               "text/javascript1.5",
                                                               "text/jscript",
                                                               "text/livescript",
                                                               "text/x-ecmascript",
                                                               "text/x-javascript"});

constexpr auto kBeforeRegex = std::to_array<std::string_view>(
    {"break", "case", "continue", "delete", "do", "else", "finally", "in", "instanceof", "return",
     "throw", "try", "typeof", "void"});

// Plain attributes whose names look like addresses or event handlers do not exist in HTML, so that
// the other plain ones need no list.
constexpr auto kSpaceRunes = std::to_array<Rune>({'\t', '\n', '\v', '\f', '\r', ' ', 0xa0, 0x1680,
                                                  0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff});

bool IsScriptSpace(Rune rune) {
  return std::ranges::find(kSpaceRunes, rune) != kSpaceRunes.end() ||
         (rune >= 0x2000 && rune <= 0x200a);
}

// Entities for ASCII characters, with what Go and browsers also take without a semicolon first.
struct Entity {
  std::string_view name;
  std::string_view text;
  bool needs_semicolon = true;
};
constexpr auto kEntities = std::to_array<Entity>({
    {"amp", "&", false},
    {"AMP", "&", false},
    {"lt", "<", false},
    {"LT", "<", false},
    {"gt", ">", false},
    {"GT", ">", false},
    {"quot", "\"", false},
    {"QUOT", "\"", false},
    {"Tab", "\t"},
    {"NewLine", "\n"},
    {"excl", "!"},
    {"num", "#"},
    {"dollar", "$"},
    {"percnt", "%"},
    {"apos", "'"},
    {"lpar", "("},
    {"rpar", ")"},
    {"ast", "*"},
    {"midast", "*"},
    {"plus", "+"},
    {"comma", ","},
    {"period", "."},
    {"sol", "/"},
    {"colon", ":"},
    {"semi", ";"},
    {"equals", "="},
    {"quest", "?"},
    {"commat", "@"},
    {"lsqb", "["},
    {"lbrack", "["},
    {"bsol", "\\"},
    {"rsqb", "]"},
    {"rbrack", "]"},
    {"Hat", "^"},
    {"lowbar", "_"},
    {"UnderBar", "_"},
    {"grave", "`"},
    {"DiacriticalGrave", "`"},
    {"lcub", "{"},
    {"lbrace", "{"},
    {"verbar", "|"},
    {"vert", "|"},
    {"VerticalLine", "|"},
    {"rcub", "}"},
    {"rbrace", "}"},
    {"fjlig", "fj"},
    {"nbsp", "\u00a0", false},
    {"NonBreakingSpace", "\u00a0"},
});

// What Windows puts where Latin 1 has control characters.
constexpr std::array<Rune, 32> kWindows1252 = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

unsigned HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

// `&#64;` or `&#x40;` at the front: how long it is; 0 when it is none.
std::size_t DecodeNumber(std::string_view text, std::string& out) {
  std::size_t at = 2;
  const bool is_hex = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  if (is_hex) ++at;
  const std::size_t first = at;
  Rune rune = 0;
  const auto is_digit = [is_hex](char c) {
    return is_hex ? IsHexDigit(c) : (c >= '0' && c <= '9');
  };
  for (; at < text.size() && is_digit(text[at]); ++at)
    rune = std::min<Rune>(rune * (is_hex ? 16 : 10) + HexValue(text[at]), 0x110000);
  if (at == first) return 0;
  if (at < text.size() && text[at] == ';') ++at;
  if (rune >= 0x80 && rune <= 0x9f) rune = kWindows1252[rune - 0x80];
  if (rune == 0) rune = kRuneError;
  AppendRune(rune, out);
  return at;
}

// `&amp;` at the front, likewise.
std::size_t DecodeName(std::string_view text, std::string& out) {
  std::size_t end = 1;
  while (end < text.size() && IsAsciiAlnum(text[end])) ++end;
  const std::string_view name = text.substr(1, end - 1);
  if (name.empty()) return 0;
  const bool has_semicolon = end < text.size() && text[end] == ';';
  if (has_semicolon) {
    const auto at = std::ranges::find(kEntities, name, &Entity::name);
    out += at != kEntities.end() ? at->text : "\ufffd";
    return end + 1;
  }
  for (const Entity& entity : kEntities) {
    if (entity.needs_semicolon || !name.starts_with(entity.name)) continue;
    out += entity.text;
    return entity.name.size() + 1;
  }
  return 0;
}

}  // namespace

bool IsHtmlSpace(char c) { return std::string_view(" \t\n\f\r").find(c) != std::string_view::npos; }

bool IsAsciiAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsScriptNameChar(char c) { return IsAsciiAlnum(c) || c == '_' || c == '$'; }

bool IsStyleNameChar(char32_t rune) {
  if (rune < 0x80) {
    const char c = static_cast<char>(rune);
    return IsAsciiAlnum(c) || c == '-' || c == '_';
  }
  return rune <= 0x10ffff && rune != 0xfffe && rune != 0xffff && (rune < 0xd800 || rune > 0xdfff);
}

std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && AsciiLower(a) == lower;
}

HtmlContent ContentOfAttribute(std::string_view name) {
  if (name.starts_with("data-")) {
    name.remove_prefix(5);
  } else if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
    if (name.substr(0, colon) == "xmlns") return HtmlContent::kUrl;
    name.remove_prefix(colon + 1);
  }
  const auto is_one_of = [name](const auto& names) {
    return std::ranges::find(names, name) != std::end(names);
  };
  if (is_one_of(kUrlAttributes)) return HtmlContent::kUrl;
  if (is_one_of(kUnsafeAttributes)) return HtmlContent::kUnsafe;
  if (name == "style") return HtmlContent::kStyle;
  if (name == "srcset") return HtmlContent::kSourceSet;
  if (name == "srcdoc") return HtmlContent::kHtml;
  if (name == "srclang") return HtmlContent::kPlain;
  if (name.starts_with("on")) return HtmlContent::kScript;
  for (const std::string_view part : {"src", "uri", "url"}) {
    if (name.find(part) != std::string_view::npos) return HtmlContent::kUrl;
  }
  return HtmlContent::kPlain;
}

bool IsScriptType(std::string_view mime_type) {
  const std::string lower = ToLower(mime_type.substr(0, mime_type.find(';')));
  return std::ranges::find(kScriptTypes, TrimSpace(lower)) != kScriptTypes.end();
}

bool ComesBeforeRegex(std::string_view word) {
  return std::ranges::find(kBeforeRegex, word) != kBeforeRegex.end();
}

std::string_view TrimScriptSpaceRight(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    const std::size_t earliest = text.size() - std::min<std::size_t>(text.size(), 4);
    while (start > earliest && (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80U) --start;
    const Decoded last = DecodeRune(text.substr(start));
    if (start + last.size != text.size() || !IsScriptSpace(last.rune)) break;
    text.remove_suffix(last.size);
  }
  return text;
}

std::string DecodeStyle(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.size() < 2) break;
    if (!IsHexDigit(text[1])) {
      const Decoded escaped = DecodeRune(text.substr(1));
      out += text.substr(1, escaped.size);
      text.remove_prefix(1 + escaped.size);
      continue;
    }
    std::size_t end = 1;
    Rune rune = 0;
    // As many digits as Unicode has use for, at most six.
    while (end < text.size() && end < 7 && IsHexDigit(text[end]) &&
           rune * 16 + HexValue(text[end]) <= 0x10ffff)
      rune = rune * 16 + HexValue(text[end++]);
    AppendRune(rune, out);
    text.remove_prefix(end);
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    if (!text.empty() && IsHtmlSpace(text.front())) text.remove_prefix(1);
  }
  return out;
}

std::string DecodeEntities(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('&'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t size =
        text.starts_with("&#") ? DecodeNumber(text, out) : DecodeName(text, out);
    if (size == 0) out += '&';
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

}  // namespace promql::tmpl

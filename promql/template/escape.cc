// SPDX-License-Identifier: Apache-2.0
#include "promql/template/escape.h"

#include <array>
#include <cstdint>

#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

constexpr int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendHex(std::uint32_t value, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += kHex[value >> static_cast<unsigned>(shift) & 0xFU];
}

void AppendJsAscii(char c, std::string& out) {
  switch (c) {
    case '\\':
      out += "\\\\";
      return;
    case '\'':
      out += "\\'";
      return;
    case '"':
      out += "\\\"";
      return;
    default:
      break;
  }
  if (c == '<' || c == '>' || c == '&' || c == '=' || static_cast<unsigned char>(c) < ' ') {
    out += "\\u00";
    AppendHex(static_cast<unsigned char>(c), 2, out);
  } else {
    out += c;
  }
}

}  // namespace

void AppendHtmlEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '\0':
        out += "\xef\xbf\xbd";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
}

void AppendJsEscaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const Decoded decoded = DecodeRune(text);
    if (decoded.rune < 0x80) {
      AppendJsAscii(text[0], out);
    } else if (IsPrint(decoded.rune)) {
      out += text.substr(0, decoded.size);
    } else {
      out += "\\u";
      AppendHex(decoded.rune, decoded.rune > 0xFFFFF ? 6 : decoded.rune > 0xFFFF ? 5 : 4, out);
    }
    text.remove_prefix(decoded.size);
  }
}

void AppendQueryEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      AppendHex(static_cast<unsigned char>(c), 2, out);
    }
  }
}

std::optional<std::string> QueryUnescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string Base64UrlEncode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j > text.size() ? '=' : kBase64[group >> (18 - 6 * j) & 63U];
    }
  }
  return out;
}

std::optional<std::string> Base64UrlDecode(std::string_view text) {
  std::string out;
  std::string digits;
  for (const char c : text) {
    if (c != '\r' && c != '\n') digits += c;
  }
  if (digits.size() % 4 != 0) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t count = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t digit = kBase64.find(digits[i + j]);
      if (digit != std::string_view::npos) {
        if (count < j) return std::nullopt;  // behind padding
        ++count;
        group = group << 6U | static_cast<std::uint32_t>(digit);
      } else if (digits[i + j] == '=' && j >= 2 && i + 4 == digits.size()) {
        group <<= 6U;
      } else {
        return std::nullopt;
      }
    }
    for (std::size_t j = 0; j + 1 < count; ++j)
      out += static_cast<char>(static_cast<unsigned char>(group >> (16 - 8 * j) & 0xFFU));
  }
  return out;
}

}  // namespace promql::tmpl

// SPDX-License-Identifier: Apache-2.0
#include "server/channels/text.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "server/alert/text.h"

namespace warden {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool IsContinuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// The code point at the front of valid UTF-8.
CodePoint Decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  assert(text.size() >= bytes);
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return {value, bytes};
}

bool IsLineBreak(char32_t c) { return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }

// Controls, byte order marks, and the marks that embed, override or isolate a direction.
bool IsDropped(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0xFEFF ||
         c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || (c >= 0xE0000 && c <= 0xE007F);
}

// Belongs to the character before it.
bool IsExtending(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) ||
         (c >= 0x0591 && c <= 0x05BD) || (c >= 0x064B && c <= 0x065F) ||
         (c >= 0x093A && c <= 0x094F) || (c >= 0x0E31 && c <= 0x0E3A) ||
         (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) || c == 0x200D ||
         (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) ||
         (c >= 0xFE20 && c <= 0xFE2F) || (c >= 0x1F3FB && c <= 0x1F3FF);
}

bool IsRegionalIndicator(char32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }

std::string Trimmed(std::string text) {
  constexpr std::string_view kBlank = " \t\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return {};
  text.erase(text.find_last_not_of(kBlank) + 1);
  text.erase(0, first);
  return text;
}

// Appends `count` and its unit letter.
void AppendUnit(std::string& text, std::int64_t count, char unit) {
  if (!text.empty()) text += ' ';
  text += std::to_string(count) + unit;
}

}  // namespace

std::string CleanText(std::string_view raw) {
  const std::string valid = ToValidUtf8(raw);
  std::string_view text = valid;
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = Decode(text);
    if (next.value == '\r') {
      if (text.size() < 2 || text[1] != '\n') clean += '\n';
    } else if (IsLineBreak(next.value)) {
      clean += '\n';
    } else if (!IsDropped(next.value)) {
      clean += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return Trimmed(std::move(clean));
}

std::string CleanLine(std::string_view text) {
  std::string line;
  for (const char c : CleanText(text)) {
    if (c != ' ' && c != '\n' && c != '\t') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return line;
}

std::size_t Utf16Length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!IsContinuation(byte)) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string Cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit || Utf16Length(text) <= limit) return std::string(text);
  std::size_t units = 0;
  std::size_t at = 0;
  std::size_t cut = 0;  // end of the last whole character that leaves a unit for the ellipsis
  char32_t before = 0;
  std::size_t flags = 0;  // regional indicators in a row: two make a flag
  while (at < text.size()) {
    const CodePoint next = Decode(text.substr(at));
    flags = IsRegionalIndicator(next.value) ? flags + 1 : 0;
    const bool joins = IsExtending(next.value) || before == 0x200D || (flags > 0 && flags % 2 == 0);
    if (!joins && units <= limit - 1) cut = at;
    units += next.value >= 0x10000 ? 2 : 1;
    if (units > limit) break;
    at += next.bytes;
    before = next.value;
  }
  while (cut > 0 && (text[cut - 1] == ' ' || text[cut - 1] == '\n')) --cut;
  return std::string(text.substr(0, cut)) + std::string(kEllipsis);
}

bool IsWebLink(std::string_view url) {
  constexpr std::size_t kMaxBytes = 2000;
  if (url.size() > kMaxBytes || ToValidUtf8(url) != url) return false;
  std::string scheme;
  for (const char c : url.substr(0, url.find("://"))) {
    scheme += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  if ((scheme != "http" && scheme != "https") || url.size() <= scheme.size() + 3) return false;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '"' || c == '\'' || c == '<' || c == '>' ||
        c == '\\' || c == '`' || c == '|') {
      return false;
    }
  }
  const char host = url[scheme.size() + 3];
  return CleanLine(url) == url && host != '/' && host != '?' && host != '#' && host != ':' &&
         host != '@';
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
  }
  return encoded;
}

std::string QuoteMeta(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::string HumanDuration(Duration duration) {
  const std::int64_t seconds =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(duration).count());
  const std::int64_t days = seconds / 86400;
  const std::int64_t hours = seconds / 3600 % 24;
  const std::int64_t minutes = seconds / 60 % 60;
  std::string text;
  if (days > 0) AppendUnit(text, days, 'd');
  if (hours > 0) AppendUnit(text, hours, 'h');
  if (days == 0 && minutes > 0) AppendUnit(text, minutes, 'm');
  if (days == 0 && hours == 0 && minutes == 0) AppendUnit(text, seconds, 's');
  return text;
}

std::string HumanTime(Instant at) {
  const std::string rfc3339 = FormatRfc3339(at);
  return rfc3339.substr(0, 10) + ' ' + rfc3339.substr(11, 5) + " UTC";
}

std::string HumanNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double size = std::fabs(value);
  std::array<char, 64> buffer{};
  const char* format = size != 0 && (size < 1e-5 || size >= 1e15) ? "%.3g"
                       : size >= 1000                             ? "%.0f"
                                                                  : "%.4g";
  const int length = std::snprintf(buffer.data(), buffer.size(), format, value);
  std::string text(buffer.data(), static_cast<std::size_t>(length));
  return text == "-0" ? "0" : text;
}

}  // namespace warden

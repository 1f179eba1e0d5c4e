// SPDX-License-Identifier: Apache-2.0
#include "promql/template/network.h"

namespace promql::tmpl {
namespace {

constexpr bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Four numbers up to 255, without leading zeros.
bool IsIpv4(std::string_view text) {
  int parts = 0;
  while (true) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      value = value * 10 + (text[digits++] - '0');
      if (value > 255) return false;
    }
    if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (++parts == 4) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
}

// Eight groups of up to four hexadecimal digits; one run of zeros may be left out, the last two
// groups may be IPv4.
bool IsIpv6(std::string_view text) {
  int groups = 0;
  bool has_gap = false;
  if (text.starts_with("::")) {
    has_gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (groups < 8) {
    std::size_t digits = 0;
    while (digits < text.size() && digits < 5 && IsHexDigit(text[digits])) ++digits;
    if (digits == 0 || digits > 4) return false;
    if (digits < text.size() && text[digits] == '.') {
      if ((!has_gap && groups != 6) || groups > 6) return false;
      if (!IsIpv4(text)) return false;
      groups += 2;
      text = {};
      break;
    }
    ++groups;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text[0] != ':' || text.size() == 1) return false;
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (has_gap) return false;
      has_gap = true;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  return text.empty() && (has_gap ? groups < 8 : groups == 8);
}

}  // namespace

std::optional<HostPort> SplitHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  std::size_t after_open = 0;
  std::size_t after_close = 0;
  if (text[0] == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close + 1 != colon) return std::nullopt;
    host = text.substr(1, close - 1);
    after_open = 1;
    after_close = close + 1;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (text.find('[', after_open) != std::string_view::npos) return std::nullopt;
  if (text.find(']', after_close) != std::string_view::npos) return std::nullopt;
  return HostPort{host, text.substr(colon + 1)};
}

std::string JoinHostPort(std::string_view host, std::string_view port) {
  const bool brackets = host.find(':') != std::string_view::npos;
  std::string text = brackets ? "[" : "";
  text += host;
  text += brackets ? "]:" : ":";
  text += port;
  return text;
}

bool IsIpAddress(std::string_view text) {
  for (const char c : text) {
    if (c == '.') return IsIpv4(text);
    if (c == ':') return IsIpv6(text);
    if (c == '%') return false;
  }
  return false;
}

}  // namespace promql::tmpl

// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/scalar_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "promql/model/go_text.h"

namespace promql::rulefile {
namespace {

bool IsPlain(std::string_view text, YamlContext context) {
  constexpr std::string_view kNotFirst = "-?:,[]{}#&*!|>'\"%@`= ";
  constexpr std::string_view kNotInFlow = ",[]{}?";
  if (text.empty() || kNotFirst.find(text.front()) != std::string_view::npos) return false;
  if (text.ends_with(' ') || text.ends_with(':')) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return false;
  return context == YamlContext::kBlock || text.find_first_of(kNotInFlow) == std::string_view::npos;
}

std::string InSingleQuotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string InDoubleQuotes(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    const char c = text.front();
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (IsPrint(rune.value) || rune.value > 0xFFFF) {
      out += text.substr(0, rune.width);
    } else {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(rune.value));
      out += escape.data();
    }
    text.remove_prefix(rune.width);
  }
  return out + "\"";
}

// Tabs, breaks and what YAML does not let stand as it is.
bool NeedsEscapes(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (!IsPrint(rune.value)) return true;
    text.remove_prefix(rune.width);
  }
  return false;
}

}  // namespace

std::optional<std::string> SpellScalar(std::string_view text, Style style, YamlContext context) {
  if (!IsValidUtf8(text)) return std::nullopt;
  if (style == Style::kDoubleQuoted) return InDoubleQuotes(text);
  if (NeedsEscapes(text)) return std::nullopt;
  if (style == Style::kSingleQuoted) return InSingleQuotes(text);
  if (style != Style::kPlain) return std::nullopt;
  return IsPlain(text, context) ? std::string(text) : InSingleQuotes(text);
}

}  // namespace promql::rulefile

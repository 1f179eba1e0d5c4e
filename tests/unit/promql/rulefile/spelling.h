// SPDX-License-Identifier: Apache-2.0
// Whether the bytes of a file that a text claims to come from do spell it: read anew, byte by byte,
// without the walk that found them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "promql/model/go_text.h"
#include "promql/rulefile/rule_file.h"

namespace promql::rulefile {

// All texts of a file.
inline void ForEachText(const RuleFile& file, const std::function<void(const Text&)>& visit) {
  const auto fields = [&](std::span<const Field> list) {
    for (const Field& field : list) {
      visit(field.name);
      if (field.value.is_present) visit(field.value);
    }
  };
  const auto labels = [&](const std::vector<Label>& list) {
    for (const Label& label : list) {
      visit(label.name);
      visit(label.value);
    }
  };
  for (const Group& group : file.groups) {
    fields(group.fields);
    labels(group.labels);
    for (const Text* text : {&group.origin.key, &group.origin.resource_name}) {
      if (text->is_present) visit(*text);
    }
    for (const Rule& rule : group.rules) {
      fields(rule.fields);
      labels(rule.labels);
      labels(rule.annotations);
    }
  }
}

// What an escape of a double-quoted scalar stands for.
inline std::optional<std::string> Unescaped(std::string_view escape) {
  if (escape.size() < 2 || escape[0] != '\\') return std::nullopt;
  const std::string_view simple = "0abt\tnvfre \"/\\N_LP";
  static constexpr char32_t kRunes[] = {0,    7,   8,   9,   9,    10,   11,   12,     13,
                                        0x1b, ' ', '"', '/', '\\', 0x85, 0xa0, 0x2028, 0x2029};
  std::string out;
  if (const std::size_t at = simple.find(escape[1]); at != std::string_view::npos) {
    AppendRune(out, kRunes[at]);
    return out;
  }
  char32_t rune = 0;
  for (const char c : escape.substr(2)) {
    rune = rune * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  AppendRune(out, rune);
  return out;
}

// Empty when all is well, else what is not.
inline std::string Misspelt(const RuleFile& file, const Text& text) {
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < text.value.size(); ++i) {
    const Source place = text.SourceOf(i, i + 1);
    const auto claim = [&](const std::string& what) {
      return "byte " + std::to_string(i) + " of " + Quote(text.value) + " from " +
             std::to_string(place.begin) + ": " + what;
    };
    if (place.begin != text.SourceOffset(i)) return claim("two answers");
    if (place.empty() || place.end > file.content.size()) return claim("no place");
    if (place.begin < before) return claim("goes back");
    if (place.begin < text.source.begin) return claim("before the scalar");
    before = place.begin;
    const std::string_view spelt = file.TextOf(place);
    const char c = text.value[i];
    const bool is_space = c == ' ' || c == '\n';
    if (spelt.size() == 1 && spelt[0] == c) continue;
    if (is_space && (spelt == "\n" || spelt == "\r" || spelt == "\r\n" || spelt == "\xC2\x85"))
      continue;
    if (c == '\'' && spelt == "''") continue;
    const auto bytes = Unescaped(spelt);
    if (!bytes) return claim("spelt " + Quote(spelt));
    if (text.value.substr(i, bytes->size()) == *bytes) {  // its further bytes stand there too
      for (std::size_t k = 1; k < bytes->size(); ++k) {
        if (text.SourceOf(i + k, i + k + 1) != place) return claim("is torn apart");
      }
      i += bytes->size() - 1;
      continue;
    }
    return claim("spelt " + Quote(spelt));
  }
  return {};
}

}  // namespace promql::rulefile

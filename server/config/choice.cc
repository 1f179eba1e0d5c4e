// SPDX-License-Identifier: Apache-2.0
#include "server/config/choice.h"

#include <algorithm>
#include <string>

namespace warden {

std::optional<std::size_t> FindChoice(Reader& reader, const YamlNode& node,
                                      std::span<const std::string_view> words) {
  const auto text = reader.Text(node);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += word == words.back() ? " or " : ", ";
    list += word;
  }
  reader.Error(node, "expected " + list);
  return std::nullopt;
}

}  // namespace warden

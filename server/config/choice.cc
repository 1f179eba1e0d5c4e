// SPDX-License-Identifier: Apache-2.0
#include "server/config/choice.h"

#include <algorithm>
#include <string>
#include <utility>

#include "promql/rulefile/names.h"

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
  std::string message = "expected " + list;
  const std::string_view nearest = promql::rulefile::Nearest(*text, words);
  if (!nearest.empty()) message += ", did you mean `" + std::string(nearest) + "`?";
  reader.Error(node, std::move(message));
  return std::nullopt;
}

}  // namespace warden

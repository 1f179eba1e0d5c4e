// SPDX-License-Identifier: Apache-2.0
// Keys whose value is one of a few words. Private to this folder.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "server/config/reader.h"

namespace warden {

// Which of the words the node says; an error that lists them when it is none.
[[nodiscard]] std::optional<std::size_t> FindChoice(Reader& reader, const YamlNode& node,
                                                    std::span<const std::string_view> words);

template <class T>
struct Choice {
  std::string_view word;
  T value;
};

template <class T, std::size_t N>
void ReadChoice(Reader& reader, const YamlNode& node, const Choice<T> (&choices)[N], T& out) {
  std::array<std::string_view, N> words;
  for (std::size_t i = 0; i < N; ++i) words[i] = choices[i].word;
  if (const auto at = FindChoice(reader, node, words)) out = choices[*at].value;
}

}  // namespace warden

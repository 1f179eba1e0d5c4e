// SPDX-License-Identifier: Apache-2.0
// Numbers in files that other programs read: the shortest text that reads back as the same number,
// and back.
#pragma once

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace warden::cli {

[[nodiscard]] inline std::string Exact(double number) {
  std::array<char, 40> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

// A double as a whole; beyond its range it is NaN. Nothing for anything else.
[[nodiscard]] std::optional<double> NumberOf(std::string_view text);

}  // namespace warden::cli

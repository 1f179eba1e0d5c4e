// SPDX-License-Identifier: Apache-2.0
#include "promql/cli/caret.h"

#include <algorithm>
#include <iostream>
#include <string>

namespace promql::cli {

void PrintCaret(std::string_view text, std::size_t start, std::size_t end,
                std::string_view message) {
  const std::size_t before = text.substr(0, start).rfind('\n');
  const std::size_t line_start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t line_end = std::min(text.find('\n', start), text.size());
  const auto line = std::ranges::count(text.substr(0, line_start), '\n') + 1;
  const auto width = [text](std::size_t from, std::size_t to) {
    return static_cast<std::size_t>(std::ranges::count_if(text.substr(from, to - from), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    }));
  };
  end = std::clamp(end, start, std::max(start, line_end));
  const std::size_t indent = width(line_start, start);
  std::cerr << line << ':' << indent + 1 << ": " << message << "\n  "
            << text.substr(line_start, line_end - line_start) << "\n  " << std::string(indent, ' ')
            << std::string(std::max<std::size_t>(width(start, end), 1), '^') << '\n';
}

}  // namespace promql::cli

// SPDX-License-Identifier: Apache-2.0
#include "promql/rulefile/yaml_mend.h"

#include <algorithm>
#include <cstddef>

namespace promql::rulefile {
namespace {

// Go's port takes tabs before a comment that follows a line with nothing but a comment; libyaml
// does not. With spaces in their place, all offsets stay; nothing when that is not what the error
// is.
std::optional<std::string> WithoutTabs(std::string_view text, std::size_t at) {
  const auto first_of = [&](std::size_t line) {
    return std::min(text.find_first_not_of(" \t", line), text.size() - 1);
  };
  const auto start_of = [&](std::size_t offset) {
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    return before == std::string_view::npos ? 0 : before + 1;
  };
  std::size_t line = start_of(at);
  std::size_t above = line;
  while (above > 0) {
    above = start_of(above - 1);
    if (text.substr(above, line - above).find_first_not_of(" \t\r\n") != std::string_view::npos)
      break;
  }
  if (above == line || text[first_of(above)] != '#') return std::nullopt;
  std::optional<std::string> mended;
  while (line < text.size() && text[first_of(line)] == '#') {
    if (!mended) mended = text;
    std::fill(mended->begin() + static_cast<std::ptrdiff_t>(line),
              mended->begin() + static_cast<std::ptrdiff_t>(first_of(line)), ' ');
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) break;
    line = end + 1;
  }
  return mended;
}

// Between brackets Go's port takes `a:]` and `a:,b` for text, libyaml does not. Any letter reads
// like the colon there.
std::optional<std::string> WithoutColon(std::string_view text, std::size_t at) {
  std::string mended(text);
  mended[at] = 'x';
  return mended;
}

}  // namespace

std::optional<std::string> Mend(std::string_view text, const Problem& error) {
  const std::size_t at = error.source.begin;
  if (error.cls != ProblemClass::kSyntax || at >= text.size()) return std::nullopt;
  if (text[at] == '\t') return WithoutTabs(text, at);
  const bool is_colon = text[at] == ':' && error.message.starts_with("found unexpected ':'");
  return is_colon ? WithoutColon(text, at) : std::nullopt;
}

}  // namespace promql::rulefile

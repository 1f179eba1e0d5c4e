// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/edits.h"

#include <algorithm>

namespace promql::lint {
namespace {

// What a plain scalar cannot begin with.
constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@` ";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Whether `text` may stand inside a scalar of that style as it is.
bool Fits(rulefile::Style style, std::string_view text) {
  using rulefile::Style;
  if (text.find_first_of("\n\r\t") != std::string_view::npos) return false;
  switch (style) {
    case Style::kPlain:
      return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
             !text.ends_with(':') && !text.starts_with('#');
    case Style::kSingleQuoted:
      return text.find('\'') == std::string_view::npos;
    case Style::kDoubleQuoted:
      return text.find_first_of("\"\\") == std::string_view::npos;
    case Style::kLiteral:
    case Style::kFolded:
      return true;
  }
  return false;
}

}  // namespace

std::optional<DraftEdit> RemovalOf(const RuleContext& rule, std::string_view key) {
  const rulefile::Field* field = rule.rule().Find(key);
  if (field == nullptr || field->value.is_aliased() || field->name.is_aliased()) return std::nullopt;
  const rulefile::LineIndex& lines = rule.file().file().lines;
  const std::uint32_t line = lines.LineAt(field->name.source.begin);
  if (lines.LineAt(field->value.source.end) != line) return std::nullopt;
  const std::uint32_t start = lines.LineStart(line);
  const std::string_view content = rule.file().file().content;
  if (!IsBlank(content.substr(start, field->name.source.begin - start))) return std::nullopt;
  // An anchor may be used further down.
  const std::string_view between = content.substr(
      field->name.source.end, field->value.source.begin - field->name.source.end);
  if (between.find('&') != std::string_view::npos) return std::nullopt;
  const std::uint32_t end = lines.LineStart(line + 1);
  const std::string_view behind =
      content.substr(field->value.source.end, end - field->value.source.end);
  if (!IsBlank(behind.substr(0, behind.find('\n')))) return std::nullopt;
  return DraftEdit{{start, end}, ""};
}

std::optional<DraftEdit> Replacement(const rulefile::Text& scalar, std::size_t begin,
                                     std::size_t end, std::string text) {
  if (scalar.is_aliased() || begin > end || end > scalar.value.size()) return std::nullopt;
  const Source at = scalar.SourceOf(begin, end);
  // Only where the part stands in the file as it is: no escapes, no folded lines.
  if (at.end - at.begin != end - begin || !Fits(scalar.style, text)) return std::nullopt;
  const bool begins_plain = scalar.style == rulefile::Style::kPlain && begin == 0;
  if (begins_plain && (text.empty() || kIndicators.find(text.front()) != std::string_view::npos)) {
    return std::nullopt;
  }
  return DraftEdit{at, std::move(text)};
}

std::optional<DraftEdit> Replacement(const RuleContext& rule, Span part, std::string text) {
  return Replacement(rule.rule().expr, part.start, part.end, std::move(text));
}

}  // namespace promql::lint

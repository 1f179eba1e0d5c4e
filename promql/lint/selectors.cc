// SPDX-License-Identifier: Apache-2.0
#include "promql/lint/selectors.h"

#include <algorithm>
#include <utility>

#include "promql/lint/edits.h"
#include "promql/syntax/printer.h"
#include "promql/syntax/walk.h"

namespace promql::lint {
std::vector<SelectorAt> SelectorsIn(const Expr& root) {
  std::vector<SelectorAt> found;
  Walk(root, [&](const Expr& node) {
    if (const VectorSelector* selector = node.As<VectorSelector>()) found.push_back({&node, selector});
  });
  return found;
}

std::string_view MetricOf(const VectorSelector& selector) {
  if (!selector.name.empty()) return selector.name;
  return EqualTo(selector, "__name__").value_or(std::string_view{});
}

std::string Called(const VectorSelector& selector) {
  const std::string_view metric = MetricOf(selector);
  if (!metric.empty()) return "'" + std::string(metric) + "'";
  std::string text = "'{";
  for (const LabelMatcher& matcher : selector.matchers) {
    if (text.size() > 2) text += ',';
    AppendMatcher(matcher, text);
  }
  return text + "}'";
}

std::optional<std::string_view> EqualTo(const VectorSelector& selector, std::string_view label) {
  for (const LabelMatcher& matcher : selector.matchers) {
    if (matcher.name == label && matcher.op == MatchOp::kEqual) return matcher.value;
  }
  return std::nullopt;
}

std::optional<DraftFix> MatcherFix(const RuleContext& rule, const LabelMatcher& matcher, MatchOp op,
                                   std::string_view value, std::string title, bool is_safe) {
  // Behind the name, which stays as it is written: operator and quoted value.
  const std::string_view written = rule.Written(matcher.span);
  const std::size_t at = written.find(Text(matcher.op), matcher.name.size());
  if (at == std::string_view::npos || written.empty()) return std::nullopt;
  const char quote = written.back();
  if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
  const std::string_view special = quote == '`' ? "`\n" : "\\\"'\n";
  if (value.find_first_of(special) != std::string_view::npos) return std::nullopt;
  std::string text(Text(op));
  text += quote;
  text += value;
  text += quote;
  const Span part{matcher.span.start + static_cast<std::uint32_t>(at), matcher.span.end};
  auto edit = Replacement(rule, part, std::move(text));
  if (!edit) return std::nullopt;
  return DraftFix{std::move(title), is_safe, {std::move(*edit)}};
}

std::optional<DraftFix> MatcherRemoval(const RuleContext& rule, const VectorSelector& selector,
                                       const LabelMatcher& matcher, std::string title,
                                       bool is_safe) {
  const std::string_view text = rule.rule().expr.value;
  std::uint32_t begin = matcher.span.start;
  std::uint32_t end = matcher.span.end;
  const auto is_space = [&](std::uint32_t i) { return text[i] == ' '; };
  std::uint32_t behind = end;
  while (behind < text.size() && is_space(behind)) ++behind;
  if (behind < text.size() && text[behind] == ',') {
    end = behind + 1;
    while (end < text.size() && is_space(end)) ++end;
  } else {
    std::uint32_t before = begin;
    while (before > 0 && is_space(before - 1)) --before;
    if (before > 0 && text[before - 1] == ',') begin = before - 1;
  }
  // Without its last matcher `x{a=~".*"}` is `x`.
  if (begin > 0 && text[begin - 1] == '{' && end < text.size() && text[end] == '}' &&
      !selector.name.empty()) {
    --begin;
    ++end;
  }
  auto edit = Replacement(rule, {begin, end}, "");
  if (!edit) return std::nullopt;
  return DraftFix{std::move(title), is_safe, {std::move(*edit)}};
}

}  // namespace promql::lint

// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/parser.h"

#include <utility>

#include "promql/syntax/check.h"
#include "promql/syntax/grammar.h"

namespace promql {

bool Features::Enable(std::string_view name) {
  if (name == "promql-experimental-functions") {
    experimental_functions = true;
  } else if (name == "promql-extended-range-selectors") {
    extended_range_selectors = true;
  } else if (name == "promql-binop-fill-modifiers") {
    fill_modifiers = true;
  } else {
    return name == "promql-duration-expr";  // always on since 3.14
  }
  return true;
}

namespace {

// Room for the text and, of seven expressions of this length in eight, for all nodes.
Arena ArenaFor(std::string_view text) { return Arena(512 + text.size() * 8); }

SyntaxErrors TooLong(std::string_view text, const ParseOptions& options) {
  return {{Span{options.max_bytes, static_cast<std::uint32_t>(text.size())},
           "the expression is longer than " + std::to_string(options.max_bytes) + " bytes"}};
}

}  // namespace

std::expected<Expression, SyntaxErrors> ParseExpression(std::string_view text,
                                                        const ParseOptions& options) {
  if (text.size() > options.max_bytes) return std::unexpected(TooLong(text, options));
  Arena arena = ArenaFor(text);
  const std::string_view copy = arena.Copy(text);
  Grammar grammar(copy, arena, options);
  const Expr* root = grammar.WholeExpression();
  SyntaxErrors& errors = grammar.errors();
  if (root != nullptr && errors.empty()) CheckTypes(*root, copy, errors);
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return Expression(std::move(arena), copy, root);
}

std::expected<Selector, SyntaxErrors> ParseSelector(std::string_view text,
                                                    const ParseOptions& options) {
  if (text.size() > options.max_bytes) return std::unexpected(TooLong(text, options));
  Arena arena = ArenaFor(text);
  const std::string_view copy = arena.Copy(text);
  Grammar grammar(copy, arena, options);
  const Expr* selector = grammar.WholeSelector();
  if (!grammar.errors().empty()) return std::unexpected(std::move(grammar.errors()));
  return Selector(std::move(arena), selector->As<VectorSelector>()->matchers);
}

}  // namespace promql

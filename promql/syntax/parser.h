// SPDX-License-Identifier: Apache-2.0
// Text → checked syntax tree. Verdict, types and the place of the first error are those of
// Prometheus; further errors follow where the parser could carry on. Reentrant, no global state.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include "promql/syntax/arena.h"
#include "promql/syntax/ast.h"
#include "promql/syntax/options.h"
#include "promql/syntax/types.h"

namespace promql {

// A parsed and checked expression. Owns its nodes and a copy of the text; moving keeps their
// addresses.
class Expression {
 public:
  Expression(Arena arena, std::string_view text, const Expr* root)
      : arena_(std::move(arena)), text_(text), root_(root) {}
  [[nodiscard]] const Expr& root() const { return *root_; }
  [[nodiscard]] ValueType type() const { return root_->type; }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  Arena arena_;
  std::string_view text_;
  const Expr* root_;
};

// The matchers of a lone metric selector, as in `match[]` parameters: in the order written, the
// name before the braces last.
class Selector {
 public:
  Selector(Arena arena, std::span<const LabelMatcher> matchers)
      : arena_(std::move(arena)), matchers_(matchers) {}
  [[nodiscard]] std::span<const LabelMatcher> matchers() const { return matchers_; }

 private:
  Arena arena_;
  std::span<const LabelMatcher> matchers_;
};

[[nodiscard]] std::expected<Expression, SyntaxErrors> ParseExpression(
    std::string_view text, const ParseOptions& options = {});
[[nodiscard]] std::expected<Selector, SyntaxErrors> ParseSelector(std::string_view text,
                                                                  const ParseOptions& options = {});

}  // namespace promql

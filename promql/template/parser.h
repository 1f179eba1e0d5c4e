// SPDX-License-Identifier: Apache-2.0
// Text → syntax tree. The first mistake ends the parse: Go's grammar gives no place to go on from
// that would not guess.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "promql/template/arena.h"
#include "promql/template/ast.h"
#include "promql/template/dialect.h"
#include "promql/template/lexer.h"

namespace promql::tmpl {

struct ParseProblem {
  Span span;
  std::string message;
};

// Owns everything that its blocks point at. The main text stands among the definitions under its
// own name.
struct ParsedText {
  Arena arena;
  std::string_view text;
  Block main;
  std::vector<Definition> definitions;
  std::unique_ptr<ParsedText> original;  // of a rewritten one, which borrows from it
};

inline constexpr std::size_t kLongestText = std::size_t{64} << 20U;
inline constexpr int kDeepestNesting = 1000;  // blocks in blocks, parentheses in parentheses

// `name` is the template that the text itself becomes.
[[nodiscard]] std::expected<ParsedText, ParseProblem> ParseText(std::string_view text,
                                                                std::string_view name,
                                                                const Dialect& dialect);

}  // namespace promql::tmpl

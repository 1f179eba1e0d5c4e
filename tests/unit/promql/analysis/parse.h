// SPDX-License-Identifier: Apache-2.0
// Expressions for tests, parsed with every feature on.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "promql/syntax/parser.h"

namespace promql::analysis {

inline Expression Parsed(std::string_view text) {
  ParseOptions options;
  options.features = Features::All();
  auto expression = ParseExpression(text, options);
  if (expression) return std::move(*expression);
  ADD_FAILURE() << text.substr(0, 200) << ": " << expression.error().front().message;
  return std::move(*ParseExpression("0"));
}

inline std::string In(std::string_view text, Span span) {
  return "[" + std::string(text.substr(span.start, span.end - span.start)) + "]";
}

}  // namespace promql::analysis

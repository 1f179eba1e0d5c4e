// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression and as a selector: no crash, spans inside the text, printed forms that
// parse keep their type.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "promql/model/go_text.h"
#include "promql/syntax/format.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace {

void Require(bool holds, std::string_view claim, std::string_view text) {
  if (holds) return;
  std::cerr << claim << ": " << promql::Quote(text) << '\n';
  std::abort();
}

void CheckErrors(const promql::SyntaxErrors& errors, std::string_view text) {
  Require(!errors.empty(), "a failure has an error", text);
  for (const promql::SyntaxError& error : errors) {
    Require(error.span.start <= error.span.end && error.span.end <= text.size(),
            "spans lie in the text", text);
    Require(!error.message.empty(), "errors have messages", text);
  }
}

void CheckExpression(std::string_view text, const promql::ParseOptions& options) {
  const auto expression = promql::ParseExpression(text, options);
  if (!expression) return CheckErrors(expression.error(), text);
  Require(expression->root().span.end <= text.size(), "the root lies in the text", text);
  const auto formatted = promql::FormatExpression(text, 40, options);
  Require(formatted.has_value(), "what parses can be formatted", text);
  Require(promql::FormatExpression(*formatted, 40, options) == *formatted, "formatting is stable",
          text);
  for (const std::string& printed :
       {promql::Print(expression->root()), promql::PrintPretty(expression->root(), 20)}) {
    const auto again = promql::ParseExpression(printed, options);
    if (again) Require(again->type() == expression->type(), "printing keeps the type", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  promql::ParseOptions options;
  CheckExpression(text, options);
  options.features = promql::Features::All();
  CheckExpression(text, options);
  const auto selector = promql::ParseSelector(text, options);
  if (!selector) CheckErrors(selector.error(), text);
  return 0;
}

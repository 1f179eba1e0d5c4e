// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/promql/golden.h"

#include <algorithm>

#include "promql/syntax/format.h"
#include "promql/syntax/parser.h"
#include "promql/syntax/printer.h"

namespace promql {
namespace {

// Each error with the part of the text that it marks, in brackets.
std::string Errors(const std::string& text) {
  const auto expression = ParseExpression(text);
  if (expression) return "no error\n";
  std::string out;
  for (const SyntaxError& error : expression.error()) {
    out += std::to_string(error.span.start) + "-" + std::to_string(error.span.end) + " [" +
           text.substr(error.span.start, error.span.end - error.span.start) + "] " + error.message +
           "\n";
  }
  return out;
}

std::string Printed(const std::string& text) {
  ParseOptions options;
  options.features = Features::All();
  const auto expression = ParseExpression(text, options);
  if (!expression) return "error: " + expression.error().front().message + "\n";
  return std::string(Text(expression->type())) + " " + Print(expression->root()) + "\n";
}

std::string Pretty(const std::string& text) {
  const auto expression = ParseExpression(text);
  if (!expression) return "error: " + expression.error().front().message + "\n";
  return PrintPretty(expression->root(), 40) + "\n";
}

TEST(SyntaxGolden, SaysWhatIsWrongAndWhere) { CheckGolden("syntax/errors.txt", Errors); }
TEST(SyntaxGolden, PrintsTheCanonicalForm) { CheckGolden("syntax/print.txt", Printed); }
// Also says whether formatting again changes anything.
std::string Formatted(const std::string& text) {
  ParseOptions options;
  options.features = Features::All();
  const auto formatted = FormatExpression(text, 60, options);
  if (!formatted) return "error: " + formatted.error().front().message + "\n";
  const auto again = FormatExpression(*formatted, 60, options);
  if (!again) return *formatted + "\nDOES NOT PARSE\n";
  return *formatted + (*again == *formatted ? "\n" : "\nNOT STABLE\n" + *again + "\n");
}

TEST(SyntaxGolden, LaysOutForPeople) { CheckGolden("syntax/format.txt", Formatted); }
TEST(SyntaxGolden, BreaksLongExpressions) { CheckGolden("syntax/pretty.txt", Pretty); }

}  // namespace
}  // namespace promql

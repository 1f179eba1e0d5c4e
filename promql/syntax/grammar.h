// SPDX-License-Identifier: Apache-2.0
// One parse by recursive descent, for parser.h only. The next token is read as late as an LALR(1)
// parser of Prometheus' grammar would read it: the order of errors depends on that. A
// null result means that parsing cannot go on; the reason is among the errors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "promql/syntax/arena.h"
#include "promql/syntax/ast.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/options.h"

namespace promql {

class Grammar {
 public:
  // Borrows all three; `text` lives in the arena.
  Grammar(std::string_view text, Arena& arena, const ParseOptions& options)
      : arena_(arena), options_(options), lexer_(text) {}

  const Expr* WholeExpression();
  const Expr* WholeSelector();
  [[nodiscard]] SyntaxErrors& errors() { return errors_; }

 private:
  // expressions: grammar.cc
  Expr* Binary(int min_precedence);
  Expr* Unary();
  Expr* Postfix(Expr* operand);
  Expr* Primary();
  Expr* Paren();
  Expr* FunctionCall(const Token& name);
  [[nodiscard]] std::string WhyNotCallable(const Function* function) const;
  Expr* Aggregation(const Token& op);
  Expr* NewAggregate(const Token& op, AggregateExpr aggregate, std::span<const Expr* const> args,
                     std::uint32_t end);
  std::optional<std::span<const Expr* const>> Arguments();
  bool BinaryModifiers(BinaryExpr& binary);
  bool FillModifiers(VectorMatching& matching);
  std::optional<double> FillValue();
  std::optional<std::span<const std::string_view>> GroupingLabels();
  bool GroupingLabel(ArenaList<std::string_view>& labels);
  Expr* NewBinary(BinaryExpr binary);

  // selectors and what may follow them: grammar_selector.cc
  Expr* NamedSelector(const Token& name);
  Expr* BracedSelector();
  bool Matchers(ArenaList<LabelMatcher>& matchers, Span& span);
  bool OneMatcher(ArenaList<LabelMatcher>& matchers);
  bool NewMatcher(const Token& label, std::string_view name, const Token& op, const Token& value,
                  LabelMatcher& out);
  Expr* Offset(Expr* operand);
  Expr* At(Expr* operand);
  Expr* Extended(Expr* operand, const Token& word);
  VectorSelector& CopySelector(MatrixSelector& matrix);
  TimeShift* ShiftOf(Expr* operand, std::string_view modifier);

  // brackets and durations: grammar_duration.cc
  Expr* Brackets(Expr* operand);
  Expr* NewMatrix(Expr* operand, const DurationExpr& range, Span brackets);
  static DurationValue ToValue(const DurationExpr& duration);
  DurationExpr* PositiveDuration();
  DurationExpr* Duration(int min_precedence);
  DurationExpr* DurationRest(DurationExpr* lhs, int min_precedence);
  DurationExpr* DurationOperand();
  DurationExpr* DurationLiteral(bool check_range);
  DurationExpr* DurationCall();
  DurationExpr* DurationInParens();
  DurationExpr* Signed(const Token& sign, DurationExpr* operand);
  DurationExpr* OffsetDuration();
  DurationExpr* OffsetSigned(const Token& sign);
  double LiteralSeconds(const Token& token);

  const Token& Peek() {
    if (!has_token_) Lex();
    return token_;
  }
  Token Take() {
    Peek();
    has_token_ = false;
    return token_;
  }
  void Lex();
  // Takes the token when it is of this type; otherwise complains and returns false.
  bool Expect(TokenType type, std::string_view context, std::string_view expected);
  // Complains about the next token. Lexical errors are reported already.
  std::nullptr_t Unexpected(std::string_view context, std::string_view expected);
  // Complains when the target is older than the version that brought what stands at `span`.
  void NeedVersion(Span span, Version since, std::string_view what);
  void Fail(Span span, std::string message) { errors_.push_back({span, std::move(message)}); }
  // Skips to one of the two types; false at the end of the text.
  bool SkipTo(TokenType a, TokenType b);
  // Counts nesting for the time of one call; false past the limit.
  class Nesting;

  Expr* NewExpr(Span span, ValueType type, const Expr::Node& node, std::uint32_t height_below);
  [[nodiscard]] std::string_view TextOf(const Token& token) const {
    return lexer_.text().substr(token.span.start, token.span.end - token.span.start);
  }
  std::string_view Unquoted(const Token& string);

  Arena& arena_;
  const ParseOptions& options_;
  Lexer lexer_;
  Token token_;
  bool has_token_ = false;
  std::uint32_t last_closing_ =
      0;  // end of the last token read that may close a selector or a call
  std::uint32_t nesting_ = 0;
  SyntaxErrors errors_;
};

// Entered by every function that calls itself through others.
class Grammar::Nesting {
 public:
  explicit Nesting(Grammar& grammar) : grammar_(grammar) { ++grammar_.nesting_; }
  ~Nesting() { --grammar_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  [[nodiscard]] bool TooDeep();

 private:
  Grammar& grammar_;
};

// Names of metrics and labels in quotes, which may then be any UTF-8.
inline constexpr Version kQuotedNames{3, 0};

inline constexpr int kLowestPrecedence = 1;
inline constexpr int kPowerPrecedence = 6;
[[nodiscard]] int Precedence(TokenType op);

}  // namespace promql

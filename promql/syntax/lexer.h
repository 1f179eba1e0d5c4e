// SPDX-License-Identifier: Apache-2.0
// Text → tokens, one at a time, exactly as Prometheus cuts them: what a word means depends on the
// braces and brackets around it. Comments and white space are skipped. After an error every further
// token is kEnd. Borrows the text, which must be followed by one zero byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/syntax/token.h"

namespace promql {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text), data_(text.data()) {}

  // A kError token reaches from where the trouble started to the end of the text; error() says what
  // it is.
  [[nodiscard]] Token Next();
  // From now on the spans of comments are added to `comments`, which is borrowed.
  void CollectComments(std::vector<Span>& comments) { comments_ = &comments; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  // Inside brackets, before the first number and wherever only operators were read, the rules are
  // stricter.
  enum class Mode : std::uint8_t { kExpression, kDuration, kDone };

  Token LexExpression();
  Token LexBraces();
  Token LexDuration();
  Token LexWord();
  Token LexString(char quote);
  Token LexRawString();
  Token LexNumberOrDuration();
  Token LexBracketWord(const char* expected);

  bool ScanNumber();
  bool ScanDurationRest();
  bool ScanEscape(char quote);
  bool ScanDigits(int count, int base);
  bool IsFollowedByParen() const;
  void SkipSpaces();
  // Skips a comment at the current position.
  void SkipComment();
  bool AcceptAny(std::string_view set);

  [[nodiscard]] char Peek() const { return data_[pos_]; }  // the zero byte at the end
  [[nodiscard]] bool AtEnd() const { return pos_ >= text_.size(); }
  Token Emit(TokenType type);
  Token Fail(std::string message);
  [[nodiscard]] std::string QuotedRuneAt(std::size_t at) const;

  std::string_view text_;
  const char* data_;
  std::uint32_t pos_ = 0;
  std::uint32_t start_ = 0;
  Mode mode_ = Mode::kExpression;
  bool brace_open_ = false;
  bool bracket_open_ = false;
  bool got_colon_ = false;
  bool got_duration_ = false;
  int paren_depth_ = 0;
  std::string error_;
  std::vector<Span>* comments_ = nullptr;
};

}  // namespace promql

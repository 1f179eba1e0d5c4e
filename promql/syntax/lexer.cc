// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/lexer.h"

#include <cstring>
#include <utility>

#include "promql/model/go_text.h"
#include "promql/syntax/characters.h"

namespace promql {

using enum TokenType;

Token Lexer::Emit(TokenType type) {
  const Token token{type, {start_, pos_}};
  start_ = pos_;
  return token;
}

Token Lexer::Fail(std::string message) {
  error_ = std::move(message);
  mode_ = Mode::kDone;
  return {kError, {start_, static_cast<std::uint32_t>(text_.size())}};
}

std::string Lexer::QuotedRuneAt(std::size_t at) const {
  const Rune rune = DecodeRune(text_.substr(at));
  if (rune.width == 0) return "the end of the expression";
  return Quote(text_.substr(at, rune.width));
}

Token Lexer::Next() {
  switch (mode_) {
    case Mode::kDuration:
      return LexDuration();
    case Mode::kDone:
      start_ = pos_ = static_cast<std::uint32_t>(text_.size());
      return Emit(kEnd);
    case Mode::kExpression:
      break;
  }
  return brace_open_ ? LexBraces() : LexExpression();
}

void Lexer::SkipSpaces() {
  while (IsSpace(Peek())) ++pos_;
  start_ = pos_;
}

void Lexer::SkipComment() {
  while (!AtEnd() && Peek() != '\n' && Peek() != '\r') ++pos_;
  if (comments_ != nullptr) comments_->push_back({start_, pos_});
  start_ = pos_;
}

Token Lexer::LexExpression() {
  SkipSpaces();
  while (Peek() == '#') {
    SkipComment();
    SkipSpaces();
  }
  const char c = Peek();
  if (HasBits(c, kAlphaBit | kColonBit)) {
    return bracket_open_ ? LexBracketWord("`:`, an operator or `]`") : LexWord();
  }
  if (IsDigit(c) || (c == '.' && IsDigit(data_[pos_ + 1]))) return LexNumberOrDuration();
  if (AtEnd()) {
    if (paren_depth_ != 0) return Fail("unclosed left parenthesis");
    if (bracket_open_) return Fail("unclosed left bracket");
    mode_ = Mode::kDone;
    return Emit(kEnd);
  }
  ++pos_;
  const auto one_of = [&](TokenType plain, TokenType equals, TokenType slash) {
    if (Peek() != '=' && (Peek() != '/' || slash == plain)) return Emit(plain);
    return Emit(data_[pos_++] == '=' ? equals : slash);
  };
  switch (c) {
    case ',':
      return Emit(kComma);
    case '*':
      return Emit(kMul);
    case '/':
      return Emit(kDiv);
    case '%':
      return Emit(kMod);
    case '+':
      return Emit(kAdd);
    case '-':
      return Emit(kSub);
    case '^':
      return Emit(kPow);
    case '@':
      return Emit(kAt);
    case '<':
      return one_of(kLess, kLessEqual, kTrimUpper);
    case '>':
      return one_of(kGreater, kGreaterEqual, kTrimLower);
    case '=':
      if (Peek() == '~') return Fail("unexpected `=~`: label matchers belong inside braces");
      return one_of(kAssign, kEqual, kAssign);
    case '!':
      if (Peek() != '=')
        return Fail("unexpected character after `!`: " + QuotedRuneAt(pos_) + ", expected `=`");
      ++pos_;
      return Emit(kNotEqual);
    case '"':
    case '\'':
      return LexString(c);
    case '`':
      return LexRawString();
    case '(':
      ++paren_depth_;
      return Emit(kLeftParen);
    case ')':
      if (--paren_depth_ < 0) {
        start_ = pos_;
        return Fail("unexpected right parenthesis: none is open");
      }
      return Emit(kRightParen);
    case '{':
      brace_open_ = true;
      return Emit(kLeftBrace);
    case '[': {
      if (bracket_open_) return Fail("unexpected left bracket inside brackets");
      got_colon_ = false;
      bracket_open_ = true;
      mode_ = Mode::kDuration;
      const Token token = Emit(kLeftBracket);
      SkipSpaces();
      return token;
    }
    case ']':
      if (!bracket_open_) return Fail("unexpected right bracket: none is open");
      bracket_open_ = false;
      return Emit(kRightBracket);
    default:
      return Fail("unexpected character: " + QuotedRuneAt(start_));
  }
}

// A word or colon inside brackets, after a number.
Token Lexer::LexBracketWord(const char* expected) {
  if (Peek() == ':') {
    if (got_colon_) return Fail("unexpected second colon inside brackets");
    got_colon_ = true;
    ++pos_;
    return Emit(kColon);
  }
  while (IsAlpha(Peek())) ++pos_;
  const TokenType type = KeywordType(text_.substr(start_, pos_ - start_));
  if (type == kStep || type == kRange || type == kMinOf || type == kMaxOf) return Emit(type);
  return Fail("unexpected character inside brackets: " + QuotedRuneAt(start_) + ", expected " +
              expected);
}

Token Lexer::LexDuration() {
  SkipSpaces();
  const char c = Peek();
  if (IsDigit(c) || (c == '.' && IsDigit(data_[pos_ + 1]))) {
    got_duration_ = true;
    mode_ = Mode::kExpression;
    return LexNumberOrDuration();
  }
  constexpr const char* kExpected = "a number, a duration, `step()` or `range()`";
  if (IsAlpha(c)) return LexBracketWord(kExpected);
  if (AtEnd()) return Fail("unexpected end of the expression inside brackets");
  ++pos_;
  switch (c) {
    case ']':
      bracket_open_ = false;
      got_colon_ = false;
      mode_ = Mode::kExpression;
      return Emit(kRightBracket);
    case ':':
      start_ = pos_;
      if (!got_duration_) return Fail("unexpected colon: the range of the subquery is missing");
      if (std::exchange(got_colon_, true)) return Fail("unexpected second colon inside brackets");
      --start_;
      return Emit(kColon);
    case '(':
      ++paren_depth_;
      return Emit(kLeftParen);
    case ')':
      if (--paren_depth_ < 0) {
        start_ = pos_;
        return Fail("unexpected right parenthesis: none is open");
      }
      return Emit(kRightParen);
    case '+':
      return Emit(kAdd);
    case '-':
      return Emit(kSub);
    case '*':
      return Emit(kMul);
    case '/':
      return Emit(kDiv);
    case '%':
      return Emit(kMod);
    case '^':
      return Emit(kPow);
    case ',':
      return Emit(kComma);
    default:
      return Fail("unexpected character inside brackets: " + QuotedRuneAt(start_) + ", expected " +
                  kExpected);
  }
}

Token Lexer::LexBraces() {
  SkipSpaces();
  while (Peek() == '#') {
    SkipComment();
    SkipSpaces();
  }
  if (AtEnd()) return Fail("unexpected end of the expression inside braces");
  const char c = Peek();
  ++pos_;
  if (IsAlpha(c)) {
    while (IsAlphaNumeric(Peek())) ++pos_;
    return Emit(kIdentifier);
  }
  switch (c) {
    case ',':
      return Emit(kComma);
    case '"':
    case '\'':
      return LexString(c);
    case '`':
      return LexRawString();
    case '=':
      if (Peek() != '~') return Emit(kAssign);
      ++pos_;
      return Emit(kRegexMatch);
    case '!':
      if (Peek() != '~' && Peek() != '=') {
        return Fail("unexpected character after `!` inside braces: " + QuotedRuneAt(pos_) +
                    ", expected `=` or `~`");
      }
      return Emit(data_[pos_++] == '~' ? kRegexNotMatch : kNotEqual);
    case '{':
      return Fail("unexpected left brace inside braces");
    case '}':
      brace_open_ = false;
      return Emit(kRightBrace);
    default:
      return Fail("unexpected character inside braces: " + QuotedRuneAt(start_));
  }
}

Token Lexer::LexWord() {
  while (HasBits(Peek(), kAlphaBit | kDigitBit | kColonBit)) ++pos_;
  const std::string_view word = text_.substr(start_, pos_ - start_);
  const TokenType type = KeywordType(word);
  if (type >= kFill && type <= kFillRight && !IsFollowedByParen()) return Emit(kIdentifier);
  if (type != kIdentifier) return Emit(type);
  return Emit(std::memchr(word.data(), ':', word.size()) != nullptr ? kMetricIdentifier
                                                                    : kIdentifier);
}

// The fill modifiers are words of the language only before a parenthesis, so that metrics of these
// names live on.
bool Lexer::IsFollowedByParen() const {
  std::uint32_t at = pos_;
  while (IsSpace(data_[at])) ++at;
  return data_[at] == '(';
}

Token Lexer::LexString(char quote) {
  while (true) {
    const char c = Peek();
    if (c == quote) {
      ++pos_;
      return Emit(kString);
    }
    if (c == '\\') {
      ++pos_;
      if (!ScanEscape(quote)) return Fail(std::move(error_));
    } else if (c == '\n' || AtEnd()) {
      return Fail("unterminated quoted string");
    } else if (static_cast<unsigned char>(c) < 0x80) {
      ++pos_;
    } else {
      const Rune rune = DecodeRune(text_.substr(pos_));
      if (rune.value == 0xFFFD) return Fail("invalid UTF-8 in a string");
      pos_ += static_cast<std::uint32_t>(rune.width);
    }
  }
}

Token Lexer::LexRawString() {
  while (Peek() != '`') {
    if (AtEnd()) return Fail("unterminated raw string");
    const Rune rune = DecodeRune(text_.substr(pos_));
    if (rune.value == 0xFFFD) return Fail("invalid UTF-8 in a string");
    pos_ += static_cast<std::uint32_t>(rune.width);
  }
  ++pos_;
  return Emit(kString);
}

// The part of an escape sequence after the backslash. Leaves the reason in error_ when it is none.
bool Lexer::ScanEscape(char quote) {
  if (AtEnd()) {
    error_ = "escape sequence not terminated";
    return false;
  }
  const char c = Peek();
  if (c == quote || (c != '\0' && std::strchr("abfnrtv\\", c) != nullptr)) {
    ++pos_;
    return true;
  }
  if (c >= '0' && c <= '7') return ScanDigits(3, 8);
  if (c != 'x' && c != 'u' && c != 'U') {
    error_ = "unknown escape sequence `\\" +
             std::string(text_.substr(pos_, DecodeRune(text_.substr(pos_)).width)) + "`";
    return false;
  }
  ++pos_;
  return ScanDigits(c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
}

bool Lexer::ScanDigits(int count, int base) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) {
    const int digit = HexDigit(Peek());
    if (digit < 0 || digit >= base) {
      error_ = AtEnd() ? "escape sequence not terminated"
                       : "illegal character in escape sequence: " + QuotedRuneAt(pos_);
      return false;
    }
    value = value * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(digit);
    ++pos_;
  }
  const std::uint64_t largest = count <= 3 ? 255 : 0x10FFFF;
  if (value <= largest && (value < 0xD800 || value >= 0xE000)) return true;
  error_ = "escape sequence is not a valid Unicode code point";
  return false;
}

bool Lexer::AcceptAny(std::string_view set) {
  if (AtEnd() || set.find(Peek()) == std::string_view::npos) return false;
  ++pos_;
  return true;
}

Token Lexer::LexNumberOrDuration() {
  if (ScanNumber()) return Emit(kNumber);
  if (ScanDurationRest()) return Emit(kDuration);
  while (IsAlphaNumeric(Peek())) ++pos_;
  return Fail("bad number or duration: `" + std::string(text_.substr(start_, pos_ - start_)) + "`");
}

// What follows the first digits of a duration. Whether the units make sense is seen when the
// duration is parsed.
bool Lexer::ScanDurationRest() {
  if (!AcceptAny("smhdwy")) return false;
  AcceptAny("s");
  while (IsDigit(Peek())) {
    while (IsDigit(Peek())) ++pos_;
    if (!AcceptAny("smhdw")) return false;
    AcceptAny("s");
  }
  return !IsAlphaNumeric(Peek());
}

// A superset of numbers; the conversion refuses the rest. Each rule below decides between a bad
// number here and one there, which differ in what is marked as wrong.
bool Lexer::ScanNumber() {
  bool hex = false;
  if (Peek() == '0') {
    ++pos_;
    if (AcceptAny("xX")) {
      AcceptAny("_");
      hex = true;
    }
  }
  const auto is_digit = [&](char c) { return hex ? HexDigit(c) >= 0 : IsDigit(c); };
  AcceptAny(".");
  if (is_digit(Peek())) ++pos_;
  // A dot, exponent or underscore may not be followed by one of these, nor, the last two, by the
  // end of the text.
  const auto ends_badly = [&](std::string_view bad) { return AcceptAny(bad); };
  bool dot = false;
  bool exponent = false;
  while (true) {
    const char c = Peek();
    if (c == '.') {
      ++pos_;
      if (dot || ends_badly("_.") || hex) return false;
      dot = true;
    } else if (c == 'e' || c == 'E') {
      ++pos_;
      if (exponent) return false;
      exponent = true;
      AcceptAny("+-");
      if (ends_badly("._eE") || AtEnd()) return false;
    } else if (c == '_') {
      ++pos_;
      if (ends_badly("._eE") || AtEnd()) return false;
    } else if (is_digit(c)) {
      while (is_digit(Peek())) ++pos_;
    } else {
      break;
    }
  }
  return !IsAlphaNumeric(Peek());
}

}  // namespace promql

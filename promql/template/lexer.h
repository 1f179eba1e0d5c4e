// SPDX-License-Identifier: Apache-2.0
// Template text → tokens, with trimming done and comments gone. What cannot be read becomes one
// kError token, the last.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace promql::tmpl {

enum class TokenKind : std::uint8_t {
  kEnd,
  kError,
  kText,
  kLeftDelimiter,
  kRightDelimiter,
  kSpace,
  kAssign,   // =
  kDeclare,  // :=
  kPipe,     // |
  kLeftParen,
  kRightParen,
  kCharacter,  // any other ASCII character, a comma for example
  kBool,
  kRune,  // 'a'
  kNumber,
  kComplex,    // 1+2i
  kString,     // quoted
  kRawString,  // in backquotes
  kIdentifier,
  kField,     // .name
  kVariable,  // $name or $
  kDot,
  kNil,
  // Keywords that rule the flow.
  kBlock,
  kBreak,
  kContinue,
  kDefine,
  kElse,
  kEndKeyword,
  kIf,
  kRange,
  kTemplate,
  kWith,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::uint32_t start = 0;  // bytes into the text
  std::uint32_t end = 0;
};

struct Tokens {
  std::vector<Token> list;    // ends with kEnd or kError
  std::string error_message;  // of the kError token
};

// Clears `tokens` first. Texts are limited to 2^32 - 1 bytes by the caller.
void Lex(std::string_view text, Tokens& tokens);

}  // namespace promql::tmpl

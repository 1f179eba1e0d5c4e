// SPDX-License-Identifier: Apache-2.0
#include "promql/template/lexer.h"

#include <utility>

#include "promql/template/unicode.h"

namespace promql::tmpl {
namespace {

constexpr std::pair<std::string_view, TokenKind> kKeywords[] = {
    {"if", TokenKind::kIf},
    {"end", TokenKind::kEndKeyword},
    {"else", TokenKind::kElse},
    {"range", TokenKind::kRange},
    {"with", TokenKind::kWith},
    {"true", TokenKind::kBool},
    {"false", TokenKind::kBool},
    {"nil", TokenKind::kNil},
    {"define", TokenKind::kDefine},
    {"template", TokenKind::kTemplate},
    {"block", TokenKind::kBlock},
    {"break", TokenKind::kBreak},
    {"continue", TokenKind::kContinue},
};

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(std::string_view text, Tokens& tokens) : text_(text), tokens_(tokens) {}

  void Run() {
    while (!done_ && Text()) {
      while (!done_ && Action()) {
      }
    }
    if (!done_) Emit(TokenKind::kEnd, text_.size(), text_.size());
  }

 private:
  [[nodiscard]] char At(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] bool HasAt(std::size_t at, std::string_view what) const {
    return text_.substr(std::min(at, text_.size())).starts_with(what);
  }
  [[nodiscard]] bool LeftTrimAt(std::size_t at) const {
    return At(at) == '-' && IsBlank(At(at + 1));
  }
  // A blank, a dash and the right delimiter.
  [[nodiscard]] bool RightTrimAt(std::size_t at) const {
    return IsBlank(At(at)) && HasAt(at + 1, "-}}");
  }

  void Emit(TokenKind kind, std::size_t start, std::size_t end) {
    tokens_.list.push_back(
        {kind, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // Ends the run: nothing behind an error is looked at.
  bool Fail(std::size_t start, std::size_t end, std::string message) {
    Emit(TokenKind::kError, start, std::min(end, text_.size()));
    tokens_.error_message = std::move(message);
    done_ = true;
    return false;
  }

  // Text up to the next action; false when there is none.
  bool Text() {
    while (true) {
      const std::size_t start = at_;
      const std::size_t open = text_.find("{{", at_);
      if (open == std::string_view::npos) {
        if (start < text_.size()) Emit(TokenKind::kText, start, text_.size());
        at_ = text_.size();
        return false;
      }
      const bool trims = LeftTrimAt(open + 2);
      std::size_t end = open;
      while (trims && end > start && IsBlank(text_[end - 1])) --end;
      if (end > start) Emit(TokenKind::kText, start, end);
      const std::size_t inside = open + (trims ? 4 : 2);
      if (!HasAt(inside, "/*")) {
        Emit(TokenKind::kLeftDelimiter, open, open + 2);
        at_ = inside;
        paren_depth_ = 0;
        open_ = open;
        return true;
      }
      if (!Comment(open, inside)) return false;
    }
  }

  bool Comment(std::size_t open, std::size_t inside) {
    const std::size_t close = text_.find("*/", inside + 2);
    if (close == std::string_view::npos)
      return Fail(open, text_.size(), "comment is not closed with */");
    const std::size_t after = close + 2;
    if (RightTrimAt(after)) {
      SkipBlanks(after + 4);
    } else if (HasAt(after, "}}")) {
      at_ = after + 2;
    } else {
      return Fail(
          open, after,
          "a comment must be alone in its action: }} or a blank and -}} belongs right behind */");
    }
    return true;
  }

  void SkipBlanks(std::size_t from) {
    at_ = from;
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }

  // One token of an action; false behind its end.
  bool Action() {
    const std::size_t start = at_;
    if (RightTrimAt(start) || HasAt(start, "}}")) return RightDelimiter(start);
    if (start >= text_.size()) return Fail(open_, text_.size(), "action is not closed with }}");
    const char c = text_[start];
    ++at_;
    if (IsBlank(c)) return Space(start);
    switch (c) {
      case '=':
        Emit(TokenKind::kAssign, start, at_);
        return true;
      case '|':
        Emit(TokenKind::kPipe, start, at_);
        return true;
      case ':':
        if (At(at_) != '=') return Fail(start, at_, "expected :=");
        Emit(TokenKind::kDeclare, start, ++at_);
        return true;
      case '"':
        return Quoted(start, '"', TokenKind::kString, "quoted string is not closed");
      case '\'':
        return Quoted(start, '\'', TokenKind::kRune, "character constant is not closed");
      case '`':
        return RawString(start);
      case '$':
        return Name(start, TokenKind::kVariable, TokenKind::kVariable);
      case '(':
        ++paren_depth_;
        Emit(TokenKind::kLeftParen, start, at_);
        return true;
      case ')':
        if (--paren_depth_ < 0) return Fail(start, at_, "unexpected )");
        Emit(TokenKind::kRightParen, start, at_);
        return true;
      case '.':
        if (at_ < text_.size() && !IsDigit(text_[at_]))
          return Name(start, TokenKind::kField, TokenKind::kDot);
        return Number(start);
      case '+':
      case '-':
        return Number(start);
      default:
        break;
    }
    if (IsDigit(c)) return Number(start);
    return WordOrCharacter(start);
  }

  bool RightDelimiter(std::size_t start) {
    if (paren_depth_ > 0) return Fail(start, start + 2, "unclosed (");
    const bool trims = text_[start] != '}';
    const std::size_t close = trims ? start + 2 : start;
    Emit(TokenKind::kRightDelimiter, close, close + 2);
    at_ = close + 2;
    if (trims) SkipBlanks(at_);
    return false;
  }

  // Leaves the blank that belongs to a trim marker.
  bool Space(std::size_t start) {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
    if (RightTrimAt(at_ - 1)) --at_;
    if (at_ > start) Emit(TokenKind::kSpace, start, at_);
    return true;
  }

  bool Quoted(std::size_t start, char quote, TokenKind kind, const char* message) {
    while (at_ < text_.size() && text_[at_] != '\n') {
      const char c = text_[at_++];
      if (c == quote) {
        Emit(kind, start, at_);
        return true;
      }
      if (c == '\\') {
        if (at_ >= text_.size() || text_[at_] == '\n') break;
        ++at_;
      }
    }
    return Fail(start, at_, message);
  }

  bool RawString(std::size_t start) {
    const std::size_t close = text_.find('`', at_);
    if (close == std::string_view::npos)
      return Fail(start, text_.size(), "raw string is not closed");
    at_ = close + 1;
    Emit(TokenKind::kRawString, start, at_);
    return true;
  }

  void SkipName() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x80) {
        if (!IsLetterOrDigit(static_cast<unsigned char>(c))) return;
        ++at_;
      } else {
        const Decoded decoded = DecodeRune(text_.substr(at_));
        if (!IsLetterOrDigit(decoded.rune)) return;
        at_ += decoded.size;
      }
    }
  }

  [[nodiscard]] bool AtTerminator() const {
    if (at_ >= text_.size()) return true;
    switch (text_[at_]) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case '.':
      case ',':
      case '|':
      case ':':
      case ')':
      case '(':
        return true;
      default:
        return HasAt(at_, "}}");
    }
  }

  bool BadCharacter() {
    const std::size_t bad = at_;
    const std::size_t size = std::max<std::size_t>(DecodeRune(text_.substr(bad)).size, 1);
    return Fail(bad, bad + size,
                "unexpected character " + std::string(text_.substr(bad, size)) + " behind a name");
  }

  // A field or variable, of which the first character is read; `alone` when nothing follows it.
  bool Name(std::size_t start, TokenKind kind, TokenKind alone) {
    if (AtTerminator()) {
      Emit(alone, start, at_);
      return true;
    }
    SkipName();
    if (!AtTerminator()) return BadCharacter();
    Emit(kind, start, at_);
    return true;
  }

  bool WordOrCharacter(std::size_t start) {
    at_ = start;
    SkipName();
    if (at_ == start) {
      const Decoded decoded = DecodeRune(text_.substr(start));
      if (decoded.rune >= 0x80 || !IsPrint(decoded.rune)) {
        return Fail(start, start + decoded.size, "unexpected character in an action");
      }
      Emit(TokenKind::kCharacter, start, ++at_);
      return true;
    }
    if (!AtTerminator()) return BadCharacter();
    const std::string_view word = text_.substr(start, at_ - start);
    for (const auto& [keyword, kind] : kKeywords) {
      if (word == keyword) {
        Emit(kind, start, at_);
        return true;
      }
    }
    Emit(TokenKind::kIdentifier, start, at_);
    return true;
  }

  bool Accept(std::string_view characters) {
    if (at_ >= text_.size() || characters.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  void AcceptRun(std::string_view characters) {
    while (Accept(characters)) {
    }
  }

  // The outer shape of a number only; whether it is one is found out when its value is read.
  bool ScanNumber() {
    static constexpr std::string_view kDecimal = "0123456789_";
    static constexpr std::string_view kHex = "0123456789abcdefABCDEF_";
    Accept("+-");
    std::string_view digits = kDecimal;
    if (Accept("0")) {
      if (Accept("xX")) {
        digits = kHex;
      } else if (Accept("oO")) {
        digits = "01234567_";
      } else if (Accept("bB")) {
        digits = "01_";
      }
    }
    AcceptRun(digits);
    if (Accept(".")) AcceptRun(digits);
    if ((digits == kDecimal && Accept("eE")) || (digits == kHex && Accept("pP"))) {
      Accept("+-");
      AcceptRun(kDecimal);
    }
    Accept("i");
    const Decoded next = DecodeRune(text_.substr(at_));
    if (next.size == 0 || !IsLetterOrDigit(next.rune)) return true;
    at_ += next.size;
    return false;
  }

  bool Number(std::size_t start) {
    at_ = start;
    if (!ScanNumber())
      return Fail(start, at_, "bad number " + std::string(text_.substr(start, at_ - start)));
    if (At(at_) == '+' || At(at_) == '-') {
      if (!ScanNumber() || text_[at_ - 1] != 'i') {
        return Fail(start, at_, "bad number " + std::string(text_.substr(start, at_ - start)));
      }
      Emit(TokenKind::kComplex, start, at_);
      return true;
    }
    Emit(TokenKind::kNumber, start, at_);
    return true;
  }

  std::string_view text_;
  Tokens& tokens_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;  // where the action at hand starts
  int paren_depth_ = 0;
  bool done_ = false;
};

}  // namespace

void Lex(std::string_view text, Tokens& tokens) {
  tokens.list.clear();
  tokens.error_message.clear();
  Lexer(text, tokens).Run();
}

}  // namespace promql::tmpl

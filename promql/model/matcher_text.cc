// SPDX-License-Identifier: Apache-2.0
// Matchers as text: printing them, and the two grammars that read them. The classic one cuts braces
// and commas and is fond of bare text; the UTF-8 one reads tokens. Alertmanager's default runs both
// and prefers the classic answer where both have one and they differ.
#include <algorithm>
#include <optional>
#include <utility>

#include "promql/model/go_text.h"
#include "promql/model/matcher.h"

namespace promql {

namespace {

bool IsReserved(char32_t rune) {
  static constexpr std::string_view kReserved = "{}!=~,\\\"'`";
  return IsSpace(rune) ||
         (rune < 0x80 && kReserved.find(static_cast<char>(rune)) != std::string_view::npos);
}

using Parsed = std::expected<Matchers, MatcherSyntaxError>;

std::unexpected<MatcherSyntaxError> Fail(std::string message, std::size_t offset) {
  return std::unexpected(MatcherSyntaxError{std::move(message), offset});
}

// `!=`, `!~`, `=~`, `=` at the front of the text.
struct Operator {
  MatchOp op;
  std::size_t length;
};

std::optional<Operator> OperatorAt(std::string_view text) {
  if (text.starts_with("=~")) return Operator{MatchOp::kRegex, 2};
  if (text.starts_with("!=")) return Operator{MatchOp::kNotEqual, 2};
  if (text.starts_with("!~")) return Operator{MatchOp::kNotRegex, 2};
  if (text.starts_with("=")) return Operator{MatchOp::kEqual, 1};
  return std::nullopt;
}

constexpr std::string_view kNoOperator = "expected an operator: =, !=, =~ or !~";

// --- The UTF-8 grammar
// ------------------------------------------------------------------------------------------------

class Utf8Parser {
 public:
  explicit Utf8Parser(std::string_view text) : text_(text) {}

  Parsed Run() {
    Matchers matchers;
    SkipSpace();
    const bool is_braced = Take('{');
    bool is_after_matcher = false;
    while (!AtEnd() && Peek() != '}') {
      if (is_after_matcher) {
        if (!Take(',')) return Fail("expected a comma or closing brace", at_);
        is_after_matcher = false;
        if (AtEnd() || Peek() == '}') break;
      }
      auto matcher = One();
      if (!matcher) return std::unexpected(std::move(matcher).error());
      matchers.push_back(*std::move(matcher));
      is_after_matcher = true;
    }
    if (is_braced && !Take('}')) return Fail("expected a closing brace", at_);
    if (!is_braced && !AtEnd()) return Fail("closing brace without an opening one", at_);
    if (!AtEnd()) return Fail("unexpected text behind the closing brace", at_);
    return matchers;
  }

 private:
  [[nodiscard]] bool AtEnd() const { return at_ >= text_.size(); }
  [[nodiscard]] char Peek() const { return text_[at_]; }

  void SkipSpace() {
    while (!AtEnd()) {
      const Rune rune = DecodeRune(text_.substr(at_));
      if (!IsSpace(rune.value)) break;
      at_ += rune.width;
    }
  }

  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    SkipSpace();
    return true;
  }

  std::expected<Matcher, MatcherSyntaxError> One() {
    auto name = Word("expected a label name");
    if (!name) return std::unexpected(std::move(name).error());
    const auto op = OperatorAt(text_.substr(at_));
    if (!op) return Fail(std::string(kNoOperator), at_);
    at_ += op->length;
    SkipSpace();
    const std::size_t value_at = at_;
    auto value = Word("expected a label value");
    if (!value) return std::unexpected(std::move(value).error());
    auto matcher = Matcher::Make(*std::move(name), op->op, *std::move(value));
    if (!matcher) return Fail(std::move(matcher).error(), value_at);
    return *std::move(matcher);
  }

  // A quoted or bare word with the white space behind it.
  std::expected<std::string, MatcherSyntaxError> Word(std::string_view expected) {
    const std::size_t start = at_;
    if (!AtEnd() && Peek() == '"') return Quoted();
    while (!AtEnd()) {
      const Rune rune = DecodeRune(text_.substr(at_));
      if (!rune.is_valid || IsReserved(rune.value)) break;
      at_ += rune.width;
    }
    if (at_ == start) return Fail(std::string(expected), at_);
    std::string word(text_.substr(start, at_ - start));
    SkipSpace();
    return word;
  }

  std::expected<std::string, MatcherSyntaxError> Quoted() {
    const std::size_t start = at_;
    for (++at_; !AtEnd() && Peek() != '"'; ++at_) {
      if (Peek() == '\\') ++at_;
    }
    if (AtEnd()) {
      at_ = text_.size();
      return Fail("missing closing double quote", start);
    }
    ++at_;
    auto value = Unquote(text_.substr(start, at_ - start));
    if (!value || !IsValidUtf8(*value))
      return Fail("invalid escape or character in double quotes", start);
    SkipSpace();
    return *std::move(value);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// --- The classic grammar
// ----------------------------------------------------------------------------------------------

bool IsAsciiSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

std::string_view TrimAsciiSpace(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool IsNameChar(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

// The value between the outer double quotes, or bare.
std::optional<std::string> ClassicValue(std::string_view raw) {
  bool expects_quote = raw.starts_with('"');
  if (expects_quote) raw.remove_prefix(1);
  std::string value;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool is_last = i + 1 == raw.size();
    if (raw[i] == '\\' && !is_last) {
      const char next = raw[++i];
      if (next == 'n') {
        value += '\n';
      } else {
        if (next != '"' && next != '\\') value += '\\';
        value += next;
      }
    } else if (raw[i] == '"') {
      if (!expects_quote || !is_last) return std::nullopt;
      expects_quote = false;
    } else {
      value += raw[i];
    }
  }
  if (expects_quote) return std::nullopt;
  return value;
}

// `offset`: where `item` begins in the whole text.
std::expected<Matcher, MatcherSyntaxError> ClassicMatcher(std::string_view item,
                                                          std::size_t offset) {
  std::string_view text = TrimAsciiSpace(item);
  offset += static_cast<std::size_t>(text.data() - item.data());
  std::size_t length = 0;
  while (length < text.size() && (length == 0 ? IsNameStart(text[0]) : IsNameChar(text[length])))
    ++length;
  if (length == 0) return Fail("expected a label name", offset);
  const std::string_view name = text.substr(0, length);
  while (length < text.size() && IsAsciiSpace(text[length])) ++length;
  const auto op = OperatorAt(text.substr(length));
  if (!op) return Fail(std::string(kNoOperator), offset + length);
  const std::string_view raw = TrimAsciiSpace(text.substr(length + op->length));
  const std::size_t value_at = raw.empty()
                                   ? offset + text.size()
                                   : offset + static_cast<std::size_t>(raw.data() - text.data());
  if (!IsValidUtf8(raw)) return Fail("value is not valid UTF-8", value_at);
  auto value = ClassicValue(raw);
  if (!value) return Fail("value contains an unescaped double quote", value_at);
  auto matcher = Matcher::Make(std::string(name), op->op, *std::move(value));
  if (!matcher) return Fail(std::move(matcher).error(), value_at);
  return *std::move(matcher);
}

// The items between commas that stand outside of double quotes.
std::vector<std::string_view> ClassicItems(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t start = 0;
  bool is_quoted = false;
  bool is_escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',') {  // leaves is_escaped as it is, as Alertmanager does
      if (is_quoted) continue;
      items.push_back(text.substr(start, i - start));
      start = i + 1;
    } else if (c == '"') {
      if (!is_escaped) is_quoted = !is_quoted;
      is_escaped = false;
    } else if (c == '\\') {
      is_escaped = !is_escaped;
    } else {
      is_escaped = false;
    }
  }
  const std::string_view last = TrimSpace(text.substr(start));
  if (!last.empty()) items.push_back(last);
  return items;
}

Parsed ParseClassic(std::string_view text) {
  std::string_view inside = text;
  if (inside.starts_with('{')) inside.remove_prefix(1);
  if (inside.ends_with('}')) inside.remove_suffix(1);
  Matchers matchers;
  for (const std::string_view item : ClassicItems(inside)) {
    auto matcher = ClassicMatcher(item, static_cast<std::size_t>(item.data() - text.data()));
    if (!matcher) return std::unexpected(std::move(matcher).error());
    matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

std::expected<Matcher, MatcherSyntaxError> Single(Parsed parsed) {
  if (!parsed) return std::unexpected(std::move(parsed).error());
  if (parsed->size() != 1)
    return Fail("expected one matcher, found " + std::to_string(parsed->size()), 0);
  return std::move(parsed->front());
}

// The default: what one of the two makes of it, the classic answer when both have one. Errors are
// told in the words of the grammar that the text seems meant for.
template <class T>
std::expected<T, MatcherSyntaxError> Prefer(std::expected<T, MatcherSyntaxError> utf8,
                                            std::expected<T, MatcherSyntaxError> classic) {
  if (classic) return classic;
  return utf8;
}

}  // namespace

std::string Matcher::Canonical() const {
  bool is_quoted = false;
  for (std::string_view rest = name_; !rest.empty(); rest.remove_prefix(DecodeRune(rest).width)) {
    is_quoted = is_quoted || IsReserved(DecodeRune(rest).value);
  }
  std::string text = is_quoted ? Quote(name_) : name_;
  text += Text(op_);
  if (is_quoted) return text + Quote(value_);
  text += '"';
  for (const char c : value_) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string Canonical(std::span<const Matcher> matchers) {
  std::string text = "{";
  for (const Matcher& matcher : matchers) {
    if (text.size() > 1) text += ',';
    text += matcher.Canonical();
  }
  return text + '}';
}

std::expected<Matchers, MatcherSyntaxError> ParseMatchers(std::string_view text,
                                                          MatcherGrammar grammar) {
  switch (grammar) {
    case MatcherGrammar::kUtf8:
      return Utf8Parser(text).Run();
    case MatcherGrammar::kClassic:
      return ParseClassic(text);
    case MatcherGrammar::kFallback:
      break;
  }
  return Prefer(Utf8Parser(text).Run(), ParseClassic(text));
}

std::expected<Matcher, MatcherSyntaxError> ParseMatcher(std::string_view text,
                                                        MatcherGrammar grammar) {
  if (grammar == MatcherGrammar::kClassic) return ClassicMatcher(text, 0);
  if (text.starts_with('{') || text.ends_with('}'))
    return Fail("unexpected brace around a single matcher", 0);
  if (grammar == MatcherGrammar::kUtf8) return Single(Utf8Parser(text).Run());
  return Prefer(Single(Utf8Parser(text).Run()), ClassicMatcher(text, 0));
}

}  // namespace promql

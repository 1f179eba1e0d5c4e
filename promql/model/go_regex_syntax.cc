// SPDX-License-Identifier: Apache-2.0
#include "promql/model/go_regex_syntax.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "promql/model/go_regex_classes.h"
#include "promql/model/go_text.h"

namespace promql {
namespace {

constexpr int kMaxRepeat = 1000;
constexpr int kMaxHeight = 1000;
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool IsAlnum(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char32_t c) {
  const auto lower = static_cast<char>(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
  const auto at = c < 0x80 ? kHexDigits.find(lower) : std::string_view::npos;
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

void AppendCodePoint(std::string& out, char32_t rune) {
  out += "\\x{";
  std::string hex;
  do {
    hex.insert(hex.begin(), kHexDigits[rune & 0xfU]);
    rune >>= 4U;
  } while (rune != 0);
  out += hex;
  out += '}';
}

void AppendLiteral(std::string& out, char32_t rune) {
  if (IsAlnum(rune) || rune == '_' || rune == ' ') {
    out += static_cast<char>(rune);
  } else if (rune >= 0x21 && rune < 0x7f) {
    out += '\\';
    out += static_cast<char>(rune);
  } else if (rune >= 0xa0 && (rune < 0xd800 || rune > 0xdfff)) {
    AppendRune(out, rune);
  } else {
    AppendCodePoint(out, rune);
  }
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) { frames_.emplace_back(); }

  std::expected<Re2Pattern, std::string> Run() {
    out_.group_names.emplace_back();
    bool was_repeat = false;
    while (error_.empty() && !rest_.empty()) was_repeat = Step(was_repeat);
    if (error_.empty() && frames_.size() != 1) error_ = "missing closing )";
    if (!error_.empty()) return std::unexpected(error_);
    return std::move(out_);
  }

 private:
  // An open group: what is known of the alternatives so far. Weight is the product of nested repeat
  // counts.
  struct Frame {
    bool is_capture = false;
    bool has_atom = false;  // something that a repeat operator could apply to
    bool ends_in_literal = false;
    int atoms = 0;  // of the current alternative
    int alternatives = 1;
    int weight = 1;  // largest in the group
    int height = 1;
    int last_weight = 1;  // of the last atom
    int last_height = 1;
  };

  void Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

  // One token; tells whether it was a repeat operator.
  bool Step(bool was_repeat) {
    switch (rest_.front()) {
      case '(':
        OpenGroup();
        return false;
      case ')':
        CloseGroup();
        return false;
      case '|':
        rest_.remove_prefix(1);
        out_.text += '|';
        frames_.back().has_atom = false;
        frames_.back().atoms = 0;
        ++frames_.back().alternatives;
        return false;
      case '^':
      case '$':
      case '.':
        out_.text += rest_.front();
        rest_.remove_prefix(1);
        Atom(1, 1);
        return false;
      case '[':
        Bracket();
        return false;
      case '*':
      case '+':
      case '?': {
        const char op = rest_.front();
        rest_.remove_prefix(1);
        Repeat(std::string(1, op), 1, false, was_repeat);
        return true;
      }
      case '{':
        return Braces(was_repeat);
      case '\\':
        Backslash();
        return false;
      default:
        if (const auto rune = TakeRune()) Literal(*rune);
        return false;
    }
  }

  std::optional<char32_t> TakeRune() {
    const Rune rune = DecodeRune(rest_);
    if (!rune.is_valid) {
      Fail("invalid UTF-8");
      return std::nullopt;
    }
    rest_.remove_prefix(rune.width);
    return rune.value;
  }

  void Literal(char32_t rune) {
    AppendLiteral(out_.text, rune);
    const bool continues = frames_.back().ends_in_literal;
    Atom(1, 1);
    if (continues) --frames_.back().atoms;
    frames_.back().ends_in_literal = true;
  }

  void Atom(int weight, int height) {
    Frame& frame = frames_.back();
    frame.has_atom = true;
    frame.ends_in_literal = false;
    ++frame.atoms;
    frame.last_weight = weight;
    frame.last_height = height;
    Grow(frame);
  }

  void Grow(Frame& frame) {
    frame.weight = std::max(frame.weight, frame.last_weight);
    const int around = (frame.atoms > 1 ? 1 : 0) + (frame.alternatives > 1 ? 1 : 0);
    frame.height = std::max(frame.height, frame.last_height + around);
    if (frame.height > kMaxHeight) Fail("expression nests too deeply");
  }

  // `count` is what the operator multiplies nested counts by; 0 makes what it holds irrelevant.
  void Repeat(const std::string& op, int count, bool is_checked, bool was_repeat) {
    std::string text = op;
    if (!rest_.empty() && rest_.front() == '?') {
      rest_.remove_prefix(1);
      text += '?';
    }
    if (was_repeat) return Fail("invalid nested repetition operator: `" + text + "`");
    Frame& frame = frames_.back();
    if (!frame.has_atom) return Fail("missing argument to repetition operator: `" + op + "`");
    frame.last_weight = count == 0 ? 1 : std::min(count * frame.last_weight, kMaxRepeat + 1);
    if (is_checked && frame.last_weight > kMaxRepeat)
      return Fail("invalid repeat count: `" + op + "`");
    ++frame.last_height;
    frame.ends_in_literal = false;
    Grow(frame);
    out_.text += text;
  }

  // A number without leading zeros; -1 when it is too big, nothing when there is none.
  static std::optional<int> TakeCount(std::string_view& text) {
    if (text.empty() || !IsDigit(text.front())) return std::nullopt;
    if (text.size() >= 2 && text[0] == '0' && IsDigit(text[1])) return std::nullopt;
    int value = 0;
    for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1)) {
      if (value >= 0) value = value * 10 + (text.front() - '0');
      if (value > kMaxRepeat) value = -1;
    }
    return value;
  }

  bool Braces(bool was_repeat) {
    const std::string_view before = rest_;
    std::string_view text = rest_.substr(1);
    const auto min = TakeCount(text);
    auto max = min;
    bool is_open = false;
    if (min && text.starts_with(',')) {
      text.remove_prefix(1);
      is_open = text.starts_with('}');
      if (!is_open) max = TakeCount(text);
    }
    if (!min || !max || !text.starts_with('}')) {
      rest_.remove_prefix(1);
      Literal('{');
      return false;
    }
    text.remove_prefix(1);
    const std::string op(before.substr(0, before.size() - text.size()));
    rest_ = text;
    if (*min < 0 || (!is_open && (*max < 0 || *min > *max))) {
      Fail("invalid repeat count: `" + op + "`");
      return true;
    }
    const int count = is_open ? std::max(*min, 1) : *max;
    const bool is_checked = *min >= 2 || (!is_open && *max >= 2);
    Repeat(op, count, is_checked, was_repeat);
    return true;
  }

  void OpenGroup() {
    if (rest_.starts_with("(?")) return OpenSpecialGroup();
    rest_.remove_prefix(1);
    OpenCapture({});
  }

  void OpenCapture(std::string name) {
    out_.text += '(';
    out_.group_names.push_back(std::move(name));
    frames_.push_back({.is_capture = true});
  }

  void OpenSpecialGroup() {
    const bool is_p = rest_.size() > 4 && rest_.starts_with("(?P<");
    const bool is_plain = rest_.size() > 3 && rest_.starts_with("(?<");
    if (is_p || is_plain) {
      const std::size_t start = is_p ? 4 : 3;
      const std::size_t end = rest_.find('>');
      const std::string_view name =
          end == std::string_view::npos ? "" : rest_.substr(start, end - start);
      const auto is_word = [](char c) {
        return c == '_' || IsAlnum(static_cast<unsigned char>(c));
      };
      if (name.empty() || !std::ranges::all_of(name, is_word))
        return Fail("invalid named capture: `(?<`");
      OpenCapture(std::string(name));
      rest_.remove_prefix(end + 1);
      return;
    }
    const std::string_view before = rest_;
    rest_.remove_prefix(2);
    bool is_negative = false;
    bool saw_flag = false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == 'i' || c == 'm' || c == 's' || c == 'U') {
        saw_flag = true;
      } else if (c == '-' && !is_negative) {
        is_negative = true;
        saw_flag = false;
      } else if ((c == ':' || c == ')') && (!is_negative || saw_flag)) {
        const std::string_view flags = before.substr(0, before.size() - rest_.size());
        if (flags != "(?)") out_.text += flags;
        if (c == ':') frames_.emplace_back();
        return;
      } else {
        break;
      }
    }
    Fail("invalid or unsupported Perl syntax: `" +
         std::string(before.substr(0, before.size() - rest_.size())) + "`");
  }

  void CloseGroup() {
    if (frames_.size() == 1) return Fail("unexpected )");
    rest_.remove_prefix(1);
    out_.text += ')';
    const Frame group = frames_.back();
    frames_.pop_back();
    Atom(group.weight, group.height + (group.is_capture ? 1 : 0));
  }

  void Backslash() {
    if (rest_.size() >= 2) {
      const char c = rest_[1];
      if (c == 'A' || c == 'b' || c == 'B' || c == 'z' || IsPerlClass(c)) {
        out_.text += rest_.substr(0, 2);
        rest_.remove_prefix(2);
        return Atom(1, 1);
      }
      if (c == 'C') return Fail("invalid escape sequence: `\\C`");
      if (c == 'Q') return QuotedRun();
      if (c == 'p' || c == 'P') {
        const auto unicode = TakeUnicodeClass();
        if (!unicode) return;
        out_.text += unicode->is_negated ? "[^" : "[";
        out_.text += unicode->inside + "]";
        return Atom(1, 1);
      }
    }
    if (const auto rune = TakeEscape()) Literal(*rune);
  }

  static bool IsPerlClass(char c) {
    return std::string_view("dDsSwW").find(c) != std::string_view::npos;
  }

  void QuotedRun() {
    rest_.remove_prefix(2);
    const std::size_t end = rest_.find("\\E");
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
    for (std::swap(text, rest_); !rest_.empty() && error_.empty();) {
      if (const auto rune = TakeRune()) Literal(*rune);
    }
    std::swap(text, rest_);
  }

  // `\p{Greek}`, `\pN`, `\P{^Lu}` at the front.
  std::optional<UnicodeClass> TakeUnicodeClass() {
    bool is_negated = rest_[1] == 'P';
    const std::string_view before = rest_;
    rest_.remove_prefix(2);
    std::string_view name;
    if (rest_.starts_with('{')) {
      const std::size_t end = rest_.find('}');
      if (end == std::string_view::npos) {
        Fail("invalid character class range: `" + std::string(before) + "`");
        return std::nullopt;
      }
      name = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
    } else {
      const std::string_view start = rest_;
      if (rest_.empty() || !TakeRune()) {
        Fail("invalid character class range: `\\p`");
        return std::nullopt;
      }
      name = start.substr(0, start.size() - rest_.size());
    }
    if (name.starts_with('^')) {
      is_negated = !is_negated;
      name.remove_prefix(1);
    }
    const std::string canonical = CanonicalClassName(name);
    const auto is_letter = [](char c) {
      return IsAlnum(static_cast<unsigned char>(c)) && !IsDigit(c);
    };
    if (canonical.empty() || !std::ranges::all_of(canonical, is_letter)) {
      Fail("invalid character class range: `" +
           std::string(before.substr(0, before.size() - rest_.size())) + "`");
      return std::nullopt;
    }
    return UnicodeClassNamed(canonical, is_negated);
  }

  // A single-character escape at the front, backslash included.
  std::optional<char32_t> TakeEscape() {
    const std::string_view before = rest_;
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      Fail("trailing backslash at end of expression");
      return std::nullopt;
    }
    const auto c = TakeRune();
    if (!c) return std::nullopt;
    if (const auto value = EscapeValue(*c)) return value;
    Fail("invalid escape sequence: `" +
         std::string(before.substr(0, before.size() - rest_.size())) + "`");
    return std::nullopt;
  }

  std::optional<char32_t> EscapeValue(char32_t c) {
    if (c >= '1' && c <= '7' && (rest_.empty() || rest_.front() < '0' || rest_.front() > '7'))
      return std::nullopt;
    if (c >= '0' && c <= '7') {
      char32_t value = c - '0';
      for (int i = 1; i < 3 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '7';
           ++i) {
        value = value * 8 + static_cast<char32_t>(rest_.front() - '0');
        rest_.remove_prefix(1);
      }
      return value;
    }
    switch (c) {
      case 'x':
        return HexEscape();
      case 'a':
        return '\a';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      default:
        break;
    }
    if (c < 0x80 && !IsAlnum(c)) return c;
    return std::nullopt;
  }

  std::optional<char32_t> HexEscape() {
    if (rest_.empty()) return std::nullopt;
    const auto first = TakeRune();
    if (!first) return std::nullopt;
    if (*first != '{') {
      const auto second = rest_.empty() ? std::nullopt : TakeRune();
      if (!second || HexValue(*first) < 0 || HexValue(*second) < 0) return std::nullopt;
      return static_cast<char32_t>(HexValue(*first) * 16 + HexValue(*second));
    }
    char32_t value = 0;
    for (int digits = 0;; ++digits) {
      if (rest_.empty()) return std::nullopt;
      const auto c = TakeRune();
      if (!c) return std::nullopt;
      if (*c == '}') return digits > 0 ? std::optional(value) : std::nullopt;
      if (HexValue(*c) < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(HexValue(*c));
      if (value > 0x10ffff) return std::nullopt;
    }
  }

  void Bracket() {
    const std::string_view before = rest_;
    rest_.remove_prefix(1);
    BracketText bracket;
    bracket.is_negated = rest_.starts_with('^');
    if (bracket.is_negated) rest_.remove_prefix(1);
    for (bool is_first = true; is_first || !rest_.starts_with(']'); is_first = false) {
      if (rest_.empty()) return Fail("missing closing ]: `" + std::string(before) + "`");
      if (!BracketItem(before, bracket)) return;
    }
    rest_.remove_prefix(1);
    out_.text += bracket.Finish();
    Atom(1, 1);
  }

  bool BracketItem(std::string_view whole, BracketText& bracket) {
    std::string& inside = bracket.inside;
    if (rest_.starts_with("[:")) {
      const std::size_t end = rest_.find(":]", 2);
      if (end != std::string_view::npos) return NamedClass(end + 2, inside);
    }
    if (rest_.starts_with("\\p") || rest_.starts_with("\\P")) {
      const auto unicode = TakeUnicodeClass();
      if (unicode) bracket.Add(*unicode);
      return unicode.has_value();
    }
    if (rest_.size() >= 2 && rest_[0] == '\\' && IsPerlClass(rest_[1])) {
      inside += rest_.substr(0, 2);
      rest_.remove_prefix(2);
      return true;
    }
    const std::string_view range = rest_;
    const auto low = ClassRune(whole);
    if (!low) return false;
    auto high = low;
    if (rest_.size() >= 2 && rest_[0] == '-' && rest_[1] != ']') {
      rest_.remove_prefix(1);
      high = ClassRune(whole);
      if (!high) return false;
      if (*high < *low) {
        Fail("invalid character class range: `" +
             std::string(range.substr(0, range.size() - rest_.size())) + "`");
        return false;
      }
    }
    AppendCodePoint(inside, *low);
    if (*high != *low) {
      inside += '-';
      AppendCodePoint(inside, *high);
    }
    return true;
  }

  bool NamedClass(std::size_t length, std::string& inside) {
    const std::string_view text = rest_.substr(0, length);
    if (!IsPosixClass(text.substr(2, length - 4))) {
      Fail("invalid character class range: `" + std::string(text) + "`");
      return false;
    }
    inside += text;
    rest_.remove_prefix(length);
    return true;
  }

  std::optional<char32_t> ClassRune(std::string_view whole) {
    if (rest_.empty()) {
      Fail("missing closing ]: `" + std::string(whole) + "`");
      return std::nullopt;
    }
    return rest_.front() == '\\' ? TakeEscape() : TakeRune();
  }

  std::string_view rest_;
  Re2Pattern out_;
  std::string error_;
  std::vector<Frame> frames_;
};

}  // namespace

std::expected<Re2Pattern, std::string> TranslateGoRegex(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace promql

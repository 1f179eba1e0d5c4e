// SPDX-License-Identifier: Apache-2.0
#include "promql/syntax/regex_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "promql/model/go_text.h"
#include "promql/syntax/characters.h"

namespace promql {
namespace {

// Go's limits: nesting, one repetition, all nested repetitions multiplied, and instructions.
constexpr int kMaxHeight = 1000;
constexpr int kMaxRepeat = 1000;
constexpr std::int64_t kMaxSize = (128 << 20) / 40;

// \p{…} names, lower case and without separators: categories, their long names, scripts of one
// word, and Any, Assigned, ASCII. Go 1.26 does not find scripts of several words.
constexpr std::string_view kUnicodeClasses =
    " adlam ahom any arabic armenian ascii assigned avestan balinese bamum batak bengali bhaiksuki "
    "bopomofo brahmi braille"
    " buginese buhid c carian casedletter cc cf chakma cham cherokee chorasmian closepunctuation "
    "cn cntrl co combiningmark"
    " common connectorpunctuation control coptic cs cuneiform currencysymbol cypriot cyrillic "
    "dashpunctuation"
    " decimalnumber deseret devanagari digit dogra duployan elbasan elymaic enclosingmark ethiopic "
    "finalpunctuation format"
    " georgian glagolitic gothic grantha greek gujarati gurmukhi han hangul hanunoo hatran hebrew "
    "hiragana inherited"
    " initialpunctuation javanese kaithi kannada katakana kawi kharoshthi khmer khojki khudawadi l "
    "lao latin lc lepcha"
    " letter letternumber limbu lineseparator lisu ll lm lo lowercaseletter lt lu lycian lydian m "
    "mahajani makasar"
    " malayalam mandaic manichaean marchen mark mathsymbol mc me medefaidrin miao mn modi "
    "modifierletter modifiersymbol"
    " mongolian mro multani myanmar n nabataean nandinagari nd newa nko nl no nonspacingmark "
    "number nushu ogham"
    " openpunctuation oriya osage osmanya other otherletter othernumber otherpunctuation "
    "othersymbol p palmyrene"
    " paragraphseparator pc pd pe pf phoenician pi po privateuse ps punct punctuation rejang runic "
    "s samaritan saurashtra"
    " sc separator sharada shavian siddham sinhala sk sm so sogdian soyombo spaceseparator "
    "spacingmark sundanese surrogate"
    " symbol syriac tagalog tagbanwa takri tamil tangsa tangut telugu thaana thai tibetan tifinagh "
    "tirhuta"
    " titlecaseletter toto ugaritic unassigned uppercaseletter vai vithkuqi wancho yezidi yi z zl "
    "zp zs ";

constexpr auto kPosixClasses = std::to_array<std::string_view>(
    {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
     "space", "upper", "word", "xdigit"});

// What is known of a part of the pattern.
struct Part {
  bool empty = false;  // matches the empty string
  int repeat = 1;      // largest product of repetitions on a path down
  int height = 1;
  std::int64_t size = 1;
};

struct Failure {
  std::string_view reason;
  std::string_view quoted;
};

// Recursive descent over groups; a failure stops it.
class Checker {
 public:
  explicit Checker(std::string_view pattern) : all_(pattern), rest_(pattern) {}

  std::expected<RegexFacts, std::string> Run() {
    const Part whole = Alternation(0);
    if (!failure_ && !rest_.empty()) Fail("unexpected `)`", all_);
    if (failure_) {
      return std::unexpected("bad regular expression: " + std::string(failure_->reason) + " in " +
                             Quote(failure_->quoted));
    }
    return RegexFacts{whole.empty};
  }

 private:
  void Fail(std::string_view reason, std::string_view quoted) {
    if (!failure_) failure_ = Failure{reason, quoted};
  }
  [[nodiscard]] bool StartsWith(char c) const { return !rest_.empty() && rest_.front() == c; }
  [[nodiscard]] std::string_view Since(std::string_view before) const {
    return before.substr(0, before.size() - rest_.size());
  }

  char32_t TakeRune() {
    const Rune rune = DecodeRune(rest_);
    if (rune.width != 0 && !rune.is_valid) Fail("invalid UTF-8", rest_);
    rest_.remove_prefix(rune.width);
    return rune.value;
  }

  // Alternatives up to a `)` or the end.
  Part Alternation(int depth) {
    if (depth >= kMaxHeight) Fail("groups nest too deeply", all_);
    std::optional<Part> alternatives;
    std::optional<Part> sequence;  // all parts but the last
    std::optional<Part> last;
    std::string_view last_repeat;
    const auto fold = [&] {
      if (last)
        sequence = sequence ? Join(*sequence, *last, sequence->empty && last->empty) : *last;
      last.reset();
    };
    const auto close = [&] {
      fold();
      const Part part = sequence.value_or(Part{.empty = true});
      alternatives =
          alternatives ? Join(*alternatives, part, alternatives->empty || part.empty) : part;
      sequence.reset();
    };
    while (!failure_ && !rest_.empty() && rest_.front() != ')') {
      const std::string_view before = rest_;
      std::string_view repeat;
      switch (rest_.front()) {
        case '|':
          rest_.remove_prefix(1);
          close();
          break;
        case '*':
        case '+':
        case '?': {
          const char op = rest_.front();
          rest_.remove_prefix(1);
          Repeat(before, last_repeat, last, op == '+' ? 1 : 0, op == '?' ? 1 : -1, false);
          repeat = before;
          break;
        }
        case '{':
          if (const auto bounds = TakeBounds()) {
            if (bounds->first < 0 || bounds->first > kMaxRepeat || bounds->second > kMaxRepeat ||
                (bounds->second >= 0 && bounds->first > bounds->second)) {
              Fail("invalid repeat count", Since(before));
              break;
            }
            Repeat(before, last_repeat, last, bounds->first, bounds->second, true);
            repeat = before;
            break;
          }
          rest_.remove_prefix(1);
          fold();
          last = Part{};
          break;
        case '(':
          if (const auto group = Group(depth)) {
            fold();
            last = group;
          }
          break;
        default: {
          const auto part = Atom();
          if (part) {
            fold();
            last = part;
          }
        }
      }
      last_repeat = repeat;
    }
    close();
    return alternatives.value_or(Part{});
  }

  static Part Join(const Part& a, const Part& b, bool empty) {
    return {empty, std::max(a.repeat, b.repeat),
            std::max(a.height, b.height) + (a.height == 1 && b.height == 1 ? 0 : 1),
            a.size + b.size};
  }

  void Repeat(std::string_view before, std::string_view last_repeat, std::optional<Part>& part,
              int min, int max, bool counted) {
    if (StartsWith('?')) rest_.remove_prefix(1);
    if (!last_repeat.empty()) return Fail("invalid nested repetition operator", Since(last_repeat));
    if (!part) return Fail("missing argument to repetition operator", Since(before));
    part->empty = part->empty || min == 0;
    part->height += 1;
    if (!counted) {
      part->size += 1;
      return;
    }
    const int factor = max == 0 ? 0 : max < 0 ? std::max(min, 1) : max;
    part->repeat = factor == 0 ? 0 : factor * std::max(part->repeat, 1);
    if ((min >= 2 || max >= 2) && part->repeat > kMaxRepeat)
      return Fail("invalid repeat count", Since(before));
    part->size = max < 0 ? (min == 0 ? 2 + part->size : 1 + min * part->size)
                         : max * part->size + (max - min);
    part->size = std::max<std::int64_t>(part->size, 1);
    if (part->size > kMaxSize) Fail("expression too large", all_);
  }

  // `{2}`, `{2,}`, `{2,5}`; anything else is no repetition. -1 as the first for a number that is
  // far too large.
  std::optional<std::pair<int, int>> TakeBounds() {
    std::string_view text = rest_.substr(1);
    const auto number = [&]() -> std::optional<int> {
      if (text.empty() || !IsDigit(text[0])) return std::nullopt;
      if (text.size() >= 2 && text[0] == '0' && IsDigit(text[1])) return std::nullopt;
      int value = 0;
      while (!text.empty() && IsDigit(text[0])) {
        if (value >= 0) value = value >= 10'000'000 ? -1 : value * 10 + (text[0] - '0');
        text.remove_prefix(1);
      }
      return value;
    };
    auto min = number();
    if (!min || text.empty()) return std::nullopt;
    int max = *min;
    if (text[0] == ',') {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      if (text[0] == '}') {
        max = -1;
      } else {
        const auto second = number();
        if (!second) return std::nullopt;
        max = *second;
        if (max < 0) min = -1;
      }
    }
    if (text.empty() || text[0] != '}') return std::nullopt;
    rest_ = text.substr(1);
    return std::pair{*min, max};
  }

  // Nothing for a group that only sets flags.
  std::optional<Part> Group(int depth) {
    const std::string_view before = rest_;
    bool captures = true;
    if (rest_.size() >= 2 && rest_[1] == '?') {
      const bool with_p = rest_.size() > 4 && rest_[2] == 'P' && rest_[3] == '<';
      if (with_p || (rest_.size() > 3 && rest_[2] == '<')) {
        TakeName(with_p ? 4 : 3);
      } else {
        captures = false;
        if (TakeFlags() == ')') return std::nullopt;
      }
      if (failure_) return std::nullopt;
    } else {
      rest_.remove_prefix(1);
    }
    Part inner = Alternation(depth + 1);
    if (failure_) return std::nullopt;
    if (!StartsWith(')')) {
      Fail("missing closing `)`", all_);
      return std::nullopt;
    }
    rest_.remove_prefix(1);
    if (captures) {
      inner.height += 1;
      inner.size += 2;
    }
    if (inner.height > kMaxHeight) Fail("expression nests too deeply", Since(before));
    return inner;
  }

  void TakeName(std::size_t name_at) {
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) {
      return Fail(IsValidUtf8(rest_) ? "invalid named capture" : "invalid UTF-8", rest_);
    }
    const std::string_view name = rest_.substr(name_at, end - name_at);
    if (name.empty() || !std::ranges::all_of(name, IsAlphaNumeric)) {
      return Fail("invalid named capture", rest_.substr(0, end + 1));
    }
    rest_.remove_prefix(end + 1);
  }

  // After `(?`: returns the `:` or `)` that ends the flags.
  char32_t TakeFlags() {
    const std::string_view before = rest_;
    rest_.remove_prefix(2);
    bool negative = false;
    bool saw_flag = false;
    while (!rest_.empty() && !failure_) {
      const char32_t c = TakeRune();
      if (c == 'i' || c == 'm' || c == 's' || c == 'U') {
        saw_flag = true;
      } else if (c == '-' && !negative) {
        negative = true;
        saw_flag = false;
      } else if ((c == ':' || c == ')') && (!negative || saw_flag)) {
        return c;
      } else {
        break;
      }
    }
    Fail("invalid or unsupported Perl syntax", Since(before));
    return 0;
  }

  // One item that is no operator; nothing for an empty `\Q\E`.
  std::optional<Part> Atom() {
    switch (rest_.front()) {
      case '^':
      case '$':
        rest_.remove_prefix(1);
        return Part{.empty = true};
      case '[':
        CharacterClass();
        return Part{};
      case '\\':
        return Escape();
      default:
        TakeRune();
        return Part{};
    }
  }

  std::optional<Part> Escape() {
    const char next = rest_.size() >= 2 ? rest_[1] : '\0';
    switch (next) {
      case 'A':
      case 'z':
      case 'B':
        rest_.remove_prefix(2);
        return Part{.empty = true};
      case 'b':
        rest_.remove_prefix(2);
        return Part{};
      case 'C':
        Fail("invalid escape sequence", rest_.substr(0, 2));
        return std::nullopt;
      case 'Q':
        return QuotedLiteral();
      default:
        break;
    }
    if (TakeClassEscape() || failure_) return Part{};
    TakeCharacterEscape();
    return Part{};
  }

  std::optional<Part> QuotedLiteral() {
    rest_.remove_prefix(2);
    const std::size_t end = rest_.find("\\E");
    const std::string_view literal = rest_.substr(0, end);
    if (!IsValidUtf8(literal)) Fail("invalid UTF-8", literal);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
    if (literal.empty()) return std::nullopt;
    return Part{};
  }

  // `\d`, `\pL` and their kind.
  bool TakeClassEscape() {
    if (rest_.size() < 2 || rest_[0] != '\\') return false;
    const char c = rest_[1];
    if (std::string_view("dswDSW").find(c) != std::string_view::npos) {
      rest_.remove_prefix(2);
      return true;
    }
    if (c != 'p' && c != 'P') return false;
    const std::string_view before = rest_;
    rest_.remove_prefix(2);
    const std::string_view start = rest_;
    const char32_t first = TakeRune();
    if (failure_) return false;
    std::string_view name = Since(start);
    if (first == '{') {
      const std::size_t end = start.find('}');
      if (end == std::string_view::npos) {
        Fail("invalid character class range", before);
        return false;
      }
      name = start.substr(1, end - 1);
      rest_ = start.substr(end + 1);
    }
    if (!IsUnicodeClass(name)) Fail("invalid character class range", Since(before));
    return !failure_;
  }

  static bool IsUnicodeClass(std::string_view name) {
    if (!name.empty() && name[0] == '^') name.remove_prefix(1);
    std::string key = " ";
    for (const char c : name) {
      if (c == '_' || c == ' ' || c == '-') continue;
      key.push_back(ToLower(c));
    }
    key.push_back(' ');
    return key.size() > 2 && kUnicodeClasses.find(key) != std::string_view::npos;
  }

  // A backslash and what it makes of the following characters: the code point.
  char32_t TakeCharacterEscape() {
    const std::string_view before = rest_;
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      Fail("trailing backslash", before);
      return 0;
    }
    const char32_t c = TakeRune();
    if (failure_) return 0;
    if (c >= 0x80) {
      Fail("invalid escape sequence", Since(before));
      return 0;
    }
    const char letter = static_cast<char>(c);
    const auto is_octal = [&] { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '7'; };
    if (letter == '0' || (letter >= '1' && letter <= '7' && is_octal())) {
      char32_t value = c - '0';
      for (int i = 1; i < 3 && is_octal(); ++i) {
        value = value * 8 + static_cast<char32_t>(rest_[0] - '0');
        rest_.remove_prefix(1);
      }
      return value;
    }
    if (letter == 'x') {
      if (const auto value = TakeHex()) return *value;
    } else if (const std::size_t at = std::string_view("afnrtv").find(letter);
               at != std::string_view::npos) {
      return static_cast<char32_t>("\a\f\n\r\t\v"[at]);
    } else if (!IsDigit(letter) && (!IsAlpha(letter) || letter == '_')) {
      return c;
    }
    Fail("invalid escape sequence", Since(before));
    return 0;
  }

  // After `\x`: two digits, or any number in braces.
  std::optional<char32_t> TakeHex() {
    const auto digit = [&]() -> int {
      if (rest_.empty()) return -1;
      const char32_t c = TakeRune();
      return c < 0x80 ? HexDigit(static_cast<char>(c)) : -1;
    };
    if (!StartsWith('{')) {
      const int high = digit();
      const int low = digit();
      if (high < 0 || low < 0) return std::nullopt;
      return static_cast<char32_t>(high * 16 + low);
    }
    rest_.remove_prefix(1);
    char32_t value = 0;
    for (int count = 0;; ++count) {
      if (StartsWith('}')) {
        rest_.remove_prefix(1);
        if (count == 0) return std::nullopt;
        return value;
      }
      const int next = digit();
      if (next < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(next);
      if (value > 0x10FFFF) return std::nullopt;
    }
  }

  void CharacterClass() {
    const std::string_view whole = rest_;
    rest_.remove_prefix(1);
    if (StartsWith('^')) rest_.remove_prefix(1);
    for (bool first = true; !failure_ && (rest_.empty() || rest_[0] != ']' || first);
         first = false) {
      if (TakePosixClass() || TakeClassEscape() || failure_) continue;
      const std::string_view before = rest_;
      const char32_t low = TakeClassCharacter(whole);
      if (failure_ || rest_.size() < 2 || rest_[0] != '-' || rest_[1] == ']') continue;
      rest_.remove_prefix(1);
      const char32_t high = TakeClassCharacter(whole);
      if (!failure_ && high < low) Fail("invalid character class range", Since(before));
    }
    if (!failure_) rest_.remove_prefix(1);
  }

  char32_t TakeClassCharacter(std::string_view whole) {
    if (rest_.empty()) {
      Fail("missing closing `]`", whole);
      return 0;
    }
    return rest_[0] == '\\' ? TakeCharacterEscape() : TakeRune();
  }

  bool TakePosixClass() {
    if (rest_.size() <= 2 || rest_[0] != '[' || rest_[1] != ':') return false;
    const std::size_t end = rest_.find(":]", 2);
    if (end == std::string_view::npos) return false;
    std::string_view name = rest_.substr(2, end - 2);
    if (!name.empty() && name[0] == '^') name.remove_prefix(1);
    if (std::ranges::find(kPosixClasses, name) == kPosixClasses.end()) {
      Fail("invalid character class range", rest_.substr(0, end + 2));
      return false;
    }
    rest_.remove_prefix(end + 2);
    return true;
  }

  std::string_view all_;
  std::string_view rest_;
  std::optional<Failure> failure_;
};

}  // namespace

std::expected<RegexFacts, std::string> CheckRegex(std::string_view pattern) {
  // Alternatives without operators are compared as they stand, even where they are not UTF-8.
  if (pattern.find_first_of("\\.+*?()[]{}^$") == std::string_view::npos) {
    const bool empty = pattern.empty() || pattern.front() == '|' || pattern.back() == '|' ||
                       pattern.find("||") != std::string_view::npos;
    return RegexFacts{empty};
  }
  return Checker(pattern).Run();
}

}  // namespace promql

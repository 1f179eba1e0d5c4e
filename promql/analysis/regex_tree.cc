// SPDX-License-Identifier: Apache-2.0
// Reads what TranslateGoRegex() writes: Go's syntax is checked and normalised by then, so that
// every character is either a raw one, an escaped one or `\x{…}`.
#include "promql/analysis/regex_tree.h"

#include <array>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "promql/model/go_regex_syntax.h"
#include "promql/model/go_text.h"

namespace promql::analysis {
namespace {

using Kind = RegexNode::Kind;

constexpr std::size_t kMaxQuestions = 8;  // to RE2, of some milliseconds each

struct Flags {
  bool fold = false;
  bool multi_line = false;
  bool dot_matches_newline = false;
};

// An open group.
struct Frame {
  Flags outer;
  std::vector<std::uint32_t> alternatives;
  std::vector<std::uint32_t> sequence;  // of the current alternative
};

RuneSet PerlClass(char letter) {
  static const RuneSet kSpace = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
  switch (letter) {
    case 'd':
    case 'D':
      return PosixClass("digit");
    case 's':
    case 'S':
      return kSpace;
    default:
      return PosixClass("word");
  }
}

bool IsPerlClass(std::string_view text) {
  return text.size() >= 2 && text[0] == '\\' &&
         std::string_view("dDsSwW").find(text[1]) != std::string_view::npos;
}

class TreeParser {
 public:
  TreeParser(std::string_view pattern, bool dot_matches_newline) : rest_(pattern) {
    flags_.dot_matches_newline = dot_matches_newline;
    frames_.push_back({flags_, {}, {}});
  }

  std::optional<RegexTree> Run() {
    while (!failed_ && !rest_.empty()) Step();
    if (failed_ || frames_.size() != 1) return std::nullopt;
    tree_.root = FinishAlternatives(frames_.back());
    return std::move(tree_);
  }

 private:
  std::uint32_t Add(RegexNode node) {
    tree_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }

  std::uint32_t AddList(Kind kind, std::vector<std::uint32_t> children) {
    if (children.size() == 1) return children.front();
    if (children.empty()) return Add({});
    return Add({.kind = kind, .children = std::move(children)});
  }

  // An empty group in a sequence is dropped, but stays what a repeat applies to.
  void Append(std::uint32_t node) { frames_.back().sequence.push_back(node); }

  void AppendSet(RuneSet set) {
    const auto [at, is_new] =
        set_index_.try_emplace(std::move(set), static_cast<std::uint32_t>(tree_.sets.size()));
    if (is_new) tree_.sets.push_back(at->first);
    Append(Add({.kind = Kind::kSet, .value = at->second}));
  }

  void AppendAssertion(Assertion assertion) {
    Append(Add({.kind = Kind::kAssert, .value = assertion}));
  }

  std::uint32_t FinishSequence(Frame& frame) {
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t node : frame.sequence) {
      if (tree_.nodes[node].kind != Kind::kEmpty) kept.push_back(node);
    }
    frame.sequence.clear();
    return AddList(Kind::kConcat, std::move(kept));
  }

  std::uint32_t FinishAlternatives(Frame& frame) {
    frame.alternatives.push_back(FinishSequence(frame));
    return AddList(Kind::kAlternate, std::move(frame.alternatives));
  }

  void Step() {
    switch (rest_.front()) {
      case '(':
        return Open();
      case ')':
        return Close();
      case '|':
        rest_.remove_prefix(1);
        return frames_.back().alternatives.push_back(FinishSequence(frames_.back()));
      case '[':
        return Bracket();
      case '\\':
        return Backslash();
      case '*':
        return Repeat(0, RegexNode::kUnlimited, 1);
      case '+':
        return Repeat(1, RegexNode::kUnlimited, 1);
      case '?':
        return Repeat(0, 1, 1);
      case '{':
        return Braces();
      default:
        return Symbol();
    }
  }

  void Symbol() {
    const Rune rune = DecodeRune(rest_);
    rest_.remove_prefix(rune.width);
    if (!rune.is_valid) {
      failed_ = true;
    } else if (rune.value == '^') {
      AppendAssertion(flags_.multi_line ? kLineBegins : kTextBegins);
    } else if (rune.value == '$') {
      AppendAssertion(flags_.multi_line ? kLineEnds : kTextEnds);
    } else if (rune.value == '.') {
      AppendSet(flags_.dot_matches_newline ? RuneSet{{0, kLastRune}}
                                           : ComplementOf({{'\n', '\n'}}));
    } else {
      Literal(rune.value);
    }
  }

  void Literal(char32_t rune) {
    const RuneSet set = {{rune, rune}};
    if (!flags_.fold) return AppendSet(set);
    if (rune < 0x80) return AppendSet(FoldedAscii(set));
    std::string text;
    AppendRune(text, rune);
    AppendSet(Ask(text));
  }

  void Open() {
    const Flags outer = flags_;
    rest_.remove_prefix(1);
    if (rest_.starts_with('?')) {
      rest_.remove_prefix(1);
      for (bool value = true; !rest_.empty();) {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == ')') return;  // flags for the rest of the group
        if (c == ':') break;
        if (c == '-') value = false;
        if (c == 'i') flags_.fold = value;
        if (c == 'm') flags_.multi_line = value;
        if (c == 's') flags_.dot_matches_newline = value;
      }
    }
    frames_.push_back({outer, {}, {}});
  }

  void Close() {
    rest_.remove_prefix(1);
    if (frames_.size() == 1) {
      failed_ = true;
      return;
    }
    Frame group = std::move(frames_.back());
    frames_.pop_back();
    const std::uint32_t node = FinishAlternatives(group);
    flags_ = group.outer;
    Append(node);
  }

  void Repeat(int min, int max, std::size_t length) {
    rest_.remove_prefix(length);
    if (rest_.starts_with('?')) rest_.remove_prefix(1);  // which match is preferred is not asked
    auto& sequence = frames_.back().sequence;
    if (sequence.empty()) {
      failed_ = true;
      return;
    }
    const std::uint32_t child = sequence.back();
    if (tree_.nodes[child].kind == Kind::kEmpty) return;
    sequence.back() = Add({.kind = Kind::kRepeat, .min = min, .max = max, .children = {child}});
  }

  void Braces() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) {
      failed_ = true;
      return;
    }
    const std::string_view counts = rest_.substr(1, end - 1);
    int min = 0;
    const auto [after, error] = std::from_chars(counts.begin(), counts.end(), min);
    int max = min;
    if (after != counts.end()) {
      max = RegexNode::kUnlimited;
      if (after + 1 != counts.end()) std::from_chars(after + 1, counts.end(), max);
    }
    failed_ = error != std::errc();
    Repeat(min, max, end + 1);
  }

  void Backslash() {
    if (IsPerlClass(rest_)) return AppendSet(TakePerlClass());
    if (rest_.starts_with("\\p") || rest_.starts_with("\\P")) {
      failed_ = true;  // stands in brackets only
      return;
    }
    const char c = rest_.size() >= 2 ? rest_[1] : '\0';
    static constexpr std::array<std::pair<char, Assertion>, 4> kAssertions = {
        {{'A', kTextBegins}, {'z', kTextEnds}, {'b', kWordBoundary}, {'B', kNoWordBoundary}}};
    for (const auto& [letter, assertion] : kAssertions) {
      if (c != letter) continue;
      rest_.remove_prefix(2);
      return AppendAssertion(assertion);
    }
    Literal(TakeEscape());
  }

  // `\x{41}` or an escaped punctuation character.
  char32_t TakeEscape() {
    if (!rest_.starts_with("\\x{")) {
      const auto rune = DecodeRune(rest_.substr(1));
      failed_ |= !rune.is_valid;
      rest_.remove_prefix(1 + rune.width);
      return rune.value;
    }
    const std::size_t end = rest_.find('}');
    std::uint32_t value = 0;
    if (end == std::string_view::npos) {
      failed_ = true;
      return 0;
    }
    std::from_chars(rest_.data() + 3, rest_.data() + end, value, 16);
    rest_.remove_prefix(end + 1);
    return value;
  }

  RuneSet TakePerlClass() {
    const char letter = rest_[1];
    rest_.remove_prefix(2);
    RuneSet set = PerlClass(letter);
    if (flags_.fold) set = FoldedAscii(set);
    return letter < 'a' ? ComplementOf(set) : set;
  }

  RuneSet TakePosixClass() {
    const std::size_t end = rest_.find(":]");
    std::string_view name = rest_.substr(2, end - 2);
    rest_.remove_prefix(end + 2);
    const bool is_negated = name.starts_with('^');
    if (is_negated) name.remove_prefix(1);
    RuneSet set = PosixClass(name);
    if (flags_.fold) set = FoldedAscii(set);
    return is_negated ? ComplementOf(set) : set;
  }

  RuneSet TakeRange(bool& needs_folding) {
    const char32_t low = TakeEscape();
    char32_t high = low;
    if (rest_.starts_with('-')) {
      rest_.remove_prefix(1);
      high = TakeEscape();
    }
    if (!flags_.fold) return {{low, high}};
    needs_folding |= high >= 0x80;
    return FoldedAscii({{low, high}});
  }

  void Bracket() {
    const std::string_view whole = rest_;
    rest_.remove_prefix(1);
    const bool is_negated = rest_.starts_with('^');
    if (is_negated) rest_.remove_prefix(1);
    bool must_ask = false;
    RuneSet set;
    while (!failed_ && !rest_.empty() && rest_.front() != ']') {
      RuneSet item;
      if (rest_.starts_with("[:")) {
        item = TakePosixClass();
      } else if (IsPerlClass(rest_)) {
        item = TakePerlClass();
      } else if (rest_.starts_with("\\p") || rest_.starts_with("\\P")) {
        // RE2's class C lacks unassigned code points, Go's does not.
        failed_ |= rest_.substr(2).starts_with("{C}");
        must_ask = true;
        rest_.remove_prefix(rest_.find('}'));
        rest_.remove_prefix(1);
      } else {
        item = TakeRange(must_ask);
      }
      set.insert(set.end(), item.begin(), item.end());
    }
    if (failed_ || rest_.empty()) {
      failed_ = true;
      return;
    }
    rest_.remove_prefix(1);
    if (must_ask) return AppendSet(Ask(whole.substr(0, whole.size() - rest_.size())));
    set = Normalised(std::move(set));
    AppendSet(is_negated ? ComplementOf(set) : std::move(set));
  }

  RuneSet Ask(std::string_view one_character) {
    const std::string pattern = (flags_.fold ? "(?i)" : "") + std::string(one_character);
    const auto [at, is_new] = answers_.try_emplace(pattern);
    if (is_new && answers_.size() > kMaxQuestions) failed_ = true;
    if (is_new && !failed_) at->second = AskRe2(pattern);
    failed_ |= at->second.empty();
    return at->second;
  }

  std::string_view rest_;
  RegexTree tree_;
  std::vector<Frame> frames_;
  Flags flags_;
  std::map<RuneSet, std::uint32_t> set_index_;
  std::map<std::string, RuneSet> answers_;
  bool failed_ = false;
};

}  // namespace

std::optional<RegexTree> ParseRegexTree(std::string_view pattern, bool dot_matches_newline) {
  const auto translated = TranslateGoRegex(pattern);
  if (!translated) return std::nullopt;
  return TreeParser(translated->text, dot_matches_newline).Run();
}

}  // namespace promql::analysis

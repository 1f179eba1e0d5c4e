// SPDX-License-Identifier: Apache-2.0
// Regular expressions in matchers that say less, or more, than they seem to.
#include <algorithm>
#include <string>

#include "promql/analysis/language.h"
#include "promql/lint/check.h"
#include "promql/lint/selectors.h"

namespace promql::lint::checks {
namespace {

using analysis::Answer;
using analysis::Language;

bool IsRegex(const LabelMatcher& matcher) {
  return matcher.op == MatchOp::kRegex || matcher.op == MatchOp::kNotRegex;
}

// The strings that the pattern itself matches, whichever way the matcher looks at it.
const Language& PatternOf(const RuleContext& rule, std::string_view pattern) {
  return rule.file().languages().OfMatcher(MatchOp::kRegex, pattern);
}

template <class Visit>
void ForEachRegex(const RuleContext& rule, const Visit& visit) {
  for (const SelectorAt& at : SelectorsIn(*rule.expr())) {
    for (const LabelMatcher& matcher : at.selector->matchers) {
      if (IsRegex(matcher)) visit(*at.selector, matcher);
    }
  }
}

void AddFix(Draft& draft, std::optional<DraftFix> fix) {
  if (fix) draft.fixes.push_back(std::move(*fix));
}

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// How many characters at the begin and the end of a pattern only anchor it again.
struct Anchors {
  bool front = false;
  bool back = false;
};
Anchors AnchorsOf(std::string_view pattern) {
  Anchors anchors;
  const auto is_repeat = [](char c) { return c == '*' || c == '+' || c == '?' || c == '{'; };
  anchors.front = pattern.starts_with('^') && (pattern.size() < 2 || !is_repeat(pattern[1]));
  if (!pattern.ends_with('$') || pattern.find("\\Q") != std::string_view::npos) return anchors;
  const std::size_t text = pattern.find_last_not_of('\\', pattern.size() - 2);
  const std::size_t backslashes =
      pattern.size() - 1 - (text == std::string_view::npos ? 0 : text + 1);
  anchors.back = backslashes % 2 == 0 && pattern.size() > 1;
  return anchors;
}

// What is seen of a pattern without reading it as a tree.
struct Shape {
  bool has_open_choice = false;  // a | outside of all groups
  bool has_any = false;          // a dot that is no letter
};
Shape ShapeOf(std::string_view pattern) {
  if (pattern.find("\\Q") != std::string_view::npos) return {.has_open_choice = true};
  Shape shape;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      if (pattern.substr(i).starts_with("[^")) ++i;
      if (pattern.substr(i + 1).starts_with(']')) ++i;  // first, it is a letter
      while (++i < pattern.size() && pattern[i] != ']') i += pattern[i] == '\\' ? 1 : 0;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    }
    shape.has_any |= c == '.';
    shape.has_open_choice |= c == '|' && depth <= 0;
  }
  return shape;
}

}  // namespace

// =~"a" is ="a".
void RegexpLiteral(const RuleContext& rule, Sink& sink) {
  ForEachRegex(rule, [&](const VectorSelector& /*selector*/, const LabelMatcher& matcher) {
    // What can be repeated or chosen from is more than one text, nearly always.
    if (matcher.value.empty() || matcher.value.find_first_of("*+|") != std::string_view::npos)
      return;
    if (ShapeOf(matcher.value).has_any) return;
    const auto listing = PatternOf(rule, matcher.value).List();
    if (!listing.strings || listing.strings->size() != 1) return;
    const std::string& only = listing.strings->front();
    const bool negated = matcher.op == MatchOp::kNotRegex;
    const MatchOp op = negated ? MatchOp::kNotEqual : MatchOp::kEqual;
    Draft draft{.at = rule.At(matcher.span),
                .message = "this regular expression matches nothing but " + Quoted(only) + ": " +
                           (negated ? "!=" : "=") + " says the same"};
    AddFix(draft, MatcherFix(rule, matcher, op, only,
                             std::string("write ") + (negated ? "!=" : "=") + Quoted(only), true));
    sink.Add(std::move(draft));
  });
}

// Matchers are anchored at both ends anyway.
void RegexpAnchor(const RuleContext& rule, Sink& sink) {
  ForEachRegex(rule, [&](const VectorSelector& /*selector*/, const LabelMatcher& matcher) {
    const Anchors anchors = AnchorsOf(matcher.value);
    if (!anchors.front && !anchors.back) return;
    std::string_view bare = matcher.value;
    if (anchors.front) bare.remove_prefix(1);
    if (anchors.back) bare.remove_suffix(1);
    // a|b is anchored as a whole; ^a|b$ reads as if it were not.
    if (ShapeOf(bare).has_open_choice &&
        analysis::AreEqual(PatternOf(rule, matcher.value), PatternOf(rule, bare)) != Answer::kYes) {
      return;
    }
    Draft draft{.at = rule.At(matcher.span),
                .message = std::string(anchors.front && anchors.back ? "^ and $ are"
                                       : anchors.front               ? "^ is"
                                                                     : "$ is") +
                           " not needed: matchers are anchored at both ends"};
    AddFix(draft, MatcherFix(rule, matcher, matcher.op, bare, "take the anchors away", true));
    sink.Add(std::move(draft));
  });
}

// =~".*" lets everything through, series without the label too.
void RegexpNoop(const RuleContext& rule, Sink& sink) {
  ForEachRegex(rule, [&](const VectorSelector& selector, const LabelMatcher& matcher) {
    // Only a pattern that begins with anything, or with a choice, can match everything.
    if (std::string_view(".(^[").find(matcher.value.substr(0, 1)) == std::string_view::npos) return;
    const Language& language = rule.file().languages().OfMatcher(matcher.op, matcher.value);
    if (language.IsUniversal() == Answer::kYes && matcher.name != "__name__") {
      Draft draft{.at = rule.At(matcher.span),
                  .message = "this matcher lets every series through, with or without the label '" +
                             std::string(matcher.name) + "'",
                  .advice = "take it away; when the label has to be there write " +
                            std::string(matcher.name) + "!=\"\""};
      AddFix(draft, MatcherRemoval(rule, selector, matcher, "take the matcher away", true));
      return sink.Add(std::move(draft));
    }
    // =~".+" only asks for the label.
    if (matcher.op != MatchOp::kRegex || matcher.name == "__name__") return;
    const Language some = Language::OfMatcher(MatchOp::kNotEqual, "");
    if (language.MatchesEmpty() != Answer::kNo ||
        analysis::AreEqual(language, some) != Answer::kYes) {
      return;
    }
    Draft draft{.at = rule.At(matcher.span),
                .message = "this regular expression only asks for a label '" +
                           std::string(matcher.name) + "' of any value: !=\"\" says the same",
                .severity = Severity::kHint};
    AddFix(draft, MatcherFix(rule, matcher, MatchOp::kNotEqual, "", "write !=\"\"", true));
    sink.Add(std::move(draft));
  });
}

// 10.0.0.1 and api.example.com: the dots match any character.
void RegexpDot(const RuleContext& rule, Sink& sink) {
  ForEachRegex(rule, [&](const VectorSelector& /*selector*/, const LabelMatcher& matcher) {
    const std::string_view value = matcher.value;
    std::size_t bare = 0;
    std::string mended;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto is_word = [&](std::size_t at) {
        return at < value.size() && (std::isalnum(static_cast<unsigned char>(value[at])) != 0);
      };
      const bool is_bare = value[i] == '.' && i > 0 && is_word(i - 1) && is_word(i + 1) &&
                           (i < 2 || value[i - 2] != '\\');
      if (is_bare) mended += '\\', ++bare;
      mended += value[i];
      if (value[i] == '\\' && i + 1 < value.size()) mended += value[++i];
    }
    // One dot between words may be meant; two are a host's name, an address or a version. Brackets
    // hold characters, not words.
    if (bare < 2 || value.find('[') != std::string_view::npos) return;
    sink.Add(
        {.at = rule.At(matcher.span),
         .message = "the dots in " + Quoted(value) + " match any character",
         .advice = "escape them: " + Quoted(mended) + " in backquotes, or with \\\\. in quotes"});
  });
}

// =~".*-(api|web)-.*" takes names apart that labels should tell apart.
void RegexpSmelly(const RuleContext& rule, Sink& sink) {
  ForEachRegex(rule, [&](const VectorSelector& /*selector*/, const LabelMatcher& matcher) {
    if (matcher.name == "__name__" || matcher.op == MatchOp::kNotRegex) return;
    const std::string_view value = matcher.value;
    const auto count = [&](std::string_view part) {
      std::size_t times = 0;
      for (auto at = value.find(part); at != value.npos; at = value.find(part, at + 2)) ++times;
      return times;
    };
    const std::size_t wild = count(".*") + count(".+");
    if (wild < 2 || (wild == 2 && value.starts_with(".") && value.ends_with(".*"))) return;
    sink.Add({.at = rule.At(matcher.span),
              .message = "this regular expression takes the value of '" +
                         std::string(matcher.name) + "' apart: a label of its own would say it",
              .advice = "add the part as a label where the series is made or scraped"});
  });
}

}  // namespace promql::lint::checks

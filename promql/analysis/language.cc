// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/language.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "promql/analysis/automaton.h"
#include "promql/analysis/language_search.h"
#include "promql/analysis/regex_tree.h"
#include "promql/model/go_text.h"

namespace promql::analysis {
namespace {

using Content = decltype(LanguagePattern::content);

std::shared_ptr<const LanguagePattern> Share(Content content) {
  auto pattern = std::make_shared<LanguagePattern>();
  pattern->content = std::move(content);
  return pattern;
}

// The alternatives of a pattern without any other operator: `a|b|c`.
std::optional<std::vector<std::string>> PlainAlternatives(std::string_view pattern) {
  if (pattern.find_first_of("\\.+*?()[]{}^$") != std::string_view::npos) return std::nullopt;
  if (!IsValidUtf8(pattern)) return std::nullopt;
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('|', start), pattern.size());
    out.emplace_back(pattern.substr(start, end - start));
    start = end + 1;
  }
  std::ranges::sort(out);
  const auto repeated = std::ranges::unique(out);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

Content OfRegex(std::string_view pattern, Dot dot) {
  if (auto plain = PlainAlternatives(pattern)) return std::move(*plain);
  const auto tree = ParseRegexTree(pattern, dot == Dot::kMatchesNewline);
  if (!tree) return {};
  auto program = Compile(*tree);
  if (!program) return {};
  return std::move(*program);
}

}  // namespace

Language Language::Everything() {
  static const auto nothing = Share(std::vector<std::string>{});
  return {nothing, true};
}

Language Language::Only(std::string_view text) {
  if (!IsValidUtf8(text)) return {Share({}), false};
  return {Share(std::vector{std::string(text)}), false};
}

Language Language::OfMatcher(MatchOp op, std::string_view value, Dot dot) {
  const bool is_regex = op == MatchOp::kRegex || op == MatchOp::kNotRegex;
  const Language language = is_regex ? Language(Share(OfRegex(value, dot)), false) : Only(value);
  const bool is_negative = op == MatchOp::kNotEqual || op == MatchOp::kNotRegex;
  return is_negative ? language.Complement() : language;
}

Language Language::Complement() const { return {pattern_, !is_complement_}; }

bool Language::is_known() const {
  return !std::holds_alternative<std::monostate>(pattern_->content);
}

Answer Language::Contains(std::string_view text) const {
  Budget budget;
  return LanguageSearch::Contains(*this, text, budget);
}

Answer Language::IsEmpty() const {
  auto& known = is_complement_ ? pattern_->is_universal : pattern_->is_empty;
  std::optional<Answer> answer = known;
  if (!answer) {
    // Most have one of these.
    const bool has_some = Contains("") == Answer::kYes || Contains("a") == Answer::kYes;
    answer = has_some ? Answer::kNo : Meet(std::span(this, 1)).is_empty;
    known = answer;
  }
  return *answer;
}

Answer Language::IsUniversal() const { return Complement().IsEmpty(); }

Language::Listing Language::List() const { return LanguageSearch::List(*this); }

Meeting Meet(std::span<const Language> languages) { return LanguageSearch::Meet(languages); }

Answer AreDisjoint(const Language& a, const Language& b) {
  return Meet(std::vector{a, b}).is_empty;
}

Answer IsSubset(const Language& part, const Language& whole) {
  return AreDisjoint(part, whole.Complement());
}

Answer AreEqual(const Language& a, const Language& b) {
  const Answer forth = IsSubset(a, b);
  if (forth == Answer::kNo) return forth;
  const Answer back = IsSubset(b, a);
  return back == Answer::kYes ? forth : back;
}

const Language& LanguageCache::OfMatcher(MatchOp op, std::string_view value) {
  auto key = std::pair(op, std::string(value));
  const auto found = matchers_.find(key);
  if (found != matchers_.end()) return found->second;
  const auto keep = [&](const Language& language) -> const Language& {
    return matchers_.emplace(std::move(key), language).first->second;
  };
  if (op == MatchOp::kEqual || op == MatchOp::kNotEqual)
    return keep(Language::OfMatcher(op, value, dot_));
  const Language pattern = shared_ != nullptr ? shared_->Of(value, dot_)
                                              : Language::OfMatcher(MatchOp::kRegex, value, dot_);
  return keep(op == MatchOp::kRegex ? pattern : pattern.Complement());
}

Language PatternStore::Of(std::string_view pattern, Dot dot) {
  auto& patterns = dot == Dot::kMatchesNewline ? with_newline_ : without_newline_;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = patterns.find(pattern);
    if (found != patterns.end()) return found->second;
  }
  Language made = Language::OfMatcher(MatchOp::kRegex, pattern, dot);
  const std::scoped_lock lock(mutex_);
  return patterns.emplace(std::string(pattern), std::move(made)).first->second;
}

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/selectors.h"

#include <algorithm>
#include <array>
#include <span>

#include "promql/syntax/quote.h"

namespace promql::analysis {
namespace {

// Questions that one expression may ask; a real one asks few.
constexpr int kMostQuestions = 100;

class Finder {
 public:
  explicit Finder(LanguageCache& languages) : languages_(languages) {}

  void Add(const Expr& selector, std::string_view label,
           std::span<const LabelMatcher* const> matchers) {
    selector_ = &selector;
    label_ = label;
    if (SayConflict(matchers)) return;
    for (const LabelMatcher* matcher : matchers) AddIfIdle(*matcher, matchers);
  }

  [[nodiscard]] std::vector<SelectorFact> Take() { return std::move(facts_); }

 private:
  bool Say(SelectorFinding finding, std::span<const LabelMatcher* const> matchers) {
    SelectorFact& fact = facts_.emplace_back();
    fact.finding = finding;
    fact.selector = selector_;
    fact.label = label_;
    fact.matchers.assign(matchers.begin(), matchers.end());
    return true;
  }

  static bool IsRegex(const LabelMatcher& matcher) {
    return matcher.op == MatchOp::kRegex || matcher.op == MatchOp::kNotRegex;
  }

  [[nodiscard]] const Language& Of(const LabelMatcher& matcher) {
    return languages_.OfMatcher(matcher.op, matcher.value);
  }

  [[nodiscard]] bool MeetNowhere(std::span<const LabelMatcher* const> matchers) {
    if (questions_left_-- <= 0) return false;
    std::vector<Language> all;
    for (const LabelMatcher* matcher : matchers) all.push_back(Of(*matcher));
    return Meet(all).is_empty == Answer::kYes;
  }

  // Whether an equality and another matcher agree, without any automaton.
  static bool AreDifferentTexts(const LabelMatcher& a, const LabelMatcher& b) {
    if (a.op == MatchOp::kEqual && b.op == MatchOp::kEqual) return a.value != b.value;
    const bool is_opposite = (a.op == MatchOp::kEqual && b.op == MatchOp::kNotEqual) ||
                             (a.op == MatchOp::kNotEqual && b.op == MatchOp::kEqual);
    return is_opposite && a.value == b.value;
  }

  // Only what refuses can refuse everything.
  static bool MayBeEmpty(const LabelMatcher& matcher) {
    return matcher.op == MatchOp::kNotRegex ||
           (matcher.op == MatchOp::kRegex &&
            matcher.value.find_first_of("^$\\") != std::string_view::npos);
  }

  // Whether there was one.
  bool SayConflict(std::span<const LabelMatcher* const> all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto one = all.subspan(i, 1);
      if (MayBeEmpty(*one[0]) && MeetNowhere(one)) return Say(SelectorFinding::kEmpty, one);
    }
    for (std::size_t i = 0; i < all.size() && i < kMostQuestions; ++i) {
      for (std::size_t j = i + 1; j < all.size() && j < kMostQuestions; ++j) {
        const std::array pair{all[i], all[j]};
        const bool asks = IsRegex(*pair[0]) || IsRegex(*pair[1]);
        if (AreDifferentTexts(*pair[0], *pair[1]) || (asks && MeetNowhere(pair))) {
          return Say(SelectorFinding::kEmpty, pair);
        }
      }
    }
    return all.size() > 2 && MeetNowhere(all) && Say(SelectorFinding::kEmpty, all);
  }

  void AddIfIdle(const LabelMatcher& matcher, std::span<const LabelMatcher* const> matchers) {
    const bool may_be_universal =
        IsRegex(matcher) && matcher.value.find_first_of("*+") != std::string_view::npos;
    if (may_be_universal && questions_left_-- > 0 && Of(matcher).IsUniversal() == Answer::kYes) {
      Say(SelectorFinding::kNoEffect, std::array{&matcher});
      return;
    }
    for (const LabelMatcher* other : matchers) {
      if (other == &matcher || !IsImplied(*other, matcher)) continue;
      Say(SelectorFinding::kNoEffect, std::array{other, &matcher});
      return;
    }
  }

  // Of two that mean the same the later one is idle.
  [[nodiscard]] bool IsImplied(const LabelMatcher& enough, const LabelMatcher& idle) {
    if (questions_left_-- <= 0 || IsSubset(Of(enough), Of(idle)) != Answer::kYes) return false;
    return &enough < &idle || IsSubset(Of(idle), Of(enough)) != Answer::kYes;
  }

  LanguageCache& languages_;
  int questions_left_ = kMostQuestions;
  const Expr* selector_ = nullptr;
  std::string_view label_;
  std::vector<SelectorFact> facts_;
};

std::string Described(const LabelMatcher& matcher) {
  std::string text(Text(matcher.op));
  AppendQuoted(matcher.value, text);
  return text;
}

}  // namespace

std::vector<SelectorFact> FindSelectorFacts(const Tree& tree, LanguageCache* languages) {
  LanguageCache own;
  Finder finder(languages != nullptr ? *languages : own);
  for (const Expr* expr : tree.nodes()) {
    const auto* selector = expr->As<VectorSelector>();
    if (selector == nullptr) continue;
    std::vector<const LabelMatcher*> sorted;
    for (const LabelMatcher& matcher : selector->matchers) sorted.push_back(&matcher);
    std::ranges::stable_sort(sorted, {}, &LabelMatcher::name);
    for (auto first = sorted.begin(); first != sorted.end();) {
      const auto last = std::find_if(
          first, sorted.end(), [&](const LabelMatcher* m) { return m->name != (*first)->name; });
      finder.Add(*expr, (*first)->name, std::span(first, last));
      first = last;
    }
  }
  return finder.Take();
}

std::string Explain(const SelectorFact& fact) {
  const std::string label = "`" + std::string(fact.label) + "`";
  const std::string last = Described(*fact.matchers.back());
  if (fact.finding == SelectorFinding::kNoEffect) {
    if (fact.matchers.size() == 1) return label + " " + last + " lets everything through";
    return label + " " + Described(*fact.matchers.front()) + " lets through nothing that " + last +
           " would stop";
  }
  if (fact.matchers.size() == 1) return label + " " + last + " lets nothing through";
  std::string all;
  for (const LabelMatcher* matcher : fact.matchers) {
    if (!all.empty()) all += matcher == fact.matchers.back() ? " and " : ", ";
    all += Described(*matcher);
  }
  return "no " + label + " satisfies " + all;
}

}  // namespace promql::analysis

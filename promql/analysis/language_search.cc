// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/language_search.h"

#include <algorithm>
#include <list>
#include <map>
#include <utility>

#include "promql/analysis/language_product.h"
#include "promql/model/go_text.h"

namespace promql::analysis {
namespace {

using Strings = std::vector<std::string>;

Answer YesIf(bool is_true) { return is_true ? Answer::kYes : Answer::kNo; }

Answer Opposite(Answer answer) {
  if (answer == Answer::kUnknown) return answer;
  return YesIf(answer == Answer::kNo);
}

// A finite set as a tree.
class StringsTree {
 public:
  explicit StringsTree(const Strings& sorted) {
    std::vector<std::u32string> texts;
    for (const std::string& text : sorted) {
      std::u32string& runes = texts.emplace_back();
      for (std::size_t at = 0; at < text.size();) {
        const Rune rune = DecodeRune(std::string_view(text).substr(at));
        runes += rune.value;
        at += rune.width;
      }
    }
    tree_.root = Alternatives(texts);
  }

  RegexTree Finish() { return std::move(tree_); }

 private:
  std::uint32_t Add(RegexNode node) {
    tree_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }

  std::uint32_t SetOf(char32_t rune) {
    const auto [at, is_new] =
        index_.try_emplace(rune, static_cast<std::uint32_t>(tree_.sets.size()));
    if (is_new) tree_.sets.push_back({{rune, rune}});
    return Add({.kind = RegexNode::Kind::kSet, .value = at->second});
  }

  // One flat alternative a string: long strings must not nest deeply.
  std::uint32_t Alternatives(const std::vector<std::u32string>& texts) {
    RegexNode all{.kind = RegexNode::Kind::kAlternate};
    for (const std::u32string& text : texts) {
      RegexNode one{.kind = RegexNode::Kind::kConcat};
      for (const char32_t rune : text) one.children.push_back(SetOf(rune));
      all.children.push_back(Add(std::move(one)));
    }
    if (!all.children.empty()) return Add(std::move(all));
    tree_.sets.emplace_back();
    return Add({.kind = RegexNode::Kind::kSet});  // a set without members: no string at all
  }

  RegexTree tree_;
  std::map<char32_t, std::uint32_t> index_;
};

// A shortest string that all parts accept, breadth first.
Meeting Search(const std::vector<Product::Part>& parts, Budget& budget) {
  Product product(parts, budget);
  if (!product.is_usable()) return {};
  struct Step {
    std::size_t from = 0;
    char32_t rune = 0;
  };
  std::vector<Step> steps(1);
  for (std::size_t node = 0; node < product.size(); ++node) {
    if (product.IsAccepting(node)) {
      std::u32string reversed;
      for (std::size_t at = node; at != 0; at = steps[at].from) reversed += steps[at].rune;
      std::string example;
      for (auto at = reversed.rbegin(); at != reversed.rend(); ++at) AppendRune(example, *at);
      return {Answer::kNo, std::move(example)};
    }
    if (product.IsDead(node)) continue;
    for (const std::uint32_t of_class : product.classes()) {
      if (!product.Next(node, of_class)) return {};
      if (product.size() > steps.size()) steps.push_back({node, product.ExampleOf(of_class)});
    }
  }
  return {Answer::kYes, std::nullopt};
}

// The whole of a product, and what of it leads to acceptance.
class Enumeration {
 public:
  explicit Enumeration(Product& product) : product_(product) {}

  Language::Listing Run() {
    if (!Explore()) return {};
    MarkUseful();
    if (HasCycle()) return {Answer::kNo, std::nullopt};
    if (Count(0) > Language::kMostListed) return {Answer::kYes, std::nullopt};
    Strings strings;
    Collect(0, strings);
    std::ranges::sort(strings);
    return {Answer::kYes, std::move(strings)};
  }

 private:
  struct Edge {
    std::uint32_t of_class = 0;
    std::size_t to = 0;
  };

  bool Explore() {
    for (std::size_t node = 0; node < product_.size(); ++node) {
      edges_.emplace_back();
      if (product_.IsDead(node)) continue;
      for (const std::uint32_t of_class : product_.classes()) {
        const auto next = product_.Next(node, of_class);
        if (!next) return false;
        edges_[node].push_back({of_class, *next});
      }
    }
    return true;
  }

  void MarkUseful() {
    std::vector<std::vector<std::size_t>> back(edges_.size());
    for (std::size_t node = 0; node < edges_.size(); ++node) {
      for (const Edge& edge : edges_[node]) back[edge.to].push_back(node);
    }
    is_useful_.assign(edges_.size(), false);
    std::vector<std::size_t> open;
    const auto mark = [&](std::size_t node) {
      if (is_useful_[node]) return;
      is_useful_[node] = true;
      open.push_back(node);
    };
    for (std::size_t node = 0; node < edges_.size(); ++node) {
      if (product_.IsAccepting(node)) mark(node);
    }
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      for (const std::size_t before : back[node]) mark(before);
    }
    for (auto& edges : edges_)
      std::erase_if(edges, [this](const Edge& edge) { return !is_useful_[edge.to]; });
  }

  // Takes nodes that nothing leads to until none is left, or only cycles are. Fills the order.
  bool HasCycle() {
    std::vector<std::size_t> incoming(edges_.size(), 0);
    for (std::size_t node = 0; node < edges_.size(); ++node) {
      if (!is_useful_[node]) continue;
      for (const Edge& edge : edges_[node]) ++incoming[edge.to];
    }
    std::vector<std::size_t> open;
    for (std::size_t node = 0; node < edges_.size(); ++node) {
      if (is_useful_[node] && incoming[node] == 0) open.push_back(node);
    }
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      order_.push_back(node);
      for (const Edge& edge : edges_[node]) {
        if (--incoming[edge.to] == 0) open.push_back(edge.to);
      }
    }
    return order_.size() != static_cast<std::size_t>(std::ranges::count(is_useful_, true));
  }

  // Strings accepted from a node; more than can be listed count as one more.
  std::size_t Count(std::size_t start) const {
    std::vector<std::size_t> sizes(product_.alphabet().classes, 0);
    const auto& intervals = product_.alphabet().intervals;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      if (intervals[i].of_class == Alphabet::kNoClass) continue;
      const char32_t end = i + 1 < intervals.size() ? intervals[i + 1].low : kLastRune + 1;
      sizes[intervals[i].of_class] += end - intervals[i].low;
    }
    constexpr std::size_t kMany = Language::kMostListed + 1;
    std::vector<std::size_t> count(edges_.size(), 0);
    for (auto node = order_.rbegin(); node != order_.rend(); ++node) {
      count[*node] = product_.IsAccepting(*node) ? 1 : 0;
      for (const Edge& edge : edges_[*node]) {
        const std::size_t more = std::min(sizes[edge.of_class], kMany) * count[edge.to];
        count[*node] = std::min(count[*node] + more, kMany);
      }
    }
    return count[start];
  }

  void Collect(std::size_t start, Strings& strings) const {
    std::vector<std::pair<std::size_t, std::string>> open = {{start, ""}};
    while (!open.empty()) {
      const auto [node, text] = std::move(open.back());
      open.pop_back();
      if (product_.IsAccepting(node)) strings.push_back(text);
      for (const Edge& edge : edges_[node]) {
        for (const char32_t rune : RunesOf(edge.of_class)) {
          std::string longer = text;
          AppendRune(longer, rune);
          open.emplace_back(edge.to, std::move(longer));
        }
      }
    }
  }

  std::u32string RunesOf(std::uint32_t of_class) const {
    std::u32string runes;
    const auto& intervals = product_.alphabet().intervals;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      if (intervals[i].of_class != of_class) continue;
      const char32_t end = i + 1 < intervals.size() ? intervals[i + 1].low : kLastRune + 1;
      for (char32_t rune = intervals[i].low; rune < end; ++rune) runes += rune;
    }
    return runes;
  }

  Product& product_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<bool> is_useful_;
  std::vector<std::size_t> order_;
};

Answer ProgramContains(const Program& program, std::string_view text, Budget& budget) {
  LazyDfa dfa(program, budget);
  LazyDfa::State state = LazyDfa::kStart;
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (!rune.is_valid) return Answer::kUnknown;
    text.remove_prefix(rune.width);
    const auto next = dfa.Next(state, program.alphabet.ClassOf(rune.value));
    if (!next) return Answer::kUnknown;
    state = *next;
    if (dfa.IsDead(state)) break;
  }
  if (budget.left <= 0) return Answer::kUnknown;
  return YesIf(dfa.IsAccepting(state));
}

}  // namespace

Answer LanguageSearch::Contains(const Language& language, std::string_view text, Budget& budget) {
  const auto& content = language.pattern_->content;
  Answer answer = Answer::kUnknown;
  if (!IsValidUtf8(text)) return answer;
  if (const auto* strings = std::get_if<Strings>(&content)) {
    answer = YesIf(std::ranges::binary_search(*strings, text));
  } else if (const auto* program = std::get_if<Program>(&content)) {
    answer = ProgramContains(*program, text, budget);
  }
  return language.is_complement_ ? Opposite(answer) : answer;
}

Meeting LanguageSearch::MeetWithFinite(const Strings& members,
                                       std::span<const Language> languages) {
  Budget budget;
  Meeting meeting{Answer::kYes, std::nullopt};
  for (const std::string& member : members) {
    Answer common = Answer::kYes;
    for (const Language& language : languages) {
      const Answer answer = Contains(language, member, budget);
      if (answer == Answer::kNo) common = Answer::kNo;
      if (answer == Answer::kNo) break;
      if (answer == Answer::kUnknown) common = Answer::kUnknown;
    }
    if (common == Answer::kYes) return {Answer::kNo, member};
    if (common == Answer::kUnknown) meeting.is_empty = Answer::kUnknown;
  }
  return meeting;
}

Meeting LanguageSearch::Meet(std::span<const Language> languages) {
  const Strings* smallest = nullptr;
  for (const Language& language : languages) {
    const auto* strings = std::get_if<Strings>(&language.pattern_->content);
    if (strings == nullptr || language.is_complement_) continue;
    if (smallest == nullptr || strings->size() < smallest->size()) smallest = strings;
  }
  if (smallest != nullptr) return MeetWithFinite(*smallest, languages);
  // The shortest of all is the cheapest to find.
  if (Meeting empty = MeetWithFinite({""}, languages); empty.is_empty == Answer::kNo) return empty;

  std::vector<Product::Part> parts;
  std::list<Program> built;
  bool is_partial = false;
  for (const Language& language : languages) {
    const auto& content = language.pattern_->content;
    if (const auto* program = std::get_if<Program>(&content)) {
      parts.push_back({program, language.is_complement_});
    } else if (const auto* strings = std::get_if<Strings>(&content)) {
      if (strings->empty()) continue;  // the complement of nothing
      auto compiled = Compile(StringsTree(*strings).Finish());
      if (compiled) parts.push_back({&built.emplace_back(std::move(*compiled)), true});
      is_partial |= !compiled;
    } else {
      is_partial = true;
    }
  }
  Budget budget;
  Meeting meeting = Search(parts, budget);
  if (is_partial && meeting.is_empty == Answer::kNo) return {};
  return meeting;
}

Language::Listing LanguageSearch::List(const Language& language) {
  const auto& content = language.pattern_->content;
  if (const auto* strings = std::get_if<Strings>(&content)) {
    if (language.is_complement_) return {Answer::kNo, std::nullopt};
    if (strings->size() > Language::kMostListed) return {Answer::kYes, std::nullopt};
    return {Answer::kYes, *strings};
  }
  const auto* program = std::get_if<Program>(&content);
  if (program == nullptr) return {};
  const bool is_plain = !program->has_assertions && !program->has_dead_sets;
  if (is_plain && !language.is_complement_ && program->has_cycle)
    return {Answer::kNo, std::nullopt};
  Budget budget;
  const std::vector<Product::Part> parts = {{program, language.is_complement_}};
  Product product(parts, budget);
  return product.is_usable() ? Enumeration(product).Run() : Language::Listing{};
}

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/language_product.h"

#include <algorithm>
#include <utility>

#include "promql/model/go_text.h"

namespace promql::analysis {
namespace {

// How good a character looks in an example: less is better.
int Plainness(char32_t rune) {
  if (rune >= 'a' && rune <= 'z') return 0;
  if (rune >= '0' && rune <= '9') return 1;
  if (rune >= 'A' && rune <= 'Z') return 2;
  if (rune > ' ' && rune < 0x7f) return 3;
  if (rune == ' ') return 4;
  return IsPrint(rune) ? 5 : 6;
}

char32_t PlainestOf(char32_t low, char32_t high) {
  char32_t best = low;
  for (const char32_t other : {U'a', U'0', U'A', U'!', U' ', high}) {
    if (other >= low && other <= high && Plainness(other) < Plainness(best)) best = other;
  }
  return best;
}

}  // namespace

Product::Product(const std::vector<Part>& parts, Budget& budget) : parts_(parts), budget_(budget) {
  std::vector<const Alphabet*> alphabets;
  for (const Part& part : parts) alphabets.push_back(&part.program->alphabet);
  joint_ = Join(alphabets, budget);
  if (!joint_) return;
  for (const Part& part : parts) dfas_.emplace_back(*part.program, budget);
  Intern(std::vector<LazyDfa::State>(parts.size(), LazyDfa::kStart));
  ChooseExamples();
}

bool Product::IsAccepting(std::size_t node) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (dfas_[i].IsAccepting(nodes_[node][i]) == parts_[i].is_complement) return false;
  }
  return true;
}

bool Product::IsDead(std::size_t node) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (!parts_[i].is_complement && dfas_[i].IsDead(nodes_[node][i])) return true;
  }
  return false;
}

std::optional<std::size_t> Product::Next(std::size_t node, std::uint32_t of_class) {
  std::vector<LazyDfa::State> states = nodes_[node];
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto next = dfas_[i].Next(states[i], joint_->parts[of_class * parts_.size() + i]);
    if (!next) return std::nullopt;
    states[i] = *next;
  }
  if (!budget_.Spend(10 * static_cast<std::int64_t>(parts_.size()))) return std::nullopt;
  return Intern(std::move(states));
}

std::size_t Product::Intern(std::vector<LazyDfa::State> states) {
  const auto [at, is_new] = index_.try_emplace(states, nodes_.size());
  if (is_new) nodes_.push_back(std::move(states));
  return at->second;
}

void Product::ChooseExamples() {
  const auto& intervals = joint_->alphabet.intervals;
  std::vector<bool> is_chosen(joint_->alphabet.classes, false);
  examples_.resize(joint_->alphabet.classes);
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const std::uint32_t of_class = intervals[i].of_class;
    if (of_class == Alphabet::kNoClass) continue;
    const char32_t high = i + 1 < intervals.size() ? intervals[i + 1].low - 1 : kLastRune;
    const char32_t rune = PlainestOf(intervals[i].low, high);
    if (is_chosen[of_class] && Plainness(examples_[of_class]) <= Plainness(rune)) continue;
    examples_[of_class] = rune;
    is_chosen[of_class] = true;
  }
  for (std::uint32_t i = 0; i < joint_->alphabet.classes; ++i) order_.push_back(i);
  std::ranges::stable_sort(order_, {}, [this](std::uint32_t i) {
    return std::pair(Plainness(examples_[i]), examples_[i]);
  });
}

}  // namespace promql::analysis

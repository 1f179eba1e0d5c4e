// SPDX-License-Identifier: Apache-2.0
// Several deterministic automata side by side over a common alphabet, built on demand: the strings
// that all of them accept, or refuse where a part is a complement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "promql/analysis/automaton.h"

namespace promql::analysis {

// Borrows parts and budget. Node 0 is the start; the others are numbered as they are met.
class Product {
 public:
  struct Part {
    const Program* program = nullptr;
    bool is_complement = false;
  };

  Product(const std::vector<Part>& parts, Budget& budget);

  // False when the common alphabet is too large; then nothing else may be asked.
  [[nodiscard]] bool is_usable() const { return joint_.has_value(); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const Alphabet& alphabet() const { return joint_->alphabet; }
  // Classes with the plainest characters first.
  [[nodiscard]] const std::vector<std::uint32_t>& classes() const { return order_; }
  [[nodiscard]] char32_t ExampleOf(std::uint32_t of_class) const { return examples_[of_class]; }

  [[nodiscard]] bool IsAccepting(std::size_t node) const;
  // No string leads from here to acceptance. Not every such node is known as one.
  [[nodiscard]] bool IsDead(std::size_t node) const;
  // Nothing when the budget is used up.
  [[nodiscard]] std::optional<std::size_t> Next(std::size_t node, std::uint32_t of_class);

 private:
  std::size_t Intern(std::vector<LazyDfa::State> states);
  void ChooseExamples();

  const std::vector<Part>& parts_;
  Budget& budget_;
  std::optional<JointAlphabet> joint_;
  std::deque<LazyDfa> dfas_;
  std::vector<std::vector<LazyDfa::State>> nodes_;
  std::map<std::vector<LazyDfa::State>, std::size_t> index_;
  std::vector<char32_t> examples_;  // by class
  std::vector<std::uint32_t> order_;
};

}  // namespace promql::analysis

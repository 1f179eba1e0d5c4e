// SPDX-License-Identifier: Apache-2.0
// Automata over code points: a program built from a tree, and its deterministic form built on
// demand. Code points that no set of the program tells apart share a class, so that the alphabet
// is small. Everything draws on a budget and says so when that is used up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "promql/analysis/regex_tree.h"
#include "promql/analysis/rune_set.h"

namespace promql::analysis {

// Steps that one question may take; one is a few nanoseconds.
struct Budget {
  std::int64_t left = 2'000'000;
  bool Spend(std::int64_t steps) { return (left -= steps) > 0; }
};

// Classes of code points. Those that cannot stand in a string, surrogates, have none.
struct Alphabet {
  static constexpr std::uint32_t kNoClass = ~0U;
  struct Interval {
    char32_t low = 0;  // up to the next one's
    std::uint32_t of_class = 0;
  };
  std::vector<Interval> intervals;
  std::uint32_t classes = 0;

  [[nodiscard]] std::uint32_t ClassOf(char32_t rune) const;
};

// Code points in the same classes of all alphabets share a class. Nothing when they are too many.
struct JointAlphabet {
  Alphabet alphabet;
  std::vector<std::uint32_t> parts;  // [joint class * number of alphabets + alphabet]
};
[[nodiscard]] std::optional<JointAlphabet> Join(const std::vector<const Alphabet*>& alphabets,
                                                Budget& budget);

struct Program {
  struct Instruction {
    enum class Kind : std::uint8_t { kSet, kSplit, kAssert, kMatch };
    Kind kind = Kind::kMatch;
    std::uint32_t value = 0;  // set or assertion
    std::uint32_t next = 0;
    std::uint32_t other = 0;  // kSplit
  };
  std::vector<Instruction> code;
  std::uint32_t start = 0;
  bool has_assertions = false;
  bool has_dead_sets = false;  // sets that match nothing
  bool has_cycle = false;      // some set can be matched any number of times
  Alphabet alphabet;
  std::vector<bool> members;  // [class * sets + set]
  std::size_t sets = 0;
  std::vector<std::uint8_t> contexts;  // by class, see LazyDfa

  [[nodiscard]] bool IsMember(std::uint32_t of_class, std::uint32_t set) const {
    return members[of_class * sets + set];
  }
};

// Nothing when it would be too large.
[[nodiscard]] std::optional<Program> Compile(const RegexTree& tree);

// Borrows the program.
class LazyDfa {
 public:
  using State = std::uint32_t;
  static constexpr State kStart = 0;
  static constexpr std::size_t kMostStates = 2'000;

  LazyDfa(const Program& program, Budget& budget);

  // Nothing when the budget is used up.
  [[nodiscard]] std::optional<State> Next(State state, std::uint32_t of_class);
  [[nodiscard]] bool IsAccepting(State state) const { return states_[state].is_accepting; }
  // No string leads from here to acceptance. Not every such state is known as one.
  [[nodiscard]] bool IsDead(State state) const { return states_[state].is_dead; }

 private:
  struct StateInfo {
    bool is_accepting = false;
    bool is_dead = false;
    std::uint8_t context = 0;  // what stands before: text start, line feed, word character, other
    std::vector<std::uint32_t> code;
    std::vector<State> next;
  };
  State Intern(std::vector<std::uint32_t> code, std::uint8_t context);
  // Follows splits, and assertions that `held` has; the others stay in the answer.
  std::vector<std::uint32_t> Close(std::vector<std::uint32_t> open, unsigned held);
  [[nodiscard]] unsigned Held(std::uint8_t before, std::uint8_t after) const;

  const Program& program_;
  Budget& budget_;
  std::vector<StateInfo> states_;
  std::unordered_map<std::u32string, State> index_;
  std::vector<std::uint32_t> seen_;  // by instruction: the last closure that met it
  std::uint32_t closure_ = 0;
};

}  // namespace promql::analysis

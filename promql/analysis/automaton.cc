// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/automaton.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace promql::analysis {
namespace {

using Instruction = Program::Instruction;

constexpr std::size_t kMostInstructions = 20'000;
constexpr std::size_t kMostCalls = 200'000;
constexpr std::size_t kMostCells = 500'000;  // sets times intervals

// What stands beside a position.
enum Context : std::uint8_t { kTextEdge, kLineFeed, kWord, kOther };

Context ContextOf(char32_t rune) {
  static const RuneSet kWordRunes = PosixClass("word");
  if (rune == '\n') return kLineFeed;
  return Contains(kWordRunes, rune) ? kWord : kOther;
}

// Splits the code points by what tells them apart.
class AlphabetBuilder {
 public:
  explicit AlphabetBuilder(const std::vector<RuneSet>& sets) {
    std::vector<char32_t> lows = {0, kFirstSurrogate, kLastSurrogate + 1};
    for (const RuneSet& set : sets) {
      for (const RuneRange& range : set) {
        lows.push_back(range.low);
        if (range.high < kLastRune) lows.push_back(range.high + 1);
      }
    }
    std::ranges::sort(lows);
    const auto repeated = std::ranges::unique(lows);
    lows.erase(repeated.begin(), repeated.end());
    for (const char32_t low : lows) alphabet_.intervals.push_back({low, 0});
    alphabet_.classes = 1;
    Refine({{kFirstSurrogate, kLastSurrogate}});
  }

  void Refine(const RuneSet& set) {
    std::map<std::uint32_t, std::uint32_t> inside;  // by class: the class of its part in the set
    for (const RuneRange& range : set) {
      auto at =
          std::ranges::lower_bound(alphabet_.intervals, range.low, {}, &Alphabet::Interval::low);
      for (; at != alphabet_.intervals.end() && at->low <= range.high; ++at) {
        const auto [part, is_new] = inside.try_emplace(at->of_class, alphabet_.classes);
        if (is_new) ++alphabet_.classes;
        at->of_class = part->second;
      }
    }
  }

  // Classes that are left without members go, as do the surrogates.
  Alphabet Finish() {
    std::map<std::uint32_t, std::uint32_t> renamed;
    for (Alphabet::Interval& interval : alphabet_.intervals) {
      if (interval.low == kFirstSurrogate) {
        interval.of_class = Alphabet::kNoClass;
        continue;
      }
      interval.of_class =
          renamed.try_emplace(interval.of_class, static_cast<std::uint32_t>(renamed.size()))
              .first->second;
    }
    alphabet_.classes = static_cast<std::uint32_t>(renamed.size());
    return std::move(alphabet_);
  }

  [[nodiscard]] std::size_t size() const { return alphabet_.intervals.size(); }

 private:
  Alphabet alphabet_;
};

// Writes instructions back to front, each knowing what follows it.
class Compiler {
 public:
  explicit Compiler(const RegexTree& tree) : tree_(tree) {}

  bool Run(Program& program) {
    const std::uint32_t match = Emit({});
    program.start = Build(tree_.root, match);
    program.code = std::move(code_);
    program.has_cycle = has_cycle_;
    program.has_assertions = has_assertions_;
    return !is_too_large_;
  }

 private:
  std::uint32_t Emit(Instruction instruction) {
    code_.push_back(instruction);
    is_too_large_ |= code_.size() > kMostInstructions;
    return static_cast<std::uint32_t>(code_.size() - 1);
  }

  std::uint32_t Split(std::uint32_t one, std::uint32_t other) {
    return Emit({.kind = Instruction::Kind::kSplit, .next = one, .other = other});
  }

  std::uint32_t Build(std::uint32_t index, std::uint32_t next) {
    is_too_large_ |= ++calls_ > kMostCalls;
    if (is_too_large_) return next;
    const RegexNode& node = tree_.nodes[index];
    switch (node.kind) {
      case RegexNode::Kind::kEmpty:
        return next;
      case RegexNode::Kind::kSet:
        ++sets_built_;
        return Emit({.kind = Instruction::Kind::kSet, .value = node.value, .next = next});
      case RegexNode::Kind::kAssert:
        has_assertions_ = true;
        return Emit({.kind = Instruction::Kind::kAssert, .value = node.value, .next = next});
      case RegexNode::Kind::kConcat:
        for (auto at = node.children.rbegin(); at != node.children.rend(); ++at)
          next = Build(*at, next);
        return next;
      case RegexNode::Kind::kAlternate: {
        std::uint32_t all = Build(node.children.back(), next);
        for (auto at = node.children.rbegin() + 1; at != node.children.rend(); ++at)
          all = Split(Build(*at, next), all);
        return all;
      }
      case RegexNode::Kind::kRepeat:
        return Repeat(node, next);
    }
    return next;
  }

  std::uint32_t Repeat(const RegexNode& node, std::uint32_t next) {
    const std::uint32_t child = node.children.front();
    if (node.max == RegexNode::kUnlimited) {
      const std::uint32_t loop = Split(0, next);
      const std::size_t sets_before = sets_built_;
      code_[loop].next = Build(child, loop);
      has_cycle_ |= sets_built_ > sets_before;
      next = loop;
    }
    const std::uint32_t after = next;
    for (int i = node.min; i < node.max && !is_too_large_; ++i)
      next = Split(Build(child, next), after);
    for (int i = 0; i < node.min && !is_too_large_; ++i) next = Build(child, next);
    return next;
  }

  const RegexTree& tree_;
  std::vector<Instruction> code_;
  std::size_t calls_ = 0;
  std::size_t sets_built_ = 0;
  bool has_assertions_ = false;
  bool has_cycle_ = false;
  bool is_too_large_ = false;
};

std::vector<char32_t> FirstOfEachClass(const Alphabet& alphabet) {
  std::vector<char32_t> first(alphabet.classes, kLastRune + 1);
  for (const Alphabet::Interval& interval : alphabet.intervals) {
    if (interval.of_class == Alphabet::kNoClass) continue;
    first[interval.of_class] = std::min(first[interval.of_class], interval.low);
  }
  return first;
}

bool HasMember(const RuneSet& set) {
  return std::ranges::any_of(set, [](const RuneRange& range) {
    return range.low < kFirstSurrogate || range.high > kLastSurrogate;
  });
}

}  // namespace

std::uint32_t Alphabet::ClassOf(char32_t rune) const {
  const auto after = std::ranges::upper_bound(intervals, rune, {}, &Interval::low);
  return std::prev(after)->of_class;
}

std::optional<JointAlphabet> Join(const std::vector<const Alphabet*>& alphabets, Budget& budget) {
  JointAlphabet joint;
  std::vector<std::size_t> at(alphabets.size(), 0);
  std::map<std::vector<std::uint32_t>, std::uint32_t> classes;
  for (char32_t low = 0; low <= kLastRune;) {
    if (!budget.Spend(10 * static_cast<std::int64_t>(alphabets.size() + 1))) return std::nullopt;
    std::vector<std::uint32_t> parts;
    char32_t next = kLastRune + 1;
    for (std::size_t i = 0; i < alphabets.size(); ++i) {
      const auto& intervals = alphabets[i]->intervals;
      while (at[i] + 1 < intervals.size() && intervals[at[i] + 1].low <= low) ++at[i];
      if (at[i] + 1 < intervals.size()) next = std::min(next, intervals[at[i] + 1].low);
      parts.push_back(intervals[at[i]].of_class);
    }
    std::uint32_t of_class = Alphabet::kNoClass;
    if (low != kFirstSurrogate) {
      const auto [found, is_new] =
          classes.try_emplace(parts, static_cast<std::uint32_t>(classes.size()));
      of_class = found->second;
      if (is_new) joint.parts.insert(joint.parts.end(), parts.begin(), parts.end());
    }
    joint.alphabet.intervals.push_back({low, of_class});
    low = next;
  }
  joint.alphabet.classes = static_cast<std::uint32_t>(classes.size());
  return joint;
}

std::optional<Program> Compile(const RegexTree& tree) {
  Program program;
  if (!Compiler(tree).Run(program)) return std::nullopt;
  std::vector<RuneSet> telling = tree.sets;
  if (program.has_assertions) {
    telling.push_back({{'\n', '\n'}});
    telling.push_back(PosixClass("word"));
  }
  AlphabetBuilder builder(telling);
  if (builder.size() * (telling.size() + 1) > kMostCells) return std::nullopt;
  for (const RuneSet& set : telling) builder.Refine(set);
  program.alphabet = builder.Finish();
  program.sets = tree.sets.size();
  const std::vector<char32_t> first = FirstOfEachClass(program.alphabet);
  for (const char32_t rune : first) {
    program.contexts.push_back(ContextOf(rune));
    for (const RuneSet& set : tree.sets) program.members.push_back(Contains(set, rune));
  }
  program.has_dead_sets = !std::ranges::all_of(tree.sets, HasMember);
  return program;
}

LazyDfa::LazyDfa(const Program& program, Budget& budget)
    : program_(program), budget_(budget), seen_(program.code.size(), 0) {
  Intern(Close({program_.start}, 0), kTextEdge);
}

std::vector<std::uint32_t> LazyDfa::Close(std::vector<std::uint32_t> open, unsigned held) {
  std::vector<std::uint32_t> closed;
  ++closure_;
  std::int64_t steps = 0;
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    ++steps;
    if (std::exchange(seen_[at], closure_) == closure_) continue;
    const Instruction& instruction = program_.code[at];
    if (instruction.kind == Instruction::Kind::kSplit) {
      open.push_back(instruction.other);
      open.push_back(instruction.next);
    } else if (instruction.kind == Instruction::Kind::kAssert && (instruction.value & held) != 0) {
      open.push_back(instruction.next);
    } else {
      closed.push_back(at);
    }
  }
  budget_.Spend(steps);
  std::ranges::sort(closed);
  return closed;
}

unsigned LazyDfa::Held(std::uint8_t before, std::uint8_t after) const {
  unsigned held = (before == kWord) != (after == kWord) ? kWordBoundary : kNoWordBoundary;
  if (before == kTextEdge) held |= kTextBegins | kLineBegins;
  if (after == kTextEdge) held |= kTextEnds | kLineEnds;
  if (before == kLineFeed) held |= kLineBegins;
  if (after == kLineFeed) held |= kLineEnds;
  return held;
}

LazyDfa::State LazyDfa::Intern(std::vector<std::uint32_t> code, std::uint8_t context) {
  if (!program_.has_assertions) context = kOther;
  std::u32string key(code.begin(), code.end());
  key += static_cast<char32_t>(context);
  const auto [at, is_new] = index_.try_emplace(std::move(key), static_cast<State>(states_.size()));
  if (!is_new) return at->second;
  StateInfo info;
  info.context = context;
  info.is_dead = code.empty();
  const auto is_match = [this](std::uint32_t i) {
    return program_.code[i].kind == Instruction::Kind::kMatch;
  };
  info.is_accepting = program_.has_assertions
                          ? std::ranges::any_of(Close(code, Held(context, kTextEdge)), is_match)
                          : std::ranges::any_of(code, is_match);
  info.code = std::move(code);
  states_.push_back(std::move(info));
  return at->second;
}

std::optional<LazyDfa::State> LazyDfa::Next(State state, std::uint32_t of_class) {
  constexpr State kNotYet = std::numeric_limits<State>::max();
  if (states_[state].next.empty()) {
    if (!budget_.Spend(program_.alphabet.classes / 8 + 1)) return std::nullopt;
    states_[state].next.assign(program_.alphabet.classes, kNotYet);
  }
  State& known = states_[state].next[of_class];
  if (known != kNotYet) return known;
  std::vector<std::uint32_t> from = states_[state].code;
  const std::uint8_t context = program_.contexts[of_class];
  if (program_.has_assertions) from = Close(std::move(from), Held(states_[state].context, context));
  std::vector<std::uint32_t> after;
  for (const std::uint32_t at : from) {
    const Instruction& instruction = program_.code[at];
    if (instruction.kind == Instruction::Kind::kSet &&
        program_.IsMember(of_class, instruction.value))
      after.push_back(instruction.next);
  }
  if (!budget_.Spend(static_cast<std::int64_t>(from.size()) + 10)) return std::nullopt;
  const State next = Intern(Close(std::move(after), 0), context);
  if (states_.size() > kMostStates || budget_.left <= 0) return std::nullopt;
  states_[state].next[of_class] = next;
  return next;
}

}  // namespace promql::analysis

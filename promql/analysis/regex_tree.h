// SPDX-License-Identifier: Apache-2.0
// A regular expression of Go's as a tree: sets of code points, sequences, alternatives, repeats
// and assertions; flags and cases are resolved, groups are gone. Nodes live in one vector and name
// each other by index. At most 1,000 levels deep.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "promql/analysis/rune_set.h"

namespace promql::analysis {

// Conditions between two characters, as bits.
enum Assertion : std::uint8_t {
  kTextBegins = 1,
  kTextEnds = 2,
  kLineBegins = 4,
  kLineEnds = 8,
  kWordBoundary = 16,
  kNoWordBoundary = 32,
};

struct RegexNode {
  enum class Kind : std::uint8_t { kEmpty, kSet, kAssert, kConcat, kAlternate, kRepeat };
  static constexpr int kUnlimited = -1;

  Kind kind = Kind::kEmpty;
  std::uint32_t value = 0;  // index of the set, or the assertion
  int min = 0;              // kRepeat
  int max = kUnlimited;     // kRepeat
  std::vector<std::uint32_t> children = {};
};

struct RegexTree {
  std::vector<RegexNode> nodes;
  std::vector<RuneSet> sets;  // each once
  std::uint32_t root = 0;
};

// Nothing when the text is no regular expression on its own, or holds what cannot be resolved
// exactly. `dot_matches_newline` as with Go's flag `s`.
[[nodiscard]] std::optional<RegexTree> ParseRegexTree(std::string_view pattern,
                                                      bool dot_matches_newline);

}  // namespace promql::analysis

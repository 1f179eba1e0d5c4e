// SPDX-License-Identifier: Apache-2.0
// Sets of code points as sorted ranges that neither touch nor overlap.
#pragma once

#include <compare>
#include <span>
#include <string_view>
#include <vector>

namespace promql::analysis {

constexpr char32_t kLastRune = 0x10ffff;
constexpr char32_t kFirstSurrogate = 0xd800;
constexpr char32_t kLastSurrogate = 0xdfff;

struct RuneRange {
  char32_t low = 0;
  char32_t high = 0;
  friend auto operator<=>(const RuneRange&, const RuneRange&) = default;
};

using RuneSet = std::vector<RuneRange>;

[[nodiscard]] RuneSet Normalised(RuneSet ranges);  // any ranges, in any order
[[nodiscard]] RuneSet ComplementOf(const RuneSet& set);
[[nodiscard]] bool Contains(const RuneSet& set, char32_t rune);

// With the other cases of its ASCII letters: `k` brings `K` and U+212A. Non-ASCII members stay as
// they are.
[[nodiscard]] RuneSet FoldedAscii(const RuneSet& set);

// `alpha`, `word` … of `[[:alpha:]]`, without `^`; empty when there is no such class.
[[nodiscard]] RuneSet PosixClass(std::string_view name);

// What a one-character RE2 pattern matches, by asking RE2 about every code point (some
// milliseconds): Unicode classes and foldings as matchers themselves have them.
[[nodiscard]] RuneSet AskRe2(std::string_view pattern);

}  // namespace promql::analysis

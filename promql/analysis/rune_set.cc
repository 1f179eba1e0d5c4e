// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/rune_set.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "promql/model/go_text.h"

namespace promql::analysis {
namespace {

bool IsSurrogate(char32_t rune) { return rune >= kFirstSurrogate && rune <= kLastSurrogate; }

// Every code point that a valid string can hold, in order.
const std::string& AllRunes() {
  static const std::string text = [] {
    std::string all;
    all.reserve(4'500'000);
    for (char32_t rune = 0; rune <= kLastRune; ++rune) {
      if (!IsSurrogate(rune)) AppendRune(all, rune);
    }
    return all;
  }();
  return text;
}

struct NamedClass {
  std::string_view name;
  std::array<RuneRange, 4> ranges;
  std::size_t count;
};

constexpr std::array<NamedClass, 14> kPosixClasses = {{
    {"alnum", {{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}}, 3},
    {"alpha", {{{'A', 'Z'}, {'a', 'z'}}}, 2},
    {"ascii", {{{0, 0x7f}}}, 1},
    {"blank", {{{'\t', '\t'}, {' ', ' '}}}, 2},
    {"cntrl", {{{0, 0x1f}, {0x7f, 0x7f}}}, 2},
    {"digit", {{{'0', '9'}}}, 1},
    {"graph", {{{'!', '~'}}}, 1},
    {"lower", {{{'a', 'z'}}}, 1},
    {"print", {{{' ', '~'}}}, 1},
    {"punct", {{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}}, 4},
    {"space", {{{'\t', '\r'}, {' ', ' '}}}, 2},
    {"upper", {{{'A', 'Z'}}}, 1},
    {"word", {{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}}, 4},
    {"xdigit", {{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}}, 3},
}};

}  // namespace

RuneSet Normalised(RuneSet ranges) {
  std::ranges::sort(ranges);
  RuneSet out;
  for (const RuneRange& range : ranges) {
    if (!out.empty() && range.low <= out.back().high + 1) {
      out.back().high = std::max(out.back().high, range.high);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

RuneSet ComplementOf(const RuneSet& set) {
  RuneSet out;
  char32_t next = 0;
  for (const RuneRange& range : set) {
    if (range.low > next) out.push_back({next, range.low - 1});
    next = range.high + 1;
  }
  if (next <= kLastRune) out.push_back({next, kLastRune});
  return out;
}

bool Contains(const RuneSet& set, char32_t rune) {
  const auto after = std::ranges::upper_bound(set, rune, {}, &RuneRange::low);
  return after != set.begin() && std::prev(after)->high >= rune;
}

RuneSet FoldedAscii(const RuneSet& set) {
  RuneSet out = set;
  for (char32_t lower = 'a'; lower <= 'z'; ++lower) {
    const char32_t upper = lower - 'a' + 'A';
    if (!Contains(set, lower) && !Contains(set, upper)) continue;
    out.push_back({lower, lower});
    out.push_back({upper, upper});
    if (lower == 'k') out.push_back({0x212a, 0x212a});  // the Kelvin sign
    if (lower == 's') out.push_back({0x17f, 0x17f});    // the long s
  }
  return Normalised(std::move(out));
}

RuneSet PosixClass(std::string_view name) {
  const auto at = std::ranges::find(kPosixClasses, name, &NamedClass::name);
  if (at == kPosixClasses.end()) return {};
  return {at->ranges.begin(), at->ranges.begin() + at->count};
}

RuneSet AskRe2(std::string_view pattern) {
  const RE2 regex("(?:" + std::string(pattern) + ")+", RE2::Quiet);
  const re2::StringPiece all(AllRunes());
  RuneSet out;
  re2::StringPiece run;
  // Without groups RE2 needs its automaton alone, which is ten times as fast.
  for (std::size_t at = 0; regex.ok() && regex.Match(all, at, all.size(), RE2::UNANCHORED, &run, 1);
       at = static_cast<std::size_t>(run.end() - all.begin())) {
    const std::string_view text(run.data(), run.size());
    std::size_t last = text.size() - 1;
    while ((static_cast<unsigned char>(text[last]) & 0xc0U) == 0x80U) --last;
    out.push_back({DecodeRune(text).value, DecodeRune(text.substr(last)).value});
  }
  return out;
}

}  // namespace promql::analysis

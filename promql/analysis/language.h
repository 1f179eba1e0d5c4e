// SPDX-License-Identifier: Apache-2.0
// The set of label values that a matcher lets through, as a regular language over valid UTF-8
// strings, and questions about such sets. Go's syntax, anchored at both ends; a missing label is
// the empty string.
//
// Every answer is exact or kUnknown: patterns that do not compile, that are too large for the
// limits of a question (states, steps), or whose meaning cannot be had exactly are never guessed.
// Work and memory of each question are bounded whatever the patterns are (tens of milliseconds).
// Languages are immutable and safe from any thread; copies share what they hold.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "promql/model/matcher.h"

namespace promql::analysis {

enum class Answer : std::uint8_t { kNo, kYes, kUnknown };

// Whether `.` matches a line feed: it does since Prometheus 3.0.
enum class Dot : std::uint8_t { kMatchesNewline, kStopsAtNewline };

struct LanguagePattern;

class Language {
 public:
  static constexpr std::size_t kMostListed = 64;

  [[nodiscard]] static Language Everything();
  [[nodiscard]] static Language Only(std::string_view text);
  [[nodiscard]] static Language OfMatcher(MatchOp op, std::string_view value,
                                          Dot dot = Dot::kMatchesNewline);
  [[nodiscard]] Language Complement() const;

  // False when every question ends in kUnknown.
  [[nodiscard]] bool is_known() const;
  [[nodiscard]] Answer Contains(std::string_view text) const;
  [[nodiscard]] Answer MatchesEmpty() const { return Contains(""); }
  [[nodiscard]] Answer IsEmpty() const;
  // All strings, the empty one too.
  [[nodiscard]] Answer IsUniversal() const;

  struct Listing {
    Answer is_finite = Answer::kUnknown;
    // All members in byte order, when there are at most kMostListed; empty otherwise.
    std::optional<std::vector<std::string>> strings;
  };
  [[nodiscard]] Listing List() const;

 private:
  friend struct LanguageSearch;
  Language(std::shared_ptr<const LanguagePattern> pattern, bool is_complement)
      : pattern_(std::move(pattern)), is_complement_(is_complement) {}
  std::shared_ptr<const LanguagePattern> pattern_;
  bool is_complement_ = false;
};

// What several languages have in common, as the matchers of one label in one selector.
struct Meeting {
  Answer is_empty = Answer::kUnknown;
  std::optional<std::string> example;  // a shortest common string, when there is one
};
// Of none: everything. Languages that are not known do not hinder the others from being disjoint.
[[nodiscard]] Meeting Meet(std::span<const Language> languages);

[[nodiscard]] Answer AreDisjoint(const Language& a, const Language& b);
// Whether all of `part` lies in `whole`.
[[nodiscard]] Answer IsSubset(const Language& part, const Language& whole);
[[nodiscard]] Answer AreEqual(const Language& a, const Language& b);

// Languages of regular expressions, built once for many caches, with what was found out of them.
// Safe from any thread.
class PatternStore {
 public:
  [[nodiscard]] Language Of(std::string_view pattern, Dot dot);

 private:
  using ByPattern = std::map<std::string, Language, std::less<>>;
  std::mutex mutex_;
  ByPattern with_newline_;
  ByPattern without_newline_;
};

// Languages by matcher, built once. Owned by one thread; references live as long as the cache.
class LanguageCache {
 public:
  // `shared` is borrowed; with null it is on its own.
  explicit LanguageCache(Dot dot = Dot::kMatchesNewline, PatternStore* shared = nullptr)
      : dot_(dot), shared_(shared) {}
  [[nodiscard]] const Language& OfMatcher(MatchOp op, std::string_view value);

 private:
  Dot dot_;
  PatternStore* shared_;
  std::map<std::pair<MatchOp, std::string>, Language> matchers_;
};

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// Label matchers: one comparison of a label's value, and their texts in Alertmanager's grammars.
// Regular expressions are Go's, anchored as `^(?:` + text + `)$`, run by RE2 in linear time. A
// missing label is an empty one. Immutable and safe from any thread; copies share the compiled
// expression.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/model/labels.h"

namespace promql {

enum class MatchOp : std::uint8_t { kEqual, kNotEqual, kRegex, kNotRegex };

[[nodiscard]] std::string_view Text(MatchOp op);  // = != =~ !~

class Matcher {
 public:
  // Fails with a message when a regular expression does not compile.
  [[nodiscard]] static std::expected<Matcher, std::string> Make(std::string name, MatchOp op,
                                                                std::string value);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] MatchOp op() const { return op_; }
  [[nodiscard]] const std::string& value() const { return value_; }

  [[nodiscard]] bool Matches(std::string_view label_value) const;
  [[nodiscard]] bool Matches(const LabelSet& labels) const { return Matches(labels.Get(name_)); }

  // As Alertmanager prints it: quoted only where a name needs it (corpus note 8).
  [[nodiscard]] std::string Canonical() const;

  friend bool operator==(const Matcher& a, const Matcher& b) {
    return a.name_ == b.name_ && a.op_ == b.op_ && a.value_ == b.value_;
  }

 private:
  struct Regex;
  Matcher() = default;
  std::string name_;
  std::string value_;
  std::shared_ptr<const Regex> regex_;
  MatchOp op_ = MatchOp::kEqual;
};

using Matchers = std::vector<Matcher>;

// All of them; none matches everything.
[[nodiscard]] bool MatchesAll(std::span<const Matcher> matchers, const LabelSet& labels);

// `{a="b",c=~"d"}`
[[nodiscard]] std::string Canonical(std::span<const Matcher> matchers);

enum class MatcherGrammar : std::uint8_t {
  kFallback,  // Alertmanager's default: both grammars, the classic answer where they differ
  kUtf8,
  kClassic,
};

struct MatcherSyntaxError {
  std::string message;
  std::size_t offset = 0;  // bytes into the text
};

// One entry of `matchers:`: any number of matchers, with or without braces.
[[nodiscard]] std::expected<Matchers, MatcherSyntaxError> ParseMatchers(
    std::string_view text, MatcherGrammar grammar = MatcherGrammar::kFallback);
// Exactly one matcher, as each `filter=` of the API.
[[nodiscard]] std::expected<Matcher, MatcherSyntaxError> ParseMatcher(
    std::string_view text, MatcherGrammar grammar = MatcherGrammar::kFallback);

}  // namespace promql

// SPDX-License-Identifier: Apache-2.0
#include "promql/model/matcher.h"

#include <algorithm>
#include <utility>

#include "promql/model/go_regex.h"

namespace promql {

struct Matcher::Regex {
  GoRegex regex;
};

std::string_view Text(MatchOp op) {
  switch (op) {
    case MatchOp::kEqual:
      return "=";
    case MatchOp::kNotEqual:
      return "!=";
    case MatchOp::kRegex:
      return "=~";
    case MatchOp::kNotRegex:
      return "!~";
  }
  return "=";
}

std::expected<Matcher, std::string> Matcher::Make(std::string name, MatchOp op, std::string value) {
  Matcher matcher;
  if (op == MatchOp::kRegex || op == MatchOp::kNotRegex) {
    auto regex = GoRegex::CompileAnchored(value);
    if (!regex) return std::unexpected("invalid regular expression: " + regex.error());
    matcher.regex_ = std::make_shared<const Regex>(Regex{*std::move(regex)});
  }
  matcher.name_ = std::move(name);
  matcher.op_ = op;
  matcher.value_ = std::move(value);
  return matcher;
}

bool Matcher::Matches(std::string_view label_value) const {
  switch (op_) {
    case MatchOp::kEqual:
      return label_value == value_;
    case MatchOp::kNotEqual:
      return label_value != value_;
    case MatchOp::kRegex:
      return regex_->regex.Matches(label_value);
    case MatchOp::kNotRegex:
      return !regex_->regex.Matches(label_value);
  }
  return false;
}

bool MatchesAll(std::span<const Matcher> matchers, const LabelSet& labels) {
  return std::ranges::all_of(matchers,
                             [&labels](const Matcher& matcher) { return matcher.Matches(labels); });
}

}  // namespace promql

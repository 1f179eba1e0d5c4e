// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/value_set.h"

#include <algorithm>

#include "promql/syntax/quote.h"

namespace promql::analysis {
namespace {

constexpr std::size_t kMostConstraints = 16;

const ValueConstraint* EqualityOf(std::span<const ValueConstraint> set) {
  const auto found =
      std::ranges::find_if(set, [](const auto& c) { return c.op == MatchOp::kEqual; });
  return found == set.end() ? nullptr : &*found;
}

bool OnlyLeavesOut(std::span<const ValueConstraint> set) {
  return std::ranges::all_of(set, [](const auto& c) { return c.op == MatchOp::kNotEqual; });
}

}  // namespace

Answer ValueLogic::Satisfies(const ValueConstraint& constraint, std::string_view value) {
  switch (constraint.op) {
    case MatchOp::kEqual:
      return constraint.value == value ? Answer::kYes : Answer::kNo;
    case MatchOp::kNotEqual:
      return constraint.value != value ? Answer::kYes : Answer::kNo;
    default:
      if (questions_left_-- <= 0) return Answer::kUnknown;
      return languages_.OfMatcher(constraint.op, constraint.value).Contains(value);
  }
}

Answer ValueLogic::Allows(std::span<const ValueConstraint> set, std::string_view value) {
  Answer all = Answer::kYes;
  for (const ValueConstraint& constraint : set) {
    const Answer one = Satisfies(constraint, value);
    if (one == Answer::kNo) return Answer::kNo;
    if (one == Answer::kUnknown) all = Answer::kUnknown;
  }
  return all;
}

Answer ValueLogic::CanBeBoth(std::span<const ValueConstraint> a,
                             std::span<const ValueConstraint> b) {
  const ValueConstraint* exact = EqualityOf(a);
  if (exact == nullptr) exact = EqualityOf(b);
  if (exact != nullptr) {
    const Answer left = Allows(a, exact->value);
    if (left == Answer::kNo) return Answer::kNo;
    const Answer right = Allows(b, exact->value);
    return right == Answer::kYes ? left : right;
  }
  if (OnlyLeavesOut(a) && OnlyLeavesOut(b)) return Answer::kYes;
  if (std::ranges::equal(a, b)) return Answer::kUnknown;  // as good as one of them is
  if (questions_left_-- <= 0) return Answer::kUnknown;
  std::vector<Language> all;
  for (const auto& set : {a, b}) {
    for (const ValueConstraint& constraint : set) {
      all.push_back(languages_.OfMatcher(constraint.op, constraint.value));
    }
  }
  switch (Meet(all).is_empty) {
    case Answer::kYes:
      return Answer::kNo;
    case Answer::kNo:
      return Answer::kYes;
    default:
      return Answer::kUnknown;
  }
}

ValueSet Intersection(const ValueSet& a, const ValueSet& b) {
  ValueSet both = a;
  for (const ValueConstraint& constraint : b) {
    if (both.size() >= kMostConstraints) break;
    if (std::ranges::find(both, constraint) == both.end()) both.push_back(constraint);
  }
  return both;
}

ValueSet Union(const ValueSet& a, const ValueSet& b) {
  ValueSet common;
  std::ranges::copy_if(a, std::back_inserter(common), [&](const ValueConstraint& constraint) {
    return std::ranges::find(b, constraint) != b.end();
  });
  return common;
}

std::string Text(std::span<const ValueConstraint> set) {
  std::string text;
  for (const ValueConstraint& constraint : set) {
    if (!text.empty()) text += " and ";
    text += Text(constraint.op);
    AppendQuoted(constraint.value, text);
  }
  return text;
}

}  // namespace promql::analysis

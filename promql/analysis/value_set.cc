// SPDX-License-Identifier: Apache-2.0
#include "promql/analysis/value_set.h"

#include <algorithm>

#include "promql/model/go_regex.h"
#include "promql/syntax/quote.h"

namespace promql::analysis {
namespace {

constexpr std::size_t kMostConstraints = 16;

Tri Satisfies(const ValueConstraint& constraint, std::string_view value) {
  switch (constraint.op) {
    case MatchOp::kEqual:
      return constraint.value == value ? Tri::kYes : Tri::kNo;
    case MatchOp::kNotEqual:
      return constraint.value != value ? Tri::kYes : Tri::kNo;
    default:
      break;
  }
  const auto regex = GoRegex::CompileAnchored(constraint.value);
  if (!regex) return Tri::kUnknown;
  const bool is_wanted = constraint.op == MatchOp::kRegex;
  return regex->Matches(value) == is_wanted ? Tri::kYes : Tri::kNo;
}

const ValueConstraint* EqualityOf(std::span<const ValueConstraint> set) {
  const auto found =
      std::ranges::find_if(set, [](const auto& c) { return c.op == MatchOp::kEqual; });
  return found == set.end() ? nullptr : &*found;
}

}  // namespace

Tri Allows(std::span<const ValueConstraint> set, std::string_view value) {
  Tri all = Tri::kYes;
  for (const ValueConstraint& constraint : set) {
    const Tri one = Satisfies(constraint, value);
    if (one == Tri::kNo) return Tri::kNo;
    if (one == Tri::kUnknown) all = Tri::kUnknown;
  }
  return all;
}

Tri CanBeBoth(std::span<const ValueConstraint> a, std::span<const ValueConstraint> b) {
  const ValueConstraint* exact = EqualityOf(a);
  if (exact == nullptr) exact = EqualityOf(b);
  if (exact == nullptr) return a.empty() || b.empty() ? Tri::kYes : Tri::kUnknown;
  const Tri left = Allows(a, exact->value);
  if (left == Tri::kNo) return Tri::kNo;
  const Tri right = Allows(b, exact->value);
  return right == Tri::kYes ? left : right;
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

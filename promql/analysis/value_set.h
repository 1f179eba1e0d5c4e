// SPDX-License-Identifier: Apache-2.0
// What is known about the value of one label: constraints that all hold. A missing label has the
// empty value. Texts are borrowed from the syntax tree.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "promql/model/matcher.h"

namespace promql::analysis {

enum class Tri : std::uint8_t { kNo, kYes, kUnknown };

struct ValueConstraint {
  MatchOp op = MatchOp::kEqual;
  std::string_view value;
  friend bool operator==(const ValueConstraint&, const ValueConstraint&) = default;
};

using ValueSet = std::vector<ValueConstraint>;

// Whether one value can satisfy every constraint of both.
[[nodiscard]] Tri CanBeBoth(std::span<const ValueConstraint> a, std::span<const ValueConstraint> b);
// Whether `value` satisfies them.
[[nodiscard]] Tri Allows(std::span<const ValueConstraint> set, std::string_view value);

// Every constraint of both, as far as there is room: forgetting some of them is always true.
[[nodiscard]] ValueSet Intersection(const ValueSet& a, const ValueSet& b);
// The constraints that hold for values of either.
[[nodiscard]] ValueSet Union(const ValueSet& a, const ValueSet& b);

// `="a" and !="b"`, for explanations.
[[nodiscard]] std::string Text(std::span<const ValueConstraint> set);

}  // namespace promql::analysis

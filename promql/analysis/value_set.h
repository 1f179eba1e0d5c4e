// SPDX-License-Identifier: Apache-2.0
// What is known about the value of one label: constraints that all hold. A missing label has the
// empty value. Texts are borrowed from the syntax tree.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "promql/analysis/language.h"
#include "promql/model/matcher.h"

namespace promql::analysis {

struct ValueConstraint {
  MatchOp op = MatchOp::kEqual;
  std::string_view value;
  friend bool operator==(const ValueConstraint&, const ValueConstraint&) = default;
};

using ValueSet = std::vector<ValueConstraint>;

// Questions about sets, of one expression: after many hard ones every further answer is kUnknown.
// For one thread; borrows the cache.
class ValueLogic {
 public:
  // Without a cache it has its own.
  explicit ValueLogic(LanguageCache* languages = nullptr)
      : languages_(languages != nullptr ? *languages : own_) {}
  ValueLogic(const ValueLogic&) = delete;
  ValueLogic& operator=(const ValueLogic&) = delete;

  // Whether one value can satisfy every constraint of both.
  [[nodiscard]] Answer CanBeBoth(std::span<const ValueConstraint> a,
                                 std::span<const ValueConstraint> b);
  // Whether `value` satisfies them.
  [[nodiscard]] Answer Allows(std::span<const ValueConstraint> set, std::string_view value);

 private:
  [[nodiscard]] Answer Satisfies(const ValueConstraint& constraint, std::string_view value);

  LanguageCache own_;
  LanguageCache& languages_;
  int questions_left_ = 64;
};

// Every constraint of both, as far as there is room: forgetting some of them is always true.
[[nodiscard]] ValueSet Intersection(const ValueSet& a, const ValueSet& b);
// The constraints that hold for values of either.
[[nodiscard]] ValueSet Union(const ValueSet& a, const ValueSet& b);

// `="a" and !="b"`, for explanations.
[[nodiscard]] std::string Text(std::span<const ValueConstraint> set);

}  // namespace promql::analysis

// SPDX-License-Identifier: Apache-2.0
// The selectors of an expression and fixes of their matchers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/lint/check.h"
#include "promql/syntax/ast.h"

namespace promql::lint {

struct SelectorAt {
  const Expr* node = nullptr;
  const VectorSelector* selector = nullptr;
};
[[nodiscard]] std::vector<SelectorAt> SelectorsIn(const Expr& root);

// `up`, `{__name__=~"a.*"}`: how a selector is called in a sentence.
[[nodiscard]] std::string Called(const VectorSelector& selector);

// The metric it selects, by name or by __name__="…"; empty when it is not one.
[[nodiscard]] std::string_view MetricOf(const VectorSelector& selector);
// The value of an equality matcher; nothing when there is none.
[[nodiscard]] std::optional<std::string_view> EqualTo(const VectorSelector& selector,
                                                      std::string_view label);

// Writes another matcher in place of one of those in braces. Nothing where the file's quoting does
// not allow it.
[[nodiscard]] std::optional<DraftFix> MatcherFix(const RuleContext& rule,
                                                 const LabelMatcher& matcher, MatchOp op,
                                                 std::string_view value, std::string title,
                                                 bool is_safe);
// Takes the matcher out, with one comma.
[[nodiscard]] std::optional<DraftFix> MatcherRemoval(const RuleContext& rule,
                                                     const VectorSelector& selector,
                                                     const LabelMatcher& matcher,
                                                     std::string title, bool is_safe);

}  // namespace promql::lint

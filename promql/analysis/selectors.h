// SPDX-License-Identifier: Apache-2.0
// What is true of the matchers of one selector together: that they let nothing through, or that one
// of them changes nothing. Borrows the tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/language.h"
#include "promql/analysis/tree.h"

namespace promql::analysis {

enum class SelectorFinding : std::uint8_t {
  kEmpty,     // no value of the label satisfies all these matchers
  kNoEffect,  // the last of these matchers lets through whatever the others do
};

struct SelectorFact {
  SelectorFinding finding = SelectorFinding::kEmpty;
  const Expr* selector = nullptr;  // holds the VectorSelector
  std::string_view label;
  // kEmpty: those that exclude each other, two where two are enough. kNoEffect: the one that is
  // enough for it, if any is needed, and the one without effect.
  std::vector<const LabelMatcher*> matchers;
};

// `languages`: null, or a cache that many expressions share.
[[nodiscard]] std::vector<SelectorFact> FindSelectorFacts(const Tree& tree,
                                                          LanguageCache* languages = nullptr);

// "`job` cannot be ="a" and ="b" at once", "`job` =~".*" lets everything through".
[[nodiscard]] std::string Explain(const SelectorFact& fact);

}  // namespace promql::analysis

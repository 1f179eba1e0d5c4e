// SPDX-License-Identifier: Apache-2.0
// What is true of the matches between two vectors: which of them can never match, never exclude,
// or match on nothing. All pairs of `or` branches are judged. Borrows the tree and its labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/labels.h"
#include "promql/analysis/tree.h"
#include "promql/analysis/values.h"

namespace promql::analysis {

enum class JoinFinding : std::uint8_t {
  kImpossible,       // no series of one side can match one of the other: the result is empty
  kDeadBranch,       // the same of one `or` branch of one side only
  kNeverExcludes,    // `unless` whose right side can match nothing on the left
  kAlwaysAdds,       // `or` with something without labels that no series on the left can shadow
  kNeverAdds,        // `or` whose left side always shadows the right one
  kKeyOnNeither,     // a label in on (…) that neither side can have
  kSideRepeats,      // the side that must be unique keeps a label that is not compared
  kIncludedMissing,  // a label in group_left (…) that the other side cannot have
  kIncludedIsKey,    // a label in group_left (…) that is compared, and so the same on both sides
};

enum class Side : std::uint8_t { kLeft, kRight };

struct JoinFact {
  JoinFinding finding = JoinFinding::kImpossible;
  const Expr* expr = nullptr;  // holds the BinaryExpr
  bool is_proven = true;       // else it takes series of the usual kind
  Side side = Side::kLeft;     // kDeadBranch, kSideRepeats, kIncludedMissing: which one
  // The label that decides, with what is known of it on either side.
  LabelFact left;
  LabelFact right;
  // kDeadBranch: the operand that never matches. kImpossible: of the pair that serves as example.
  Span left_source;
  Span right_source;
  [[nodiscard]] std::string_view label() const { return left.name; }
};

[[nodiscard]] std::vector<JoinFact> FindJoins(const Tree& tree, const Labels& labels,
                                              const Values& values,
                                              LanguageCache* languages = nullptr);

// "`job` is aggregated away: not in by (…) on the left and is required by a matcher on the right"
[[nodiscard]] std::string Explain(const JoinFact& fact);

}  // namespace promql::analysis

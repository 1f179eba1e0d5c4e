// SPDX-License-Identifier: Apache-2.0
// Operations on label facts and branches that the transfer rules of labels.h and the judgements of
// joins.h share. Pure; results borrow what their arguments borrow.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "promql/analysis/labels.h"

namespace promql::analysis {

inline constexpr std::string_view kName = "__name__";

// The labels that an operator compares.
class MatchKey {
 public:
  explicit MatchKey(const VectorMatching* matching);
  [[nodiscard]] bool Has(std::string_view name) const;
  [[nodiscard]] bool is_on() const { return is_on_; }
  // Those in the parentheses, sorted.
  [[nodiscard]] const std::vector<std::string_view>& listed() const { return listed_; }

 private:
  bool is_on_ = false;
  std::vector<std::string_view> listed_;
};

// A label that no pair of series from two branches can agree on.
struct LabelConflict {
  LabelFact left;
  LabelFact right;
};
[[nodiscard]] std::optional<LabelConflict> FindConflict(const LabelBranch& left,
                                                        const LabelBranch& right,
                                                        const MatchKey& key, ValueLogic& logic);

// What holds when both do, and when either does.
[[nodiscard]] LabelFact Meet(const LabelFact& a, const LabelFact& b);
[[nodiscard]] LabelFact Join(const LabelFact& a, const LabelFact& b);
[[nodiscard]] LabelBranch Join(const LabelBranch& a, const LabelBranch& b);

// Replaces what is known about a label.
void Set(LabelBranch& branch, LabelFact fact);
// Of a label by itself: nothing known, or nothing there.
[[nodiscard]] LabelFact Absent(std::string_view name, Reason reason);

// The names that either branch mentions, with those of `more`; sorted, each once.
[[nodiscard]] std::vector<std::string_view> Mentioned(const LabelBranch& a, const LabelBranch& b,
                                                      std::span<const std::string_view> more);
[[nodiscard]] std::vector<std::string_view> Sorted(std::span<const std::string_view> names);
// Sorts the facts by name; of one name the first stays.
void Normalise(LabelBranch& branch);
[[nodiscard]] bool IsSameBranch(const LabelBranch& a, const LabelBranch& b);

}  // namespace promql::analysis

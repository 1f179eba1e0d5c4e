// SPDX-License-Identifier: Apache-2.0
// Which labels the series of a result have: for every node of a tree the labels that its series
// must, may or cannot have, with what is known about their values and the place that decided it.
// Branches of `or` are kept apart, so that a caller can say on which of them a label is missing.
// Facts are proven: what cannot be proven is kMay; of extremely large expressions nothing is known.
// Borrows the tree; facts borrow texts from it and from here.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promql/analysis/tree.h"
#include "promql/analysis/value_set.h"
#include "promql/syntax/ast.h"

namespace promql::analysis {

enum class Presence : std::uint8_t { kCannot, kMay, kMust };

// What decided that a label is or is not there.
enum class Cause : std::uint8_t {
  kNothing,      // nothing is known
  kMatcher,      // a matcher of a selector
  kMetric,       // what the metric always has, as `alertname` of ALERTS
  kBy,           // not in, or in, `by (…)`
  kWithout,      // in `without (…)`
  kOn,           // not in, or in, `on (…)`
  kIgnoring,     // in `ignoring (…)`
  kIncluded,     // group_left, group_right
  kOperator,     // the other side of an operator
  kFunction,     // label_replace, count_values …: the function sets or removes it
  kNameDropped,  // the metric's name, where values change
  kNoLabels,     // vector(), a number, absent() of anything but a selector
};

struct Reason {
  Cause cause = Cause::kNothing;
  Span span;  // of the node that decided
};

// "is not in by (…)", to be read after a label's name.
[[nodiscard]] std::string_view Text(Cause cause, Presence presence);

struct LabelFact {
  std::string_view name;
  Presence presence = Presence::kMay;
  Reason reason;
  ValueSet values;  // of a missing label: the empty text
};

// One way in which a result's series may come about.
struct LabelBranch {
  std::vector<LabelFact> labels;  // sorted by name
  bool is_open = true;            // labels that are not listed may be there; else they cannot
  Reason reason;                  // why it is not open
  Span source;                    // the operand of `or` that it comes from; else the node

  // Also of labels that are not listed.
  [[nodiscard]] LabelFact Of(std::string_view name) const;
  [[nodiscard]] const LabelFact* Find(std::string_view name) const;
};

struct LabelFlow {
  std::vector<LabelBranch> branches;  // at least one

  // Over all branches.
  [[nodiscard]] Presence Of(std::string_view name) const;
  // The first branch where the label cannot be; null when there is none.
  [[nodiscard]] const LabelBranch* BranchWithout(std::string_view name) const;
};

inline constexpr std::size_t kMostBranches = 8;  // further ones are joined into one

struct LabelOptions {
  bool delayed_name_removal = false;   // the feature flag of that name
  LanguageCache* languages = nullptr;  // borrowed; shared by many expressions it saves work
};

class Labels {
 public:
  explicit Labels(const Tree& tree, LabelOptions options = {});

  [[nodiscard]] const LabelFlow& Of(Tree::Id id) const { return flows_[flow_of_[id]]; }
  [[nodiscard]] const LabelFlow& Of(const Expr& expr) const { return Of(tree_->IdOf(expr)); }
  [[nodiscard]] const LabelFlow& OfRoot() const { return Of(tree_->root_id()); }

 private:
  const Tree* tree_;
  std::deque<std::string> texts_;  // values that no text of the tree holds
  std::vector<LabelFlow> flows_;
  std::vector<std::uint32_t> flow_of_;  // several nodes may share one
};

}  // namespace promql::analysis

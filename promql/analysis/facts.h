// SPDX-License-Identifier: Apache-2.0
// Everything that is known of one expression, for those who ask about all of it. Borrows the tree.
#pragma once

#include <vector>

#include "promql/analysis/hash.h"
#include "promql/analysis/joins.h"
#include "promql/analysis/labels.h"
#include "promql/analysis/names.h"
#include "promql/analysis/ranges.h"
#include "promql/analysis/selectors.h"
#include "promql/analysis/tree.h"
#include "promql/analysis/units.h"
#include "promql/analysis/values.h"

namespace promql::analysis {

struct Facts {
  explicit Facts(const Expr& root, LabelOptions options = {})
      : tree(root),
        labels(tree, options),
        values(tree),
        joins(FindJoins(tree, labels, values, options.languages)),
        selectors(FindSelectorFacts(tree, options.languages)),
        ranges(FindRanges(tree)),
        names(FindNames(tree)),
        units(tree),
        hashes(tree) {}
  Facts(const Facts&) = delete;  // the parts refer to each other
  Facts& operator=(const Facts&) = delete;

  Tree tree;
  Labels labels;
  Values values;
  std::vector<JoinFact> joins;
  std::vector<SelectorFact> selectors;
  Ranges ranges;
  Names names;
  Units units;
  Hashes hashes;
};

}  // namespace promql::analysis

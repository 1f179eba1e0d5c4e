// SPDX-License-Identifier: Apache-2.0
// Everything that is known of one expression, for those who ask about all of it. Borrows the tree.
#pragma once

#include <vector>

#include "promql/analysis/hash.h"
#include "promql/analysis/joins.h"
#include "promql/analysis/labels.h"
#include "promql/analysis/names.h"
#include "promql/analysis/ranges.h"
#include "promql/analysis/tree.h"
#include "promql/analysis/values.h"

namespace promql::analysis {

struct Facts {
  explicit Facts(const Expr& root, LabelOptions options = {})
      : tree(root),
        labels(tree, options),
        values(tree),
        joins(FindJoins(tree, labels, values, options.languages)),
        ranges(FindRanges(tree)),
        names(FindNames(tree)),
        hashes(tree) {}
  Facts(const Facts&) = delete;  // the parts refer to each other
  Facts& operator=(const Facts&) = delete;

  Tree tree;
  Labels labels;
  Values values;
  std::vector<JoinFact> joins;
  Ranges ranges;
  Names names;
  Hashes hashes;
};

}  // namespace promql::analysis

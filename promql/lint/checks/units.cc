// SPDX-License-Identifier: Apache-2.0
// Units of both sides, as names and operators tell them.
#include <algorithm>
#include <string>

#include "promql/analysis/alert.h"
#include "promql/analysis/facts.h"
#include "promql/analysis/units.h"
#include "promql/lint/check.h"

namespace promql::lint::checks {

void UnitMismatch(const RuleContext& rule, Sink& sink) {
  for (const analysis::UnitMismatch& mismatch : rule.units().mismatches()) {
    sink.Add({.at = rule.At(*mismatch.expr),
              .message = "the left side is in " + Text(mismatch.left) + ", the right side in " +
                         Text(mismatch.right),
              .details = "units come from the ends of metric names and from what operators do",
              .advice = "convert one of them"});
  }
}

// A percentage below 1, a share of 90: the threshold belongs to the other scale.
void ThresholdUnit(const RuleContext& rule, Sink& sink) {
  if (!rule.is_alert()) return;
  for (const analysis::Condition& condition : analysis::SplitAlert(*rule.expr()).conditions) {
    const analysis::Unit unit = rule.units().Of(*condition.observed);
    if (unit.dimension != analysis::Dimension::kRatio || unit.per_second) continue;
    for (const analysis::Comparison& compares : condition.comparisons) {
      if (!compares.number) continue;
      const double number = *compares.number;
      const bool percent_as_share = unit.is_percent() && number > 0 && number < 1;
      const bool share_as_percent = unit.scale == 1 && number >= 2 && number <= 100;
      if (!percent_as_share && !share_as_percent) continue;
      // What can never be true is said by promql/never-true.
      const auto& known = rule.expression_facts().values.comparisons();
      if (std::ranges::find(known, compares.expr, &analysis::ComparisonFact::expr) != known.end()) {
        continue;
      }
      sink.Add({.at = rule.At(*compares.threshold),
                .message = percent_as_share
                               ? "the value is in percent, the threshold reads like a share of 1"
                               : "the value is a share of 1, the threshold reads like percent",
                .advice = percent_as_share ? "multiply the threshold by 100"
                                           : "multiply the value by 100, or divide the threshold"});
    }
  }
}

}  // namespace promql::lint::checks

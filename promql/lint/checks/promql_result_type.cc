// SPDX-License-Identifier: Apache-2.0
// A rule's result has to be an instant vector or a number: promtool does not look, and the rule
// fails at every evaluation.
#include <string>

#include "promql/lint/check.h"

namespace promql::lint::checks {

void ResultType(const RuleContext& rule, Sink& sink) {
  const ValueType type = rule.expr()->type;
  if (type == ValueType::kVector || type == ValueType::kScalar) return;
  const bool is_range = type == ValueType::kMatrix;
  sink.Add({.at = rule.At(*rule.expr()),
            .message = "the expression is a " + std::string(LongText(type)) +
                       ": the rule fails at every evaluation",
            .details = "Prometheus loads the rule and then says: rule result is not a vector or "
                       "scalar",
            .advice = is_range ? "put a function around it, for example last_over_time()"
                               : "write an expression that gives series"});
}

}  // namespace promql::lint::checks

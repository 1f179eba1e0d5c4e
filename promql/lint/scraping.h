// SPDX-License-Identifier: Apache-2.0
// How often the series of a selector get a sample, as far as the environment states it.
#pragma once

#include <optional>

#include "promql/lint/context.h"
#include "promql/syntax/ast.h"

namespace promql::lint {

struct ScrapeInterval {
  Duration length{0};
  bool is_stated = false;  // else Prometheus' default of a minute
  // The series comes from a recording rule of this run, and the length is its group's interval.
  const RuleContext* recorded_by = nullptr;
};

// Of the job that an equality matcher names, of all jobs that a regular expression can match only
// where they agree, of the rule that records the metric, or the global one.
[[nodiscard]] ScrapeInterval ScrapeIntervalOf(const RuleContext& rule,
                                              const VectorSelector& selector);

}  // namespace promql::lint

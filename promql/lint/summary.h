// SPDX-License-Identifier: Apache-2.0
// What checks of the whole project need to know of each rule: kept for all of them at once, so it is
// small. Borrows from the rule's expression.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "promql/analysis/facts.h"

namespace promql::lint {

// One metric that the expression reads.
struct MetricRead {
  const Expr* selector = nullptr;
  analysis::Naming naming = analysis::Naming::kNameless;
  std::string_view name;                  // kExact
  const LabelMatcher* matcher = nullptr;  // on the name, of kPattern
  bool has_range = false;                 // a range selector is around it
  bool is_bridged = false;                // and a function over it: holes do not matter
};

// `observed op number`, with nothing else to the condition.
struct PlainThreshold {
  analysis::Hash128 observed;
  BinaryOp op = BinaryOp::kGreater;
  double number = 0;
};

struct SubExpression {
  analysis::Hash128 hash;
  const Expr* expr = nullptr;
  std::uint32_t size = 0;  // nodes
};

struct RuleSummary {
  analysis::Hash128 hash;
  std::optional<PlainThreshold> threshold;
  std::vector<MetricRead> reads;
  std::vector<analysis::AlertsReference> alerts;
  // Aggregations and calls that cost something, largest first; none inside another one listed.
  std::vector<SubExpression> parts;
};

// From facts that are there already, or from the few that it takes.
[[nodiscard]] RuleSummary Summarised(const Expr& root, const analysis::Facts& facts);
[[nodiscard]] RuleSummary Summarised(const Expr& root);

}  // namespace promql::lint

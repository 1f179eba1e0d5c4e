// SPDX-License-Identifier: Apache-2.0
// Whether an expression chooses: may return nothing while all is well, so that returning something
// is news by itself. A rule of thumb over names, matchers and operators.
#pragma once

#include "promql/lint/context.h"
#include "promql/syntax/ast.h"

namespace promql::lint {

// States, comparisons, absent(), ALERTS, recorded conditions and numbers made on purpose choose;
// rates, sums and metrics narrowed only by where they come from do not.
[[nodiscard]] bool MayBeEmptyWhenWell(const RuleContext& rule, const Expr& expr);

}  // namespace promql::lint

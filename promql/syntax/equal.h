// SPDX-License-Identifier: Apache-2.0
// Whether two trees mean the same, node for node: spans and the way literals are written do not
// count, parentheses do.
#pragma once

#include "promql/syntax/ast.h"

namespace promql {

[[nodiscard]] bool IsSameTree(const Expr& a, const Expr& b);

}  // namespace promql

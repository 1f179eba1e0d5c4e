// SPDX-License-Identifier: Apache-2.0
// The rules that need the whole tree: types of operands and arguments, vector matching, what a
// selector must pick.
#pragma once

#include <string_view>

#include "promql/syntax/ast.h"
#include "promql/syntax/types.h"

namespace promql {

// Adds what is wrong with the tree over `text`, in Prometheus' order.
void CheckTypes(const Expr& root, std::string_view text, SyntaxErrors& errors);

}  // namespace promql

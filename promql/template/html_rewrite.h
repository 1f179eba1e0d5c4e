// SPDX-License-Identifier: Apache-2.0
// A template's tree with the escapes that its HTML needs: each template that can be reached is
// copied once for each kind of place that it is called from. Private to the room: users have
// Template::ParseHtml.
#pragma once

#include <expected>

#include "promql/template/parser.h"
#include "promql/template/template.h"

namespace promql::tmpl {

// The copy borrows texts and unchanged parts of `tree` and of its library.
[[nodiscard]] std::expected<ParsedText, Problem> RewriteForHtml(const Template& tree);

}  // namespace promql::tmpl
